"""A batch among others: what somebody else does to a case meanwhile neither stops a batch nor is lost."""

from collections.abc import Mapping
from threading import Thread

import pytest
from django.db import connection

from comity.core.guards import Guard
from comity.core.names import NameFolder, NameRefusal
from comity.core.reports import Claim, Report
from comity.edges.suffix_file import load_suffixes
from comity.flows.acknowledge import acknowledge
from comity.flows.store_batch import BatchOutcome, store_batch
from comity.store import models
from comity.store.case_writes import case_identity
from comity.store.reports import ensure_reporter
from flows.desk import ANNA, AT, HOME, OWN

FOLDER = NameFolder(load_suffixes())


class Meddling(dict[str, str]):
    """A guard list during whose look-up somebody takes a step on a case, from a connection of their own."""

    def __init__(self, ref: str) -> None:
        super().__init__()
        self.ref = ref
        self.looked = 0

    def get(self, *_: object) -> str:  # type: ignore[override]  # asked for one name at a time
        self.looked += 1
        if self.looked == 1:
            somebody = Thread(target=self._take_a_step)
            somebody.start()
            somebody.join()
        return ""

    def _take_a_step(self) -> None:
        try:
            assert acknowledge(HOME, [self.ref], ANNA, at=AT).done == (self.ref,)
        finally:
            connection.close()


def store(*names: str, guarded: Mapping[str, str] | None = None) -> BatchOutcome:
    claims = []
    for text in names:
        target = FOLDER.target(text)
        assert not isinstance(target, NameRefusal)
        claims.append(Claim(Report(name=text, category="phishing"), target.name, target.url or target.name.ascii))
    reporter = ensure_reporter("cert-demo", kind="feed", at=AT)
    return store_batch(
        HOME, claims, reporter=reporter, run=None, at=AT, guard=Guard({} if guarded is None else guarded, {})
    )


@pytest.mark.django_db
def test_a_batch_counts_its_reports_at_new_and_at_old_cases() -> None:
    first = store("http://bad.by/1", "http://bad.by/2", "http://bad.by/1", "http://worse.by/", "http://x.com/")
    assert (first.cases_opened, first.joined, first.duplicate, first.foreign) == (2, 1, 1, 1)
    again = store("http://bad.by/2", "http://bad.by/3", "http://new.by/")
    assert (again.cases_opened, again.joined, again.duplicate) == (1, 1, 1)
    cases = models.Case.objects.order_by("registrable").values_list("registrable", "report_count", "event_count", "pk")
    assert [case[:3] for case in cases] == [("bad.by", 3, 2), ("new.by", 1, 1), ("worse.by", 1, 1)]
    for registrable, reports, events, pk in cases:
        assert models.Report.objects.filter(case=pk, registrable=registrable).count() == reports
        assert models.CaseEvent.objects.filter(case=pk).count() == events


@pytest.mark.django_db(transaction=True)
def test_a_step_taken_while_a_batch_joins_the_case_makes_it_look_again() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite one transaction writes at a time: nobody can come between")
    store("http://bad.by/1")
    meddling = Meddling(case_identity(OWN, "bad.by", "phishing", 1).ref)
    outcome = store("http://bad.by/2", "http://new.by/", guarded=meddling)
    assert meddling.looked > 2  # the first look was for nothing
    assert (outcome.accepted, outcome.joined, outcome.cases_opened) == (2, 1, 1)
    case = models.Case.objects.get(registrable="bad.by")
    assert (case.state, case.report_count, case.event_count) == ("triage", 2, 3)
    events = models.CaseEvent.objects.filter(case=case).order_by("seq").values_list("event", flat=True)
    assert list(events)[1:] == ["start_triage", "report_joined"]
    assert models.Report.objects.count() == 3
