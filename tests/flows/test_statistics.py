"""Two nodes count their exchange, each from its own ledgers, and come to the same bytes or say where they do not."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.core.errors import ConflictError
from comity.core.exchange import IncomingEntry
from comity.core.ledger import PublicKey
from comity.core.periods import parse_period
from comity.core.roles import Actor
from comity.edges.keys import load_signing_key
from comity.flows.acknowledge import acknowledge
from comity.flows.advance_cases import Grounds
from comity.flows.apply_entry import apply_entries
from comity.flows.apply_statistics import recall_statistics
from comity.flows.ask import ask
from comity.flows.cosign_statistics import cosign_statistics
from comity.flows.count_statistics import NotThereYetError, count_statistics
from comity.flows.dismiss import dismiss
from comity.flows.erase import erase
from comity.flows.propose_statistics import propose_statistics
from comity.flows.tend_statistics import tend_statistics
from comity.flows.withdraw import withdraw
from comity.store import models
from comity.store.statistics import list_statements
from comity.wire.statistics import digest_of, parse_statistics, render_signed, render_statistics, signed_bytes
from comity.wire.statistics_entries import CosignedPayload, parse_stated, render_statement
from flows.two_desks import Desks
from flows.two_parties import AT, Parties, phishing

pytestmark = pytest.mark.django_db

MONTH = parse_period("2026-11")
assert MONTH is not None
SETTLED = datetime(2026, 12, 12, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
RU = Actor("ivan", "analyst", "cctld.ru")
BY = Actor("alena", "analyst", "oac.by")
RU_BOSS = Actor("olga", "supervisor", "cctld.ru")


@pytest.fixture
def parties(tmp_path: Path) -> Parties:
    return Parties(tmp_path)


@pytest.fixture
def desks(parties: Parties) -> Desks:
    """Three reports of .ru at .by: one acknowledged and dismissed, one acknowledged, one untouched."""
    desks = Desks(parties)
    desks.ru()
    desks.file(*(phishing(f"http://bank-demo-{number}.by/login") for number in range(3)))
    desks.exchange()
    desks.by()
    first, second = (models.Case.objects.get(registrable=f"bank-demo-{number}.by").ref for number in (0, 1))
    acknowledge(parties.by, [first], BY, at=AT + HOUR)
    acknowledge(parties.by, [second], BY, at=AT + 3 * HOUR)
    dismiss(parties.by, [first], BY, "not_reproducible", at=AT + 5 * HOUR)
    desks.exchange()
    return desks


def count(desks: Desks, reporter: str = "cctld.ru") -> bytes:
    assert MONTH is not None
    return render_statistics(count_statistics(desks.home, desks.partner, MONTH, reporter=reporter, at=SETTLED))


def states(desks: Desks) -> list[tuple[str, str]]:
    return [(one.state, one.why) for one in list_statements(reporter="cctld.ru")]


def tend(desks: Desks, *, at: datetime = SETTLED) -> int:
    """Run the round; tells how many statements about reports of .ru it made or answered."""
    before = states(desks)
    tend_statistics(desks.home, at=at)
    return int(states(desks) != before)


def test_both_count_the_same_bytes_and_what_was_counted_by_hand(desks: Desks) -> None:
    desks.ru()
    ours = count(desks)
    desks.by()
    assert count(desks) == ours
    figures = parse_statistics(ours).figures
    by_category = {one.category: (one.reports, one.early_warnings, one.cases) for one in figures.received}
    assert by_category["phishing"] == (3, 0, 3)
    answered = figures.answered
    assert (answered.cases, answered.acknowledged, answered.refused, answered.closed, answered.open) == (3, 2, 0, 1, 2)
    assert [(one.outcome, one.public_line, one.cases) for one in figures.outcomes] == [
        ("not_reproducible", "insufficient-grounds", 1)
    ]
    assert figures.public_lines.insufficient_grounds == 1
    assert (figures.acknowledge.median, figures.acknowledge.p75, figures.acknowledge.p90) == (3600, 10800, 10800)
    assert (figures.outcome.count, figures.outcome.median) == (1, 18_000)


def test_a_month_is_proposed_when_it_is_settled_and_cosigned_by_the_other(desks: Desks) -> None:
    desks.ru()
    assert tend(desks, at=datetime(2026, 12, 10, 23, tzinfo=UTC)) == 0
    assert tend(desks) == 1
    assert tend(desks) == 0
    assert states(desks) == [("proposed", "")]
    desks.at = SETTLED
    desks.exchange()
    desks.by()
    assert states(desks) == [("waiting", "")]
    assert tend(desks, at=SETTLED + HOUR) == 1
    assert states(desks) == [("agreed", "")]
    desks.exchange()
    desks.ru()
    (row,) = list_statements(reporter="cctld.ru")
    assert row.state == "agreed"
    signed = render_signed(
        row.body,
        [
            ("cctld.ru", load_signing_key(desks.parties.ru).public_key(), row.own_signature),
            ("oac.by", load_signing_key(desks.parties.by).public_key(), row.partner_signature),
        ],
    )
    assert msgspec.json.decode(signed)["document"] == row.body.decode()
    kinds = models.Decision.objects.filter(kind="statistics").values_list("direction", "verdict")
    assert set(kinds) == {("out", "send"), ("in", "send")}
    (theirs,) = list_statements(reporter="oac.by")  # .by reported nothing, and says so
    assert parse_statistics(theirs.body).figures.answered.cases == 0
    assert desks.differences() == []
    with pytest.raises(ConflictError, match="agreed"):
        propose_statistics(desks.home, desks.partner, MONTH, at=SETTLED + 2 * HOUR)  # type: ignore[arg-type]


def test_a_node_that_counts_otherwise_says_where(desks: Desks) -> None:
    desks.ru()
    tend(desks)
    desks.at = SETTLED
    desks.exchange()
    desks.by()
    row = models.Statement.objects.get(reporter="cctld.ru")
    payload = models.LedgerEntry.objects.filter(ledger__direction="out", kind="case-event").order_by("position").first()
    assert payload is not None
    models.LedgerEntry.objects.filter(pk=payload.pk).update(payload=b"{}")  # a ledger that somebody altered
    answer = cosign_statistics(desks.home, row.uuid, at=SETTLED + HOUR)
    assert (answer.state, answer.why) == ("differs", "figures")
    assert "/figures/acknowledge/median" in answer.paths
    desks.exchange()
    desks.ru()
    (row,) = list_statements(reporter="cctld.ru")
    assert (row.state, row.why, tuple(row.paths)) == ("differs", "figures", answer.paths)
    assert tend(desks, at=SETTLED + 2 * HOUR) == 0  # a difference is for people


def test_what_was_erased_since_is_counted_anew(desks: Desks) -> None:
    desks.ru()
    tend(desks)
    uuid = models.Report.objects.get(host="bank-demo-1.by").uuid
    desks.at = SETTLED
    desks.carry(desks.parties.ru)  # the statement is there; what follows is not
    desks.ru()
    erase(desks.home, uuid, RU_BOSS, reason="data-subject-request", at=SETTLED)
    desks.exchange()
    desks.by()
    assert tend(desks, at=SETTLED + HOUR) == 1
    assert states(desks) == [("differs", "erased-since")]
    desks.exchange()
    desks.ru()
    assert tend(desks, at=SETTLED + 2 * HOUR) == 1
    desks.at = SETTLED + 2 * HOUR
    desks.exchange()
    desks.by()
    assert tend(desks, at=SETTLED + 3 * HOUR) == 1
    assert states(desks) == [("agreed", ""), ("replaced", "erased-since")]
    figures = parse_statistics(list_statements(reporter="cctld.ru")[0].body).figures
    assert (figures.erased.reports, figures.answered.cases) == (1, 2)


def test_while_counted_entries_are_missing_it_waits(desks: Desks) -> None:
    desks.ru()
    tend(desks)
    desks.at = SETTLED
    desks.exchange()
    desks.by()
    backup = desks.snapshot()
    last = models.LedgerEntry.objects.filter(ledger__direction="out").order_by("-position").first()
    assert last is not None
    ledger = models.Ledger.objects.get(direction="out")
    ledger.size = last.position
    ledger.save()
    last.delete()
    (row,) = list_statements(reporter="cctld.ru")
    assert cosign_statistics(desks.home, row.uuid, at=SETTLED).state == "waits"
    assert states(desks) == [("waiting", "")]
    assert tend(desks) == 0
    document = parse_statistics(row.body)
    with pytest.raises(NotThereYetError):
        count_statistics(
            desks.home, "cctld.ru", MONTH, reporter="cctld.ru",  # type: ignore[arg-type]
            sizes=(document.ledgers[0].size, document.ledgers[1].size), at=SETTLED,
        )  # fmt: skip
    desks.restore(backup)
    assert tend(desks) == 1
    assert states(desks) == [("agreed", "")]


def test_nobody_signs_for_another_nor_about_another_document(desks: Desks) -> None:
    desks.ru()
    tend(desks)
    entry = next(one for one in desks.outgoing() if one.kind == "statistics")
    stated = parse_stated(entry.payload)
    key = load_signing_key(desks.parties.ru)
    desks.by()
    other = stated.document.replace('"acknowledged":2', '"acknowledged":3')  # type: ignore[union-attr]
    assert other != stated.document  # type: ignore[union-attr]

    def refused(payload: object, subject: str | None = None) -> str:
        data = render_statement(payload, sender="cctld.ru", tlp="TLP:AMBER", salt="0" * 32)  # type: ignore[arg-type]
        with transaction.atomic():
            said = apply_entries(
                desks.home, "cctld.ru", [IncomingEntry(99, entry.kind, subject or entry.subject, data)], at=SETTLED
            )
        return said[0]

    assert refused(msgspec.structs.replace(stated, document=other)) == "subject-mismatch"  # type: ignore[type-var]
    forged = b64encode(bytes(64)).decode()
    assert refused(msgspec.structs.replace(stated, signature=forged)) == "bad-signature"  # type: ignore[type-var]
    late = stated.decided_at + HOUR  # type: ignore[union-attr]
    assert refused(msgspec.structs.replace(stated, decided_at=late)) == "not-as-of-then"  # type: ignore[type-var]
    assert models.Statement.objects.count() == 0
    assert refused(stated) == ""

    desks.ru()
    row = models.Statement.objects.get()
    wrong = b64encode(key.sign(signed_bytes(row.body))).decode()  # our own signature is not the partner's
    cosigned = CosignedPayload(
        digest=row.digest, kid=key.kid, signature=wrong, clause="3", memorandum="", decided_at=SETTLED
    )
    data = render_statement(cosigned, sender="oac.by", tlp="TLP:AMBER", salt="0" * 32)
    with transaction.atomic():
        said = apply_entries(
            desks.home, "oac.by", [IncomingEntry(99, "statistics-cosigned", row.uuid, data)], at=SETTLED
        )
    assert said == ["bad-signature"]
    assert states(desks) == [("proposed", "")]
    assert PublicKey(key.kid, key.public) == key.public_key()


def test_a_restored_node_knows_again_what_it_stated_and_what_it_signed(desks: Desks) -> None:
    desks.ru()
    tend(desks)
    desks.at = SETTLED
    desks.exchange()
    desks.by()
    tend(desks, at=SETTLED + HOUR)
    desks.exchange()
    for home in (desks.parties.by, desks.parties.ru):
        desks.sit(home)
        entries, partner = desks.outgoing(), desks.partner
        kept = {one.uuid: one for one in models.Statement.objects.all()}
        models.Statement.objects.all().delete()
        models.LedgerEntry.objects.filter(ledger__direction="out", kind__startswith="statistics").update(
            refused="recalled"
        )
        with transaction.atomic():
            recall_statistics(home, partner, entries, at=SETTLED)
            said = [one for one in desks.incoming() if one.kind.startswith("statistics")]
            assert set(apply_entries(home, partner, said, at=SETTLED + HOUR)) == {""}
        for row in models.Statement.objects.all():
            former = kept[row.uuid]
            assert (row.body, row.stated_by, row.own_signature) == (former.body, former.stated_by, former.own_signature)
            assert (row.state, row.partner_signature) == (former.state, former.partner_signature)
        assert models.Statement.objects.count() == len(kept)


steps = st.lists(
    st.tuples(
        st.sampled_from(("report", "report", "acknowledge", "ask", "dismiss", "withdraw", "erase", "carry")),
        st.integers(0, 3),
        st.integers(1, 900),
    ),
    min_size=3,
    max_size=14,
)


@given(steps)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_passes_between_them_both_count_the_same(parties: Parties, taken: list[tuple[str, int, int]]) -> None:
    with transaction.atomic():
        desks = Desks(parties)
        at = AT
        for step, number, minutes in taken:
            at += timedelta(minutes=minutes)
            _take(desks, step, number, at)
        desks.at = SETTLED
        desks.exchange()
        desks.ru()
        ours = count(desks)
        desks.by()
        theirs = count(desks)
        assert ours == theirs
        figures = parse_statistics(ours).figures
        answered = figures.answered
        assert answered.cases == answered.refused + answered.closed + answered.open
        assert answered.cases == sum(one.cases for one in figures.received)
        assert answered.closed == sum(one.cases for one in figures.outcomes)
        assert answered.refused == sum(one.cases for one in figures.refusals)
        lines = msgspec.structs.astuple(figures.public_lines)
        assert answered.closed == sum(lines)
        for times in (figures.acknowledge, figures.outcome):
            assert times.judged + times.running + times.without_clock == answered.cases
            assert times.median <= times.p75 <= times.p90
        assert digest_of(ours) == digest_of(theirs)
        transaction.set_rollback(True)


def _take(desks: Desks, step: str, number: int, at: datetime) -> None:
    name = f"bank-demo-{number}.by"
    desks.at = at
    if step == "report":
        desks.ru()
        desks.file(phishing(f"http://{name}/login/{at:%d%H%M}"))
        return
    if step == "carry":
        desks.exchange()
        return
    if step in {"withdraw", "erase"}:
        desks.ru()
        report = models.Report.objects.filter(host=name).first()
        if report is not None and step == "erase":
            erase(desks.home, report.uuid, RU_BOSS, reason="sent-by-mistake", at=at)
        case = models.Case.objects.filter(registrable=name, state="referred").first()
        if case is not None and step == "withdraw":
            withdraw(desks.home, [case.ref], RU, at=at, grounds=Grounds(note="it was a mistake"))
        return
    desks.by()
    case = models.Case.objects.filter(registrable=name).first()
    if case is None:
        return
    if step == "acknowledge" and case.state == "received":
        acknowledge(desks.home, [case.ref], BY, at=at)
    elif step == "ask" and case.state == "triage":
        ask(desks.home, [case.ref], BY, "Does it still answer?", at=at)
    elif step == "dismiss" and case.state == "triage":
        dismiss(desks.home, [case.ref], BY, "false_positive", at=at)
