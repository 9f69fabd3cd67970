"""Subscribers are told what their clause lets them read, hear every change, and lose what they may read no more."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from comity.core.articles import Tags, Words
from comity.core.errors import ForbiddenError
from comity.core.markings import Tlp
from comity.core.reports import Report
from comity.core.roles import Actor
from comity.core.told_items import (
    TOLD_KINDS,
    SubscriberKind,
    ToldArticle,
    ToldCase,
    ToldConsultation,
    ToldReport,
    ToldSighting,
)
from comity.flows.acknowledge import acknowledge
from comity.flows.close import close
from comity.flows.confirm import confirm
from comity.flows.correct import correct
from comity.flows.dismiss import dismiss
from comity.flows.erase import erase
from comity.flows.erase_article import erase_article
from comity.flows.erase_consultation import erase_consultation
from comity.flows.keep_subscribers import add_subscriber, give_token, stop_subscriber
from comity.flows.mark import mark
from comity.flows.notify import notify
from comity.flows.preview_subscriber import preview_subscriber
from comity.flows.publish_article import publish_article
from comity.flows.record_action import record_action
from comity.flows.release import release
from comity.flows.reopen import reopen
from comity.flows.suspend import suspend
from comity.flows.unconfirm import unconfirm
from comity.flows.write_article import write_article
from comity.flows.write_stix import write_stix
from comity.store import models
from comity.store.clocks import find_passed
from comity.store.releases import mark_all
from comity.store.subscribers import SubscriberRow, list_subscriber_changes
from comity.store.told_items import ToldRow, iterate_holding, read_told
from comity.wire.stix_document import read_stix
from flows.test_consultations import ask
from flows.two_desks import Desks
from flows.two_parties import AT, Parties, phishing

pytestmark = pytest.mark.django_db

POLICY = Actor("olga", "policy-officer", "cctld.ru")
RU = Actor("ivan", "analyst", "cctld.ru")
SUPERVISOR = Actor("vera", "supervisor", "cctld.ru")
URL = "http://bank-demo-a1.ru/login"


@pytest.fixture
def desks(tmp_path: Path) -> Desks:
    desks = Desks(Parties(tmp_path))
    desks.ru()
    return desks


def subscribe(kind: SubscriberKind, ceiling: Tlp = "TLP:AMBER", *, party: str = "", key: str = "") -> SubscriberRow:
    return add_subscriber(
        key or f"demo-{kind}", POLICY, name=f"Demo {kind}", kind=kind, ceiling=ceiling, clause="MoU 4.2", party=party,
        at=AT,
    )  # fmt: skip


def has(reader: SubscriberRow) -> list[str]:
    """What a subscriber has now."""
    return sorted(f"{row.kind} {row.registrable}" for kind in TOLD_KINDS for row in iterate_holding(reader.pk, kind))


def news(desks: Desks, reader: SubscriberRow) -> list[ToldRow]:
    """What is new to a subscriber after a round."""
    after = models.Subscriber.objects.get(pk=reader.pk).told
    release(desks.home, at=AT)
    return read_told(reader.pk, after=after)


def newest_case() -> str:
    return str(models.Case.objects.order_by("-pk").values_list("ref", flat=True)[0])


def confirmed(desks: Desks, disposition: str = "malicious", ref: str = "") -> str:
    ref = ref or newest_case()
    acknowledge(desks.home, [ref], RU, at=AT)
    done = confirm(desks.home, [ref], RU, disposition=disposition, score=0.8, collateral="none", at=AT)
    assert done.done == (ref,), done.refused
    return ref


def clear(url: str = URL, **changed: object) -> Report:
    return phishing(url, tlp="TLP:CLEAR", **changed)


def case_in(rows: list[ToldRow]) -> ToldCase:
    (case,) = [row.told for row in rows if isinstance(row.told, ToldCase)]
    return case


def test_a_party_is_told_by_its_memorandum_and_the_answers_are_kept_once(desks: Desks) -> None:
    by = subscribe("party", party="oac.by")
    desks.file(phishing("http://bank-demo-a1.by/login"), phishing("http://bank-demo-b2.ru/login"))
    rows = news(desks, by)
    assert [(row.kind, row.registrable, row.clause) for row in rows] == [
        ("report", "bank-demo-a1.by", "3"),
        ("case", "bank-demo-a1.by", "3"),
    ]
    asked = models.Decision.objects.filter(direction="sub").order_by("pk").values_list("kind", "verdict", "reason")
    assert list(asked) == [
        ("report", "send", "allowed"),
        ("outcome", "send", "allowed"),
        ("report", "refuse", "not-the-recipients-zone"),
    ]
    acknowledge(desks.home, [newest_case()], RU, at=AT)
    assert news(desks, by) == []
    assert models.Decision.objects.filter(direction="sub").count() == 3


def test_what_a_subscriber_was_told_promises_nothing_of_the_link(desks: Desks) -> None:
    subscribe("party", party="oac.by")
    desks.file(phishing("http://bank-demo-a1.by/login"))
    pks = list(models.Case.objects.values_list("pk", flat=True))
    before = find_passed(pks)
    release(desks.home, at=AT)
    assert models.Decision.objects.filter(direction="sub", kind="report", verdict="send").count() == 1
    assert find_passed(pks) == before


def test_the_public_hears_of_a_case_while_it_stands(desks: Desks) -> None:
    public, cert = subscribe("public", "TLP:CLEAR"), subscribe("cert")
    desks.file(clear())
    assert news(desks, public) == []  # nobody has looked yet
    assert has(cert) == ["case bank-demo-a1.ru", "report bank-demo-a1.ru"]
    ref = confirmed(desks)
    rows = news(desks, public)
    assert [(row.kind, row.tlp, row.clause, row.is_blockable) for row in rows] == [
        ("report", "TLP:CLEAR", "MoU 4.2", False),
        ("case", "TLP:CLEAR", "MoU 4.2", True),
    ]
    assert case_in(rows).targets == (URL,)
    assert isinstance(rows[0].told, ToldReport)
    assert rows[0].told.report.narrative == ""
    unconfirm(desks.home, [ref], RU, at=AT)
    assert [(row.kind, row.is_withdrawn) for row in news(desks, public)] == [("report", True), ("case", True)]
    assert case_in(read_told(cert.pk, after=3)).targets == ()
    assert has(cert) == ["case bank-demo-a1.ru", "report bank-demo-a1.ru"]


def test_a_hacked_site_is_never_blockable_and_a_cleaned_one_leaves_the_lists(desks: Desks) -> None:
    resolver = subscribe("resolver", "TLP:CLEAR")
    desks.file(clear())
    ref = confirmed(desks, "compromised")
    assert case_in(news(desks, resolver)).is_blockable is False
    notify(desks.home, [ref], RU, told=("registrar", "host", "registrant"), at=AT)
    done = record_action(desks.home, [ref], RU, "cleaned", at=AT)
    assert done.done == (ref,), done.refused
    news(desks, resolver)
    assert has(resolver) == []


def test_what_was_found_wrong_is_taken_back_from_everybody(desks: Desks) -> None:
    cert, by = subscribe("cert"), subscribe("party", party="oac.by")
    desks.file(phishing("http://bank-demo-a1.by/login"))
    news(desks, cert)
    ref = newest_case()
    reopen_from_referred(desks, ref)
    dismiss(desks.home, [ref], RU, "false_positive", at=AT)
    news(desks, cert)
    # The party took part in the case, and must hear how it ended; of the accusation nothing is left to anybody.
    assert (has(cert), has(by)) == ([], ["case bank-demo-a1.by"])
    (row,) = iterate_holding(by.pk, "case")
    assert isinstance(row.told, ToldCase)
    assert (row.told.state, row.told.outcome, row.told.targets) == ("closed", "false_positive", ())


def reopen_from_referred(desks: Desks, ref: str) -> None:
    models.Case.objects.filter(ref=ref).update(state="triage")
    assert desks.home.party == "cctld.ru"


def test_a_stricter_marking_and_a_correction_and_an_erasure_reach_the_subscriber(desks: Desks) -> None:
    cert = subscribe("cert", "TLP:GREEN")
    desks.file(phishing(f"{URL}?victim=ivanova-demo", tlp="TLP:GREEN"))
    news(desks, cert)
    row = models.Report.objects.get()
    corrected = phishing(f"{URL}?victim=petrova-demo", tlp="TLP:GREEN", narrative="Another page of the same kind.")
    correct(desks.home, row.uuid, corrected, RU, at=AT)
    rows = news(desks, cert)
    assert [row.kind for row in rows] == ["report"]
    assert isinstance(rows[0].told, ToldReport)
    assert rows[0].told.report.narrative == "Another page of the same kind."
    mark(desks.home, row.uuid, "TLP:AMBER", RU, at=AT)
    news(desks, cert)
    assert has(cert) == []
    mark(desks.home, row.uuid, "TLP:GREEN", RU, at=AT)
    news(desks, cert)
    assert has(cert) == ["case bank-demo-a1.ru", "report bank-demo-a1.ru"]
    erase(desks.home, row.uuid, SUPERVISOR, reason="data-subject-request", at=AT)
    assert desks.holds(b"demo?victim") == desks.holds(b"petrova-demo") == []
    assert [(row.is_withdrawn, row.told) for row in news(desks, cert) if row.kind == "report"] == [(True, None)]
    assert desks.holds(b"ivanova-demo") == []


def test_further_reports_of_the_same_address_are_sightings(desks: Desks) -> None:
    cert = subscribe("cert")
    seen = [AT - timedelta(hours=hours) for hours in (5, 3, 1)]
    for at in seen:
        desks.file(phishing(URL, observed_at=at, report_id=uuid4()))
    desks.file(phishing("http://bank-demo-a1.ru/other"))
    news(desks, cert)
    (sighting,) = [row.told for row in iterate_holding(cert.pk, "sighting")]
    assert isinstance(sighting, ToldSighting)
    assert (sighting.count, sighting.first_seen, sighting.last_seen) == (2, seen[1], seen[2])
    (case,) = [row.told for row in iterate_holding(cert.pk, "case")]
    assert isinstance(case, ToldCase)
    assert (case.report_count, case.first_seen) == (4, seen[0])
    assert len(list(iterate_holding(cert.pk, "report"))) == 2


def test_a_partners_report_goes_on_as_its_memorandum_lets_it(desks: Desks) -> None:
    desks.file(phishing("http://bank-demo-a1.by/login"), clear("http://bank-demo-b2.by/login"))
    desks.exchange()
    desks.by()
    office = Actor("olga", "policy-officer", "oac.by")
    readers = [
        add_subscriber("c", office, name="c", kind="cert", ceiling="TLP:AMBER", clause="4", at=AT),
        add_subscriber("p", office, name="p", kind="public", ceiling="TLP:CLEAR", clause="4", at=AT),
        add_subscriber("r", office, name="r", kind="party", party="cctld.ru", ceiling="TLP:AMBER", clause="4", at=AT),
    ]
    analyst = Actor("alena", "analyst", "oac.by")
    refs = list(models.Case.objects.values_list("ref", flat=True))
    acknowledge(desks.home, refs, analyst, at=AT)
    confirm(desks.home, refs, analyst, disposition="malicious", score=0.8, collateral="none", at=AT)
    release(desks.home, at=AT)
    names = ("bank-demo-a1.by", "bank-demo-b2.by")
    # `national_cert` as AMBER, `public_blocklist` only what is CLEAR; its own report is not sent back to the partner.
    assert has(readers[0]) == [f"{kind} {name}" for kind in ("case", "report") for name in names]
    assert has(readers[1]) == [f"{kind} {names[1]}" for kind in ("case", "report")]
    assert has(readers[2]) == [f"case {name}" for name in names]
    assert {row.tlp for row in iterate_holding(readers[0].pk, "report")} == {"TLP:AMBER"}
    assert {row.clause for row in iterate_holding(readers[0].pk, "report")} == {"5"}


def test_a_suspended_memorandum_takes_back_what_was_told_under_it(desks: Desks) -> None:
    by, cert = subscribe("party", party="oac.by"), subscribe("cert")
    desks.file(phishing("http://bank-demo-a1.by/login"))
    news(desks, by)
    assert has(by) == ["case bank-demo-a1.by", "report bank-demo-a1.by"]
    suspend(desks.home, models.Memorandum.objects.get().urn, reason="a fault", actor="olga", at=AT)
    assert [(row.kind, row.is_withdrawn) for row in news(desks, by)] == [("report", True), ("case", True)]
    assert (has(by), has(cert)) == ([], ["case bank-demo-a1.by", "report bank-demo-a1.by"])


def test_what_was_fresh_when_it_was_told_stays_told(desks: Desks) -> None:
    by = subscribe("party", party="oac.by")
    desks.file(phishing("http://bank-demo-a1.by/login"))
    news(desks, by)
    later = AT + timedelta(days=20)
    reopen_from_referred(desks, newest_case())
    acknowledge(desks.home, [newest_case()], RU, at=later)
    confirm(desks.home, [newest_case()], RU, disposition="malicious", score=0.8, collateral="none", at=later)
    release(desks.home, at=later)
    assert has(by) == ["case bank-demo-a1.by", "report bank-demo-a1.by"]


def test_a_protected_name_and_red_and_a_partners_word_without_memorandum_are_told_to_nobody(desks: Desks) -> None:
    readers = [subscribe("cert"), subscribe("public", "TLP:CLEAR")]
    desks.file(clear("http://bank-demo-a1.ru/a"), phishing("http://bank-demo-b2.ru/b", tlp="TLP:RED"))
    models.Case.objects.filter(registrable="bank-demo-a1.ru").update(protected="banks")
    for ref in list(models.Case.objects.values_list("ref", flat=True)):
        confirmed(desks, ref=ref)
    release(desks.home, at=AT)
    assert [has(reader) for reader in readers] == [[], []]
    reasons = {
        (asked.case.registrable, asked.answer.reason) for asked in preview_subscriber(desks.home, readers[0], at=AT)
    }
    assert reasons == {("bank-demo-a1.ru", "protected-name"), ("bank-demo-b2.ru", "tlp-red-never-leaves")}


def test_no_personal_data_reaches_anybody(desks: Desks) -> None:
    subscribe("cert"), subscribe("public", "TLP:CLEAR"), subscribe("party", party="oac.by")
    secret = "ivanova-demo"
    for zone in ("ru", "by"):
        desks.file(
            clear(
                f"http://{secret}:pw@bank-demo-c3.{zone}/in?mail={secret}@example.org", source_ref=f"ref-{secret}",
                narrative=f"Sent to {secret}@example.org.", already_reported_to=f"{secret}@example.org",
                personal_data={"victim_contact": secret}, linked_report=f"phishing:{secret}@example.org",
            )
        )  # fmt: skip
    for ref in list(models.Case.objects.filter(zone="ru").values_list("ref", flat=True)):
        confirmed(desks, ref=ref)
    release(desks.home, at=AT)
    bodies = [bytes(row.body) for row in models.ToldItem.objects.all()]
    assert len(bodies) >= 6
    assert [body for body in bodies if secret.encode() in body] == []


def test_nothing_of_a_stopped_round_is_lost_and_nothing_told_twice(
    desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    cert = subscribe("cert")
    desks.file(phishing(URL))

    class KilledError(Exception):
        pass

    def killed(*_args: object, **_kept: object) -> None:
        raise KilledError

    for step in ("add_decisions", "append_told"):
        with monkeypatch.context() as patched:
            patched.setattr(f"comity.flows.release_cases.{step}", killed)
            with pytest.raises(KilledError), transaction.atomic():
                release(desks.home, at=AT)
    assert models.ToldItem.objects.count() == 0
    release(desks.home, at=AT)
    assert [row.position for row in read_told(cert.pk)] == [1, 2]
    assert release(desks.home, at=AT) == 0


def test_what_a_subscriber_has_is_one_bundle_that_is_read_again(desks: Desks) -> None:
    cert = subscribe("cert")
    desks.file(phishing(URL), phishing("http://shop-demo-b2.ru/login"))
    release(desks.home, at=AT)
    models.Case.objects.filter(registrable="shop-demo-b2.ru").update(protected="banks")
    release_again(desks)
    held = read_stix(b"".join(write_stix(desks.home, cert, with_withdrawn=False)))
    assert [record.name for record in held.records] == [URL]
    both = read_stix(b"".join(write_stix(desks.home, cert, with_withdrawn=True)))
    assert sorted(record.problem.code if record.problem else record.name for record in both.records) == [URL, "revoked"]


def release_again(desks: Desks) -> None:
    """A round that looks at every case."""
    with transaction.atomic():
        mark_all()
    release(desks.home, at=AT)


def test_articles_and_messages_reach_a_party_and_leave_it_when_they_are_erased(desks: Desks) -> None:
    by = subscribe("party", party="oac.by")
    tags = Tags(kind="playbook", categories=("phishing",), techniques=(), tlp="TLP:GREEN")
    words = Words(language="en", title="Parcels", body="Look at the form.")
    uuid = write_article(desks.home, tags, words, SUPERVISOR, at=AT)
    assert news(desks, by) == []  # nobody has published it
    publish_article(desks.home, uuid, ["oac.by"], SUPERVISOR, at=AT)
    (told,) = news(desks, by)
    assert isinstance(told.told, ToldArticle)
    assert (told.told.title, told.told.text, told.clause) == ("Parcels", "Look at the form.", "3")
    assert news(desks, by) == []
    erase_article(desks.home, uuid, SUPERVISOR, reason="sent-by-mistake", at=AT)
    assert [bytes(body) for body in models.ToldItem.objects.values_list("body", flat=True)] == [b""]
    assert [(row.kind, row.is_withdrawn, row.told) for row in news(desks, by)] == [("article", True, None)]


def test_a_message_to_a_party_is_told_and_erased_with_its_subject(desks: Desks) -> None:
    by = subscribe("party", party="oac.by")
    ask(desks.home, category="botnet-c2")
    (row,) = news(desks, by)
    assert isinstance(row.told, ToldConsultation)
    assert (row.told.subject, row.told.text[:8], row.clause) == ("Имена DGA до регистрации", "Мы видим", "3")
    assert str(row.told.thread) == models.ConsultationThread.objects.get().uuid
    erase_consultation(desks.home, row.subject, SUPERVISOR, reason="sent-by-mistake", at=AT)
    assert desks.holds("до регистрации".encode()) == []
    assert [(one.is_withdrawn, one.told) for one in news(desks, by)] == [(True, None)]


def test_only_who_may_keeps_subscribers_and_every_change_is_written_down(desks: Desks) -> None:
    cert = subscribe("cert")
    give_token(cert.key, "misp", POLICY, at=AT)
    with pytest.raises(ForbiddenError):
        give_token(cert.key, "mine", SUPERVISOR, at=AT)
    stop_subscriber(cert.key, POLICY, at=AT)
    desks.file(phishing(URL))
    assert release(desks.home, at=AT) == 0
    changes = [(one.event, one.actor, one.note) for one in list_subscriber_changes(cert.pk)]
    assert changes == [("added", "olga", "cert TLP:AMBER: MoU 4.2"), ("token", "olga", "misp"), ("ended", "olga", "")]


READERS: tuple[tuple[SubscriberKind, Tlp], ...] = (
    ("cert", "TLP:GREEN"), ("public", "TLP:CLEAR"), ("resolver", "TLP:AMBER"), ("party", "TLP:AMBER"),
)  # fmt: skip
VERBS = (
    "file",
    "again",
    "confirm",
    "cured",
    "dismiss",
    "unconfirm",
    "reopen",
    "close",
    "green",
    "clear",
    "red",
    "erase",
)


@settings(
    max_examples=8,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
)
@given(steps=st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 1), st.booleans()), min_size=8, max_size=18))
def test_what_was_told_step_by_step_is_what_is_told_at_once(desks: Desks, steps: list[tuple[str, int, bool]]) -> None:
    run = uuid4().hex[:8]
    names = [f"bank-demo-{run}.by", f"shop-demo-{run}.ru"]
    old = [
        subscribe(kind, tlp, party="oac.by" if kind == "party" else "", key=f"{kind}-{run}") for kind, tlp in READERS
    ]
    for verb, number, then in steps:
        act(desks, verb, names[number])
        if then:
            release(desks.home, at=AT)
    release(desks.home, at=AT)
    new = [
        subscribe(kind, tlp, party="oac.by" if kind == "party" else "", key=f"{kind}-2-{run}") for kind, tlp in READERS
    ]
    release(desks.home, at=AT)
    for one, other in zip(old, new, strict=True):
        assert state(one, names) == state(other, names), one.kind


def state(reader: SubscriberRow, names: list[str]) -> dict[tuple[str, str], object]:
    rows = [row for kind in TOLD_KINDS for row in iterate_holding(reader.pk, kind) if row.registrable in names]
    return {
        (row.kind, row.subject): (
            msgspec.structs.replace(row.told, changed_at=AT) if isinstance(row.told, ToldCase) else row.told,
            row.tlp, row.clause, row.is_blockable,
        )
        for row in rows
        if not (isinstance(row.told, ToldCase) and row.told.outcome)  # who came later took no part in what was wrong
    }  # fmt: skip


def act(desks: Desks, verb: str, name: str) -> None:
    """Do something to the newest case of a name, where that can be done."""
    if verb in {"file", "again"}:
        desks.file(clear(f"http://{name}/{verb}", report_id=uuid4()))
        return
    case = models.Case.objects.filter(registrable=name).order_by("-pk").first()
    if case is None:
        return
    report = models.Report.objects.filter(case=case).order_by("pk")[0]
    if verb in {"green", "clear", "red"}:
        mark(desks.home, report.uuid, {"green": "TLP:GREEN", "clear": "TLP:CLEAR", "red": "TLP:RED"}[verb], RU, at=AT)
        return
    if verb == "erase":
        erase(desks.home, report.uuid, SUPERVISOR, reason="data-subject-request", at=AT)
        return
    refs = [case.ref]
    acknowledge(desks.home, refs, RU, at=AT)
    if verb == "confirm":
        confirm(desks.home, refs, RU, disposition="malicious", score=0.8, collateral="none", at=AT)
    elif verb == "cured":
        notify(desks.home, refs, RU, told=("registrar", "host", "registrant"), at=AT)
        record_action(desks.home, refs, RU, "cleaned", at=AT)
    elif verb == "dismiss":
        dismiss(desks.home, refs, RU, "false_positive", at=AT)
    elif verb == "unconfirm":
        unconfirm(desks.home, refs, RU, at=AT)
    elif verb == "close":
        close(desks.home, refs, RU, "removed_by_host", at=AT)
    else:
        reopen(desks.home, refs, SUPERVISOR, at=AT)
