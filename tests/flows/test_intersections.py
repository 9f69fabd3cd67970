"""A private set intersection between two desks: what both have is found, and nothing else can be read."""

from datetime import timedelta
from hashlib import sha256
from os import urandom

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.core.errors import ConflictError, ForbiddenError, InputError, SettingError
from comity.core.exchange import IncomingEntry
from comity.core.roles import Actor
from comity.edges.psi_process import IntersectionError, find_kept, make_answer, make_request, pad, read_answer
from comity.flows.apply_entry import apply_entries
from comity.flows.intersect import answer_intersection, ask_intersection, decline_intersection, read_message
from comity.flows.tend_intersections import tend_intersections
from comity.store import models
from comity.store.intersections import get_run, messages_of
from comity.wire.intersection_entries import PartPayload, cut_message, parse_part, render_intersection
from flows.two_desks import Desks
from flows.two_parties import AT
from flows.warning_parties import parties_of

pytestmark = pytest.mark.django_db

RU_BOSS = Actor("irina", "supervisor", "cctld.ru")
BY_BOSS = Actor("oksana", "supervisor", "oac.by")
OURS = frozenset({"demo-one.ru", "demo-two.ru", "demo-both.ru", "demo-also.ru"})
THEIRS = frozenset({"demo-three.ru", "demo-both.ru", "demo-also.ru"})
_POOL = [f"demo-{at}.ru" for at in range(12)] + ["демо.рф", "7701234567"]
BOTH = ["demo-also.ru", "demo-both.ru"]


@pytest.fixture
def desks(tmp_path_factory: pytest.TempPathFactory) -> Desks:
    found = Desks(parties_of(tmp_path_factory))
    found.ru()
    return found


def ask(desks: Desks, elements: frozenset[str] = OURS, over: str = "names") -> models.IntersectionRun:
    run, decision = ask_intersection(desks.home, "oac.by", over, elements, RU_BOSS, at=AT)
    assert run is not None, decision
    return run


def test_the_asker_learns_what_both_have_and_the_other_a_size(desks: Desks) -> None:
    run = ask(desks)
    kept = find_kept(desks.home, run.uuid)
    assert kept is not None
    assert set(kept.elements) > OURS
    desks.exchange()
    desks.by()
    assert (get_run(run.uuid).state, get_run(run.uuid).asker) == ("waiting", "cctld.ru")
    answer_intersection(desks.home, run.uuid, THEIRS, BY_BOSS, at=AT)
    desks.exchange()
    desks.by()
    theirs = get_run(run.uuid)
    assert (theirs.state, theirs.found, theirs.bucket, theirs.answer_bucket) == ("answered", [], 256, 256)
    transcript = [(one.message, one.sender, one.points, one.size, one.sha256) for one in messages_of(theirs)]
    assert [(one[0], one[3]) for one in transcript] == [("request", 8448), ("setup", 8448), ("response", 8448)]
    for name in OURS - THEIRS:  # in no column, nor the plain hash of it
        assert desks.holds(name.encode()) == []
        assert desks.holds(sha256(name.encode()).digest()) == []
    desks.ru()
    assert tend_intersections(desks.home, at=AT) == 1
    ours = get_run(run.uuid)
    assert (ours.state, ours.found, ours.answer_bucket) == ("finished", BOTH, 256)
    assert find_kept(desks.home, run.uuid) is None
    for name in THEIRS - OURS:
        assert desks.holds(name.encode()) == []
        assert desks.holds(sha256(name.encode()).digest()) == []
    assert [(one.message, one.sender, one.points, one.size, one.sha256) for one in messages_of(ours)] == transcript
    # What passed is in no byte a name of either: points of a curve, one length for every set of the bucket.
    for message in ("setup", "response"):
        octets = read_message(ours, message, direction="in")
        assert len(octets) == 256 * 33
        assert not any(name.encode() in octets for name in OURS | THEIRS)
    assert len({one[4] for one in transcript}) == 3


def test_two_runs_over_the_same_set_have_no_point_in_common(desks: Desks) -> None:
    sent = [ask(desks) for _ in range(2)]
    first, second = (read_message(run, "request", direction="out") for run in sent)
    points = [{data[at : at + 33] for at in range(0, len(data), 33)} for data in (first, second)]
    assert len(first) == len(second)
    assert not points[0] & points[1]


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.sampled_from(_POOL), min_size=1), st.sets(st.sampled_from(_POOL), min_size=1))
def test_the_result_is_that_of_plain_sets(desks: Desks, ours: set[str], theirs: set[str]) -> None:
    request, kept = make_request(desks.home, ours)
    assert read_answer(desks.home, kept, *make_answer(desks.home, theirs, request)) == sorted(ours & theirs)


def test_padding_is_random_and_in_no_order() -> None:
    padded = pad(OURS)
    assert len(padded) == len(set(padded)) == 256
    assert pad(OURS) != padded
    assert len({len(one) for one in padded if one not in OURS}) == 1


def test_only_supervisors_compare_sets(desks: Desks) -> None:
    analyst = msgspec.structs.replace(RU_BOSS, role="analyst")
    with pytest.raises(ForbiddenError):
        ask_intersection(desks.home, "oac.by", "names", OURS, analyst, at=AT)
    with pytest.raises(InputError):
        ask_intersection(desks.home, "oac.by", "names", (), RU_BOSS, at=AT)
    with pytest.raises(InputError):
        ask_intersection(desks.home, "oac.by", "secrets", OURS, RU_BOSS, at=AT)
    uuid = ask(desks).uuid
    with pytest.raises(ConflictError):
        answer_intersection(desks.home, uuid, OURS, RU_BOSS, at=AT)
    desks.exchange()
    desks.by()
    with pytest.raises(ForbiddenError):
        decline_intersection(desks.home, uuid, analyst, at=AT)


