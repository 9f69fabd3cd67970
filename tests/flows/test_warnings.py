"""An early warning of a campaign: by which signs it is known crosses, what the partner's zone had comes back."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from comity.core.errors import ConflictError, ForbiddenError, InputError
from comity.core.exchange import IncomingEntry
from comity.core.memoranda import digest
from comity.core.roles import Actor
from comity.core.warnings import Signs, token_of
from comity.flows.answer_warning import ZoneSwept, keep_sweep, release_answer
from comity.flows.apply_entry import apply_entries
from comity.flows.apply_warnings import recall_warnings
from comity.flows.preview import preview_warnings
from comity.flows.tend_warnings import tell_waiting
from comity.flows.warn import NewWarning, WarnedPartner, preview_warning, token_key, warn
from comity.flows.withdraw_warning import withdraw_warning
from comity.store import models
from comity.store.warnings import FoundName, get_answer, read_found, read_warning
from comity.wire.canonical import canonical
from comity.wire.finding_texts import explain
from comity.wire.stix import PayloadProblem
from comity.wire.warning_entries import RefusedSign, WarningPayload, parse_warning, render_warning
from flows.two_desks import Desks
from flows.two_parties import AT
from flows.warning_parties import parties_of

pytestmark = pytest.mark.django_db

RU = Actor("ivan", "analyst", "cctld.ru")
BY = Actor("alena", "analyst", "oac.by")
BY_BOSS = Actor("oksana", "supervisor", "oac.by")
HOUR = timedelta(hours=1)
NEW = NewWarning(
    category="phishing", text="Pages that ask for cards, one form for all", case="RU-2026-0007",
    servers=("NS2.demo-bad.ru. ns1.demo-bad.ru",), labels=("demobank",), names=("demo-shop.by",),
)  # fmt: skip
FOUND = tuple(FoundName(f"demobank-{at}.by", ("label",), ("demobank",)) for at in range(3))


@pytest.fixture
def desks(tmp_path_factory: pytest.TempPathFactory) -> Desks:
    return Desks(parties_of(tmp_path_factory))


@pytest.fixture
def warned(desks: Desks) -> Desks:
    """.ru has warned .by, which sits."""
    desks.ru()
    assert tell(desks).decision.verdict == "send"
    desks.exchange()
    desks.by()
    return desks


def tell(desks: Desks, new: NewWarning = NEW, *, at: timedelta = timedelta()) -> WarnedPartner:
    return warn(desks.home, "oac.by", new, RU, at=AT + at)


def row() -> models.CampaignWarning:
    return models.CampaignWarning.objects.get()


def swept(*found: FoundName, zone: str = "by", day: int = 23, **said: object) -> ZoneSwept:
    return msgspec.structs.replace(
        ZoneSwept(zone=zone, as_of=date(2026, 11, day), zone_names=150_000, found=found), **said
    )


def change_terms(**changed: object) -> None:
    """Let the memorandum that is in force here say something else of warnings."""
    change_text(lambda text: text["warnings"].update(changed))


def change_text(change: Callable[[dict[str, Any]], object]) -> None:
    """Let the memorandum that is in force here be another one."""
    for kept in models.Memorandum.objects.all():
        text = msgspec.json.decode(kept.body)
        change(text)
        kept.body = canonical(text)
        kept.digest = digest(kept.body)
        kept.save()


def test_signs_cross_and_names_do_not(warned: Desks) -> None:
    got = read_warning(row())
    assert got.zones == ("by", "xn--90ais")
    assert got.signs.servers == ("ns1.demo-bad.ru ns2.demo-bad.ru",)
    assert (got.signs.labels, got.case) == (("demobank",), "RU-2026-0007")
    key = bytes.fromhex(got.signs.token_key)
    assert got.signs.name_tokens == (token_of("demo-shop.by", key),)
    assert warned.holds(b"demo-shop") == []
    assert warned.refusals("in") == [""]
    assert (row().origin, row().partner, row().reason) == ("cctld.ru", "cctld.ru", "allowed")


def test_a_key_of_tokens_is_of_one_link_and_month(desks: Desks) -> None:
    home = desks.parties.ru
    keys = {
        token_key(home, "oac.by", date(2026, 11, 1)), token_key(home, "oac.by", date(2026, 12, 1)),
        token_key(home, "fid.su", date(2026, 11, 1)), token_key(desks.parties.by, "cctld.ru", date(2026, 11, 1)),
    }  # fmt: skip
    assert len(keys) == 4
    assert token_key(home, "oac.by", date(2026, 11, 30)) in keys


def test_a_preview_shows_what_would_go_and_stores_nothing(desks: Desks) -> None:
    desks.ru()
    shown = preview_warning(desks.home, "oac.by", NEW, RU, at=AT)
    assert (shown.decision.verdict, shown.decision.clause) == ("send", "14")
    assert [step.question for step in shown.decision.trace][-1] == "warning-signs"
    assert not models.CampaignWarning.objects.exists()
    assert not models.Decision.objects.exists()


def test_a_memorandum_is_previewed_sign_by_sign(desks: Desks) -> None:
    desks.ru()
    change_terms(signs=["pattern", "label"], answer="counts")
    said = {
        what: (one.verdict, one.clause, one.reason)
        for what, one in preview_warnings(desks.home, "oac.by", at=AT).items()
    }
    assert said["warning pattern"] == said["warning label"] == ("send", "14", "allowed")
    assert said["warning name-token"] == ("refuse", "14", "signs-not-allowed")
    assert said["answer counts"] == ("send", "14", "allowed")
    assert said["answer names"] == ("refuse", "14", "names-not-allowed")
    assert not models.Decision.objects.exists()


def test_counts_come_back_by_themselves_and_small_ones_are_rounded(warned: Desks) -> None:
    decision = keep_sweep(warned.home, row(), swept(*FOUND, left_out=7), at=AT)
    assert decision is not None
    assert decision.verdict == "send"
    opened = models.SweepFinding.objects.order_by("name")
    assert [(one.name, one.kind, one.state, one.subject, one.score) for one in opened] == [
        (found.name, "warning", "open", row().uuid, 0.5) for found in FOUND
    ]
    assert explain("warning", row().uuid, opened[0].reason, opened[0].detail, "en") == (
        "cctld.ru warned of a campaign (its reference: RU-2026-0007). "
        "The name has these signs of it: looks like the label: demobank."
    )
    assert not models.Report.objects.exists()
    warned.exchange()
    warned.ru()
    answer = get_answer(row().uuid, "by")
    assert (answer.names, answer.fewer, answer.left_out, answer.told) == (5, True, 7, "counts")
    assert answer.counts == [{"sign": "label", "names": 5, "fewer": True}]
    assert warned.holds(b"demobank-1") == []
    assert answer.zone_names == 0


def test_a_desk_gets_no_more_than_it_can_read_and_the_answer_counts_all(
    warned: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("comity.flows.answer_warning.MOST_OF_A_KIND", 2)
    both = FoundName("demobank-9.by", ("label", "name-servers"), ("demobank", "ns1.demo-bad.ru"))
    keep_sweep(warned.home, row(), swept(*FOUND, both), at=AT)
    assert set(models.SweepFinding.objects.values_list("name", flat=True)) == {"demobank-0.by", "demobank-9.by"}
    assert get_answer(row().uuid, "by").names == 4


def test_names_go_only_when_a_supervisor_released_them(warned: Desks) -> None:
    uuid = row().uuid
    keep_sweep(warned.home, row(), swept(*FOUND), at=AT)
    with pytest.raises(ForbiddenError):
        release_answer(warned.home, uuid, "by", "names", BY, at=AT)
    with pytest.raises(ConflictError):
        release_answer(warned.home, uuid, "by", "counts", BY_BOSS, at=AT)
    with pytest.raises(InputError):
        release_answer(warned.home, uuid, "by", "all", BY_BOSS, at=AT)
    assert release_answer(warned.home, uuid, "by", "names", BY_BOSS, at=AT + HOUR).verdict == "send"
    warned.exchange()
    warned.ru()
    answer = get_answer(uuid, "by")
    assert [one.name for one in read_found(answer)] == [one.name for one in FOUND]
    assert (answer.names, answer.fewer, answer.told) == (3, False, "names")


def test_the_clause_may_want_a_supervisor_for_counts_and_allow_no_names(warned: Desks) -> None:
    change_terms(counts_by="supervisor", answer="counts")
    held = keep_sweep(warned.home, row(), swept(*FOUND), at=AT)
    assert held is not None
    assert (held.verdict, held.reason, held.hold_for, held.clause) == ("hold", "needs-release", "supervisor", "14")
    assert tell_waiting(warned.home, at=AT + 2 * HOUR) == 0
    assert len(models.Decision.objects.filter(kind="statistics")) == 1  # a person's choice is not asked for each hour
    names = release_answer(warned.home, row().uuid, "by", "names", BY_BOSS, at=AT)
    assert (names.verdict, names.reason) == ("refuse", "names-not-allowed")
    assert release_answer(warned.home, row().uuid, "by", "counts", BY_BOSS, at=AT).verdict == "send"


def test_a_sign_that_would_match_too_much_is_answered_by_how_much(warned: Desks) -> None:
    refused = (RefusedSign("pattern", "{alnum:1-63}.by", 90_000, 150_000),)
    keep_sweep(warned.home, row(), swept(refused=refused), at=AT)
    warned.exchange()
    warned.ru()
    answer = get_answer(row().uuid, "by")
    assert (answer.answer, answer.names) == ("would-match-too-much", 0)
    assert answer.refused == [{"sign": "pattern", "subject": "{alnum:1-63}.by", "names": 90_000, "of": 150_000}]


def test_the_same_sweep_again_tells_nothing_and_another_is_told_anew(warned: Desks) -> None:
    keep_sweep(warned.home, row(), swept(*FOUND), at=AT)
    models.SweepFinding.objects.filter(name=FOUND[0].name).update(state="dismissed", why="own-meaning")
    assert keep_sweep(warned.home, row(), swept(*FOUND, day=24), at=AT + HOUR) is None
    assert get_answer(row().uuid, "by").as_of == date(2026, 11, 24)
    assert set(models.SweepFinding.objects.values_list("name", "state", "seen_at")) == {
        (one.name, "dismissed" if one is FOUND[0] else "open", AT + HOUR) for one in FOUND
    }
    more = (*FOUND, FoundName("demobank-9.by", ("label", "name-servers"), ("demobank", "ns1.demo-bad.ru")))
    keep_sweep(warned.home, row(), swept(*more, day=25), at=AT + 2 * HOUR)
    assert models.SweepFinding.objects.get(found_at=AT + 2 * HOUR).score == 0.75
    assert get_answer(row().uuid, "by").told == "counts"
    assert len(warned.waiting("by")) == 2


def test_a_sign_that_the_clause_does_not_name_stays(desks: Desks) -> None:
    desks.ru()
    change_terms(signs=["label"])
    told = tell(desks)
    assert (told.decision.verdict, told.decision.redact) == ("send-redacted", ("name-servers", "name-token"))
    assert row().withheld == ["name-servers", "name-token"]
    desks.exchange()
    desks.by()
    assert read_warning(row()).signs == Signs(labels=("demobank",))
    assert desks.holds(b"demo-bad") == []
    assert row().withheld == ["name-servers", "name-token"]


def test_without_the_clause_nothing_leaves_and_the_reason_is_kept(desks: Desks) -> None:
    desks.ru()
    change_terms(signs=["pattern"])
    told = tell(desks)
    assert (told.decision.verdict, told.decision.clause, told.decision.reason) == ("refuse", "14", "signs-not-allowed")
    assert (row().told_at, row().clause, row().reason) == (None, "14", "signs-not-allowed")
    assert desks.outgoing() == []
    change_text(lambda text: text.pop("warnings"))
    assert tell_waiting(desks.home, at=AT + 2 * HOUR) == 0
    assert (row().clause, row().reason) == ("", "no-clause-of-warnings")
    stored = models.Decision.objects.order_by("pk").last()
    assert stored is not None
    assert (stored.kind, stored.verdict) == ("early-warning", "refuse")


def test_what_waited_goes_when_it_may(desks: Desks) -> None:
    desks.ru()
    change_terms(signs=["pattern"])
    tell(desks)
    change_terms(signs=["pattern", "name-servers", "label", "name-token"])
    assert tell_waiting(desks.home, at=AT + HOUR / 2) == 0
    assert tell_waiting(desks.home, at=AT + 2 * HOUR) == 1
    assert tell_waiting(desks.home, at=AT + 4 * HOUR) == 0


def test_a_registrants_token_needs_the_clause_of_personal_data_as_well(desks: Desks) -> None:
    desks.ru()
    with_registrants = msgspec.structs.replace(NEW, registrants=("7701234567",))
    assert tell(desks, with_registrants).decision.verdict == "send"
    change_text(lambda text: text["personal_data"]["classes"].update(registrant_link_token="deny"))
    told = tell(desks, msgspec.structs.replace(with_registrants, text="Another"))
    assert (told.decision.verdict, told.decision.redact) == ("send-redacted", ("registrant-token",))
    desks.exchange()
    desks.by()
    assert desks.holds(b"7701234567") == []


def test_a_warning_that_is_withdrawn_is_forgotten_by_both(warned: Desks) -> None:
    uuid = row().uuid
    keep_sweep(warned.home, row(), swept(*FOUND), at=AT)
    warned.exchange()
    warned.ru()
    decision = withdraw_warning(warned.home, uuid, RU, at=AT + HOUR)
    assert decision is not None
    assert decision.verdict == "send"
    assert warned.holds(b"demo-bad") == []
    warned.exchange()
    warned.ru()
    assert models.Erasure.objects.get().confirmed_at is not None
    with pytest.raises(ConflictError):
        withdraw_warning(warned.home, uuid, RU, at=AT + HOUR)
    warned.by()
    assert warned.holds(b"demo-bad") == []
    assert (read_warning(row()).signs, row().text, row().withdrawn_at) == (Signs(), "", AT)
    assert read_found(get_answer(uuid, "by")) == ()
    # What was opened stays until a person ends it, and says no more than that the warning was taken back.
    left = set(models.SweepFinding.objects.values_list("state", "reason", "detail"))
    assert left == {("open", "warning-withdrawn", "")}
    assert keep_sweep(warned.home, row(), swept(*FOUND, day=25), at=AT + 2 * HOUR) is None
    with pytest.raises(ForbiddenError):
        withdraw_warning(warned.home, uuid, BY, at=AT)
    assert warned.differences() == []


def test_a_warning_that_never_left_is_withdrawn_here(desks: Desks) -> None:
    desks.ru()
    change_terms(signs=["pattern"])
    uuid = tell(desks).uuid
    assert withdraw_warning(desks.home, uuid, RU, at=AT + HOUR) is None
    assert tell_waiting(desks.home, at=AT + 3 * HOUR) == 0
    assert desks.holds(b"demo-bad") == []


def test_the_same_warning_twice_is_one(desks: Desks) -> None:
    desks.ru()
    first, second = tell(desks), tell(desks, at=timedelta(minutes=5))
    assert (first.uuid, first.is_new, second.is_new) == (second.uuid, True, False)
    assert len(desks.outgoing()) == 1


@pytest.mark.parametrize(
    ("changed", "part"),
    [
        ({"category": "spam"}, "category"),
        ({"tlp": "TLP:BLUE"}, "tlp"),
        ({"text": " "}, "text"),
        ({"servers": (), "labels": (), "names": ()}, "signs"),
        ({"servers": ("no_host",)}, "name-servers"),
        ({"labels": ("a b",)}, "label"),
        ({"patterns": ("two words.by",)}, "is no part of a pattern"),
        ({"patterns": ("demo-{digit:3}.ru",)}, "none of the zones of the warning"),
        ({"last_day": date(2026, 1, 1)}, "days"),
        ({"labels": tuple(f"demo-{at}" for at in range(300))}, "label"),
    ],
)
def test_a_bad_warning_names_what_is_wrong(desks: Desks, changed: dict[str, object], part: str) -> None:
    desks.ru()
    with pytest.raises(InputError, match=part):
        tell(desks, msgspec.structs.replace(NEW, **changed))


def entry_of(desks: Desks, **changed: object) -> IncomingEntry:
    """The warning that waits, changed by a partner that does not keep to the rules."""
    sent = desks.outgoing()[-1]
    payload = parse_warning(sent.payload)
    assert isinstance(payload, WarningPayload)
    payload = msgspec.structs.replace(payload, **changed)
    return sent._replace(subject=str(payload.warning), payload=render_warning(payload, sender="cctld.ru", salt=""))


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"zones": ("by", "vn")}, "not-our-zone"),
        ({"tlp": "TLP:RED"}, "5:tlp-red-never-leaves"),
        ({"decided_at": AT + timedelta(days=3)}, "decided-in-the-future"),
        ({"last_day": date(2026, 11, 22), "first_day": date(2026, 11, 20)}, "day-has-passed"),
        ({"signs": Signs(labels=("b", "a"))}, "payload:bad-value"),
        ({"signs": Signs(patterns=("a b",))}, "payload:bad-pattern"),
        ({"signs": Signs(name_tokens=("0" * 16,))}, "payload:bad-value"),
        ({"signs": Signs()}, "payload:bad-value"),
        ({"text": "x\0"}, "payload:bad-value"),
    ],
)
def test_what_a_receiver_refuses(desks: Desks, changed: dict[str, object], refusal: str) -> None:
    desks.ru()
    tell(desks)
    entry = entry_of(desks, **changed)
    desks.by()
    assert apply_entries(desks.home, "cctld.ru", [entry], at=AT) == [refusal]
    assert not models.CampaignWarning.objects.exists()


def test_an_answer_about_no_warning_or_another_zone_is_refused(warned: Desks) -> None:
    keep_sweep(warned.home, row(), swept(*FOUND), at=AT)
    told = warned.outgoing()[-1]
    foreign = [told._replace(payload=told.payload.replace(b'"zone":"by"', b'"zone":"vn"'))]
    warned.ru()
    assert apply_entries(warned.home, "oac.by", foreign, at=AT) == ["not-its-zone"]
    models.CampaignWarning.objects.update(told_at=None)
    assert apply_entries(warned.home, "oac.by", [told], at=AT) == ["no-such-warning"]
    assert isinstance(parse_warning(told.payload), PayloadProblem)


def test_after_a_restore_warnings_that_were_given_come_back(desks: Desks) -> None:
    desks.ru()
    uuid = tell(desks).uuid
    entries = desks.outgoing()
    models.CampaignWarning.objects.all().delete()
    recall_warnings(desks.home, "oac.by", entries, at=AT)
    recall_warnings(desks.home, "oac.by", entries, at=AT)
    assert (row().uuid, row().told_at) == (uuid, AT)
