"""The inbox's questions: every one is answered from indexes, and answers what a plain filter over all cases would."""

import itertools
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q

from comity.core.cases import STATES
from comity.core.labels import Host, fold_host
from comity.store.fields import micros
from comity.store.inbox import (
    NAMES_AT_MOST,
    SORTS,
    Place,
    Search,
    Wanted,
    count_statement,
    count_wanted,
    find_page,
    is_cut,
    page_statement,
)
from comity.store.models import Case, Person, ScriptName
from comity.store.models.cases import NEVER

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
ZONES = ("ru", "by", "xn--p1ai")
CATEGORIES = ("phishing", "malware", "botnet-c2")
SEVERITIES = ("critical", "high", "normal")
OPEN = tuple(state for state in STATES if state not in {"closed", "merged"})
SEARCHES = [
    Search(registrable="name-7.ru"),
    Search(beginning="name-1", script="name-1"),
    Search(script="касса-1"),
    Search(ref="REF0-001"),
    Search(beginning="ref0", ref="REF0"),
    Search(),
]
WANTED = [
    Wanted(states=OPEN),
    Wanted(states=tuple(STATES)),
    Wanted(states=("received",), zones=("by",)),
    Wanted(states=OPEN, zones=("ru", "by"), category="malware"),
    Wanted(states=OPEN, category="botnet-c2", severity="critical"),
    Wanted(states=OPEN, assignee=1),
    Wanted(states=OPEN, unassigned=True, severity="high"),
    Wanted(states=OPEN, due_until=AT),
    Wanted(states=OPEN, due_after=AT, due_until=AT + timedelta(hours=24), zones=("ru",)),
    *(Wanted(states=OPEN, search=search) for search in SEARCHES),
    Wanted(states=("closed",), zones=("ru",), due_until=AT, search=SEARCHES[1]),
]


def fill(number: int) -> None:
    """Cases of all kinds, some of the same moment, in an order that is no order."""
    people = [Person.objects.create(pk=pk, username=f"person-{pk}") for pk in (1, 2)]
    chance = random.Random(7)
    rows = []
    for n in range(number):
        zone = chance.choice(ZONES)
        label = f"касса-{n}" if zone == "xn--p1ai" else f"name-{n}"
        host = fold_host(f"{label}.{zone}")
        assert isinstance(host, Host)
        rows.append(
            Case(
                ref=f"REF0-{n:04}-0000", uuid=f"uuid-{n}", registrable=host.ascii, zone=zone, party="cctld.ru",
                category=chance.choice(CATEGORIES), severity=chance.choice(SEVERITIES), episode=1,
                state=chance.choice(STATES), assignee=chance.choice([None, None, *people]),
                opened_at=AT - timedelta(minutes=chance.randrange(20)),
                changed_at=AT - timedelta(minutes=chance.randrange(20)),
                due_at=chance.choice([None, AT + timedelta(hours=chance.randrange(-30, 30))]),
            )
        )  # fmt: skip
    made = Case.objects.bulk_create(rows)
    ScriptName.objects.bulk_create(
        ScriptName(case=case, text=text)
        for case in made
        if isinstance(host := fold_host(case.registrable), Host) and (text := host.unicode) != case.registrable
    )


def expected(wanted: Wanted, sort: str) -> list[int]:
    """The same by looking at every case."""
    search = wanted.search
    found = []
    for case in Case.objects.select_related("scriptname"):
        script = case.scriptname.text if hasattr(case, "scriptname") else ""
        named = search is None or (
            (search.registrable and case.registrable == search.registrable)
            or (search.beginning and case.registrable.startswith(search.beginning))
            or (search.script and script.startswith(search.script))
            or (search.ref and case.ref.startswith(search.ref))
        )
        if (
            named
            and case.state in wanted.states
            and (not wanted.zones or case.zone in wanted.zones)
            and wanted.category in {"", case.category}
            and wanted.severity in {"", case.severity}
            and (wanted.assignee is None or case.assignee_id == wanted.assignee)
            and (not wanted.unassigned or case.assignee_id is None)
            and (wanted.due_until is None or (case.due_at is not None and case.due_at <= wanted.due_until))
            and (wanted.due_after is None or (case.due_at is not None and case.due_at > wanted.due_after))
        ):
            found.append(case)
    keys: dict[str, Any] = {
        "newest": lambda case: (-micros(case.opened_at), -case.pk),
        "oldest": lambda case: (micros(case.opened_at), case.pk),
        "changed": lambda case: (-micros(case.changed_at), -case.pk),
        "due": lambda case: (NEVER if case.due_at is None else micros(case.due_at), case.pk),
    }
    return [case.pk for case in sorted(found, key=keys[sort])]


