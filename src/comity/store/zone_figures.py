"""The cases of a period as a node's own numbers count them: a fixed number of queries, one pass."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from django.db.models import F, Min

from comity.core.cases import STATES
from comity.core.observations import Registration
from comity.core.periods import Period
from comity.core.zone_figures import Beside, OwnCase, OwnClock
from comity.store.models import Case, CaseClock, CaseEvent, Erasure, Look, Observation, Report

_SECOND: Final = timedelta(seconds=1)
_KINDS: Final = ("acknowledge", "outcome")


def read_own_cases(party: str, zones: Sequence[str], period: Period, *, at: datetime) -> list[OwnCase]:
    """Read the cases about names of these zones that were opened in a period, as they stand."""
    inside = {"zone__in": zones, "opened_at__gte": period.start, "opened_at__lt": period.end, "state__in": STATES}
    cases = Case.objects.filter(**inside)
    of_case = {f"case__{name}": value for name, value in inside.items()}
    clocks = _clocks(party, of_case, at)
    sources = _sources(of_case)
    marks = _marks(of_case)
    registrars = _registrars(list(cases.values_list("registrable", flat=True)))
    columns = cases.order_by("pk").values_list(
        "pk", "registrable", "category", "report_count", "outcome", "state", "protected"
    )
    return [
        OwnCase(
            category=category, source=sources.get(pk, ""), registrar=registrars.get(registrable, ""), reports=reports,
            outcome=outcome, closed=state == "closed", protected=bool(protected),
            appealed="appeal_filed" in marks.get(pk, ()), reversed=outcome == "restored_on_appeal",
            retracted="retract" in marks.get(pk, ()), clocks=clocks.get(pk, {}),
        )
        for pk, registrable, category, reports, outcome, state, protected in columns.iterator(chunk_size=2_000)
    ]  # fmt: skip


def read_beside(zones: Sequence[str], period: Period) -> Beside:
    """Count requests about personal data, looks at it, and reports of protected names that waited for a person."""
    within = period.start, period.end
    return Beside(
        personal_data_requests=Erasure.objects.filter(
            reason="data-subject-request", asked_at__gte=within[0], asked_at__lt=within[1]
        ).count(),
        personal_data_looks=Look.objects.filter(at__gte=within[0], at__lt=within[1]).count(),
        held_names=Report.objects.filter(
            zone__in=zones, standing="held", received_at__gte=within[0], received_at__lt=within[1]
        ).count(),
    )


def _clocks(party: str, of_case: dict[str, object], at: datetime) -> dict[int, dict[str, OwnClock]]:
    """Of each case the first clock of a kind that is ours; clocks towards partners are in the statements."""
    rows = CaseClock.objects.filter(owed_by=party, number=1, kind__in=_KINDS, **of_case)
    found: dict[int, dict[str, OwnClock]] = {}
    columns = rows.order_by("-started_at").values_list("case_id", "kind", "started_at", "stopped_at", "due_at")
    for case_pk, kind, started, stopped, due in columns.iterator(chunk_size=2_000):
        if stopped is not None:
            clock = OwnClock((stopped - started) // _SECOND, "within" if stopped <= due else "late")
        else:
            clock = OwnClock(None, "overdue" if due <= at else "running")
        found.setdefault(case_pk, {})[kind] = clock
    return found


def _sources(of_case: dict[str, object]) -> dict[int, str]:
    """The kind of reporter whose report came first."""
    first = Report.objects.filter(**of_case).values("case_id").annotate(first=Min("pk")).values_list("first", flat=True)
    rows = Report.objects.filter(pk__in=first).values_list("case_id", "reporter__kind")
    return {case_pk: kind for case_pk, kind in rows if case_pk is not None}


def _marks(of_case: dict[str, object]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    rows = CaseEvent.objects.filter(event__in=("appeal_filed", "retract"), **of_case).values_list("case_id", "event")
    for case_pk, event in rows:
        found.setdefault(case_pk, set()).add(event)
    return found


def _registrars(names: Sequence[str]) -> dict[str, str]:
    """The registrar that the newest look at each name learned."""
    found: dict[str, str] = {}
    wanted = sorted(set(names))
    for start in range(0, len(wanted), 2_000):
        rows = Observation.objects.filter(registrable__in=wanted[start : start + 2_000], kind__in=("rdap", "epp"))
        for name, body in rows.exclude(body=b"").order_by(F("pk")).values_list("registrable", "body"):
            registrar = msgspec.json.decode(body, type=Registration).registrar
            if registrar:
                found[name] = registrar[:120]
    return found
