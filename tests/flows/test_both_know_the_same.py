"""Whatever one side reports, corrects, marks, withdraws and erases, suspended or not: both end up knowing the same."""

import os
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.core.erasure import is_reduced
from comity.core.names import NameRefusal
from comity.core.reports import Claim, Report
from comity.core.roles import Actor
from comity.flows.catch_up import catch_up
from comity.flows.correct import correct
from comity.flows.erase import erase
from comity.flows.mark import mark
from comity.flows.store_batch import store_batch
from comity.flows.withdraw import withdraw_report
from comity.store import models
from comity.store.reports import ensure_reporter
from comity.wire.report_json import parse_report as read_report
from flows.two_desks import Desks
from flows.two_parties import AT, FOLDER, Parties, phishing

pytestmark = pytest.mark.django_db

RU = Actor("ivan", "analyst", "cctld.ru")
MARKER = "ivanova-demo"
_EXAMPLES = 300 if os.environ.get("COMITY_SOAK") else 25

which = st.integers(0, 2)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("report"), which, st.none()),
        st.tuples(st.just("correct"), which, st.integers(0, 100)),
        st.tuples(st.just("mark"), which, st.sampled_from(("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER+STRICT"))),
        st.tuples(st.just("withdraw"), which, st.none()),
        st.tuples(st.just("erase"), which, st.none()),
        st.tuples(st.sampled_from(("suspend", "resume", "carry")), which, st.none()),
    ),
    min_size=4,
    max_size=16,
)


@pytest.fixture
def parties(tmp_path: Path) -> Parties:
    return Parties(tmp_path)


class Sender:
    """What an analyst at .ru may do to three reports, one step after the other."""

    def __init__(self, desks: Desks) -> None:
        self.desks, self.home, self.at = desks, desks.parties.ru, AT
        self.suspended = False

    def take(self, step: str, number: int, value: object) -> None:
        self.desks.ru()
        self.at += timedelta(minutes=1)
        row = models.Report.objects.filter(host=f"bank-demo-{number}.by").first()
        if step in {"suspend", "resume"}:
            self.suspend(step == "suspend")
        elif step == "carry":
            if not self.suspended:
                self.desks.carry(self.home, at=self.at)
                self.desks.carry(self.desks.parties.by, at=self.at)
        elif step == "report":
            self.report(number)
        elif row is not None:
            self.change(step, row, value)

    def suspend(self, suspended: bool) -> None:
        models.Memorandum.objects.update(status="suspended" if suspended else "in-force")
        self.suspended = suspended
        if not suspended:
            catch_up(self.home, "oac.by", at=self.at)

    def report(self, number: int) -> None:
        report = phishing(f"http://bank-demo-{number}.by/{MARKER}")
        target = FOLDER.target(report.name)
        assert not isinstance(target, NameRefusal)
        filed_by = ensure_reporter("cert-demo", kind="trusted-notifier", at=AT)
        claim = Claim(report, target.name, target.url)
        store_batch(self.home, [claim], reporter=filed_by, run=None, at=self.at)

    def change(self, step: str, row: models.Report, value: object) -> None:
        before = read_report(bytes(row.body))
        assert isinstance(before, Report)
        if step == "correct" and not is_reduced(before, host=row.host):
            words = f"{MARKER}, as it was seen at {value} minutes past the hour on that page."
            correct(self.home, row.uuid, msgspec.structs.replace(before, narrative=words), RU, at=self.at)
        elif step == "mark":
            mark(self.home, row.uuid, value, RU, at=self.at)  # type: ignore[arg-type]
        elif step == "erase":
            erase(self.home, row.uuid, RU, reason="legal-order", at=self.at)
        elif step == "withdraw":
            withdraw_report(self.home, row.uuid, RU, at=self.at)

    def settle(self) -> None:
        self.desks.ru()
        self.at += timedelta(minutes=1)
        self.suspend(suspended=False)
        self.desks.at = self.at
        self.desks.exchange()


def known(desks: Desks) -> dict[str, tuple[object, int]]:
    """What a node knows of each report, and how often its case was withdrawn."""
    found: dict[str, tuple[object, int]] = {}
    for row in models.Report.objects.select_related("case"):
        report = read_report(bytes(row.body))
        assert isinstance(report, Report)
        withdrawn = models.CaseEvent.objects.filter(
            case=row.case, event__in=("withdrawal_sent", "withdrawal_received")
        ).count()
        found[row.uuid] = (msgspec.structs.replace(report, report_id=None), withdrawn)
    return found


@settings(max_examples=_EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps)
def test_both_know_the_same_and_both_ledgers_are_what_was_signed(
    parties: Parties, steps: list[tuple[str, int, object]]
) -> None:
    desks = Desks(parties)
    sender = Sender(desks)
    for step in steps:
        sender.take(*step)
    sender.settle()

    desks.ru()
    ours, roots = known(desks), [desks.ledger(one).root for one in ("out", "in")]
    erased = {uuid for uuid, (report, _) in ours.items() if "erased" in report.tags}  # type: ignore[attr-defined]
    unconfirmed = models.Erasure.objects.filter(confirmed_at__isnull=True).count()
    assert desks.differences() == []
    assert unconfirmed == 0
    desks.by()
    theirs = known(desks)
    # A report that was erased before it left never became known as a report there.
    assert {uuid: one for uuid, one in ours.items() if uuid in theirs} == theirs
    assert ours.keys() - theirs.keys() <= erased
    assert desks.differences() == []
    assert [desks.ledger(one).root for one in ("in", "out")] == roots
    if len(erased) == len(ours):
        assert desks.holds(MARKER.encode()) == []