def test_it_says_where_the_arithmetic_is_not_installed(desks: Desks, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = str(tmp_path_factory.mktemp("nothing"))
    warnings = msgspec.structs.replace(desks.home.settings.warnings, intersection_packages=folder)
    home = msgspec.structs.replace(desks.home, settings=msgspec.structs.replace(desks.home.settings, warnings=warnings))
    with pytest.raises(SettingError, match="pip install"):
        ask_intersection(home, "oac.by", "names", OURS, RU_BOSS, at=AT)


def test_runs_are_counted_and_sets_bounded_by_the_clause(desks: Desks) -> None:
    for number in range(4):
        models.IntersectionRun.objects.create(
            uuid=f"run-{number}", asker="cctld.ru", partner="oac.by", over="names", bucket=256, state="asked", at=AT
        )
    run, decision = ask_intersection(desks.home, "oac.by", "names", OURS, RU_BOSS, at=AT)
    assert (run, decision.clause, decision.reason) == (None, "14", "over-daily-cap")
    run, decision = ask_intersection(desks.home, "oac.by", "names", OURS, RU_BOSS, at=AT + timedelta(days=1))
    assert run is not None
    large = frozenset(f"demo-{number}.ru" for number in range(16_385))
    run, decision = ask_intersection(desks.home, "oac.by", "names", large, RU_BOSS, at=AT + timedelta(days=2))
    assert (run, decision.clause, decision.reason) == (None, "14", "set-too-large")
    assert models.Decision.objects.filter(kind="inquiry", verdict="refuse").count() == 2


def test_a_run_is_declined_or_ends_by_itself(desks: Desks) -> None:
    first, second = ask(desks), ask(desks)
    desks.exchange()
    desks.by()
    assert decline_intersection(desks.home, first.uuid, BY_BOSS, why="not now", at=AT).state == "refused"
    with pytest.raises(ConflictError):
        answer_intersection(desks.home, first.uuid, THEIRS, BY_BOSS, at=AT)
    assert tend_intersections(desks.home, at=AT + timedelta(days=8)) == 1
    desks.exchange()
    desks.ru()
    assert (get_run(first.uuid).state, get_run(second.uuid).state) == ("refused", "asked")
    assert find_kept(desks.home, first.uuid) is None
    assert desks.holds(b"not now") == []
    assert tend_intersections(desks.home, at=AT + timedelta(days=8)) == 1
    assert (get_run(second.uuid).state, find_kept(desks.home, second.uuid)) == ("expired", None)


def test_points_that_are_none_fail_the_run_and_the_asker_is_told(desks: Desks) -> None:
    run = ask(desks)
    entries = [changed(entry, data=b"\x02" + b"\xff" * 32) for entry in desks.outgoing()]
    desks.by()
    assert apply_and_keep(desks, entries) == [""]
    with pytest.raises(IntersectionError):
        answer_intersection(desks.home, run.uuid, THEIRS, BY_BOSS, at=AT)
    assert get_run(run.uuid).state == "failed"
    assert desks.outgoing()[-1].kind == "intersection-ended"


def changed(entry: IncomingEntry, *, data: bytes = b"", **said: object) -> IncomingEntry:
    """An entry of a partner that does not keep to the protocol; `data`: a point that stands for all."""
    payload = parse_part(entry.payload)
    assert isinstance(payload, PartPayload)
    if data:
        octets = data * payload.bucket
        said |= {"data": cut_message(octets)[0], "sha256": sha256(octets).hexdigest()}
    payload = msgspec.structs.replace(payload, **said)
    return entry._replace(subject=str(payload.run), payload=render_intersection(payload, sender="cctld.ru", salt=""))


def apply_and_keep(desks: Desks, entries: list[IncomingEntry]) -> list[str]:
    """Apply entries and keep them in the ledger, as a batch does."""
    refusals = apply_entries(desks.home, "cctld.ru", entries, at=AT)
    ledger = desks.ledger("in")
    for entry, refused in zip(entries, refusals, strict=True):
        models.LedgerEntry.objects.create(
            ledger=ledger, position=entry.position, kind=entry.kind, subject=entry.subject, payload=entry.payload,
            leaf=urandom(32), refused=refused, at=AT,
        )  # fmt: skip
    return refusals


def test_what_a_receiver_refuses(desks: Desks) -> None:
    ask(desks)
    entry = desks.outgoing()[0]
    assert parse_part(entry.payload[:-9]).code == "malformed"  # type: ignore[union-attr]
    bad = [
        (changed(entry, bucket=300), "payload:bad-value"),
        (changed(entry, bucket=1024), "payload:bad-size"),
        (changed(entry, number=1), "payload:bad-value"),
        (changed(entry, data=b"\x02" * 20), "payload:bad-size"),
        (changed(entry, decided_at=AT + timedelta(days=3)), "decided-in-the-future"),
        (changed(entry, message="response"), "no-such-run"),
        (entry._replace(subject="0"), "subject-mismatch"),
        (entry, ""),
        (entry, "run-is-taken"),
        (changed(entry, message="setup"), "no-such-run"),
    ]
    desks.by()
    assert apply_entries(desks.home, "cctld.ru", [one for one, _ in bad], at=AT) == [refusal for _, refusal in bad]
    assert models.IntersectionRun.objects.count() == 1


def test_a_message_that_is_another_than_was_announced_fails_the_run(desks: Desks) -> None:
    run = ask(desks)
    entries = [changed(one, sha256="0" * 64) for one in desks.outgoing()]
    desks.by()
    assert apply_and_keep(desks, entries) == [""]
    with pytest.raises(IntersectionError, match="announced"):
        answer_intersection(desks.home, run.uuid, THEIRS, BY_BOSS, at=AT)