@pytest.mark.django_db
def test_pages_forth_and_back_are_what_a_plain_filter_gives() -> None:
    fill(150)
    for wanted, sort in itertools.product(WANTED, SORTS):
        whole = expected(wanted, sort)
        assert count_wanted(wanted) == len(whole)
        assert count_wanted(wanted, at_most=3) == min(len(whole), 4)
        forth: list[Place] = []
        while page := find_page(wanted, sort, limit=20, after=forth[-1] if forth else None):
            forth += page
        assert [place.pk for place in forth] == whole, (wanted, sort)
        back: list[Place] = []
        while forth and (page := find_page(wanted, sort, limit=20, before=back[0] if back else forth[-1])):
            back = page + back
        assert back == forth[:-1], (wanted, sort)


def plan_of(sql: str, values: list[Any]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(("EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN ") + sql, values)
        return [str(row[-1]) for row in cursor.fetchall()]


@pytest.mark.django_db
def test_no_question_looks_at_every_case() -> None:
    fill(150)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # so few rows are read whole unless that is forbidden
            cursor.execute("ANALYZE abuse_case")
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
    place = Place(micros(AT), 77)
    for wanted, sort in itertools.product(WANTED, SORTS):
        for sql, values in (
            page_statement(wanted, sort, limit=51),
            page_statement(wanted, sort, limit=51, after=place),
            page_statement(wanted, sort, limit=51, before=place),
            count_statement(wanted),
        ):
            plan = plan_of(sql, values)
            touching = [step for step in plan if "abuse_case" in step or "script_name" in step]
            assert touching
            if connection.vendor == "postgresql":
                assert not [step for step in plan if "Seq Scan" in step], (wanted, sort, plan)
            else:
                assert all(step.startswith("SEARCH") for step in touching), (wanted, sort, plan)
                if wanted.search is None:
                    assert all("USING COVERING INDEX case_by_" in step for step in touching), plan


@pytest.mark.django_db
@pytest.mark.parametrize("sort", SORTS)
def test_what_is_not_searched_by_name_comes_in_order_of_its_index(sort: str) -> None:
    """The part of each state needs no sorting: its page costs what it shows, if the filter admits what comes first."""
    fill(150)
    index = {"newest": "case_by_opening", "oldest": "case_by_opening", "changed": "case_by_change"}.get(
        sort, "case_by_due"
    )
    sql, values = page_statement(Wanted(states=("received",)), sort, limit=51)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
    assert any(index in step for step in plan_of(sql, values))


@pytest.mark.django_db
def test_of_very_many_names_some_are_looked_through_and_it_is_said() -> None:
    Case.objects.bulk_create(
        Case(
            ref=f"R{n}", uuid=f"u{n}", registrable=f"same-{n}.ru", zone="ru", party="cctld.ru", category="phishing",
            severity="high", episode=1, state="received", opened_at=AT, changed_at=AT,
        )
        for n in range(NAMES_AT_MOST + 2)
    )  # fmt: skip
    many = Search(beginning="same-", script="same-")
    assert is_cut(many)
    assert not is_cut(Search(beginning="same-1", script="same-1"))
    assert count_wanted(Wanted(states=OPEN, search=many), at_most=9_000) == NAMES_AT_MOST + 1


@pytest.mark.django_db
def test_a_beginning_is_taken_literally() -> None:
    fill(20)
    for beginning in ("name_", "name%", "%", "_", "name-1\\", "name-1'"):
        assert find_page(Wanted(states=OPEN, search=Search(beginning=beginning)), "newest", limit=5) == []
    assert Case.objects.filter(Q(registrable__startswith="name-1")).exists()
