"""Comparisons of sets with a partner that keeps to no protocol, and with processes that die between two steps."""

import os
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comity.api.views_warnings import show_intersections
from comity.core.errors import InputError
from comity.core.intersections import check_points, parse_set
from comity.core.roles import Actor
from comity.edges.psi_process import (
    IntersectionError,
    find_kept,
    forget_strays,
    keep,
    make_answer,
    make_request,
    read_answer,
)
from comity.flows.apply_entry import apply_entries
from comity.flows.intersect import answer_intersection, ask_intersection
from comity.flows.tend_intersections import tend_intersections
from comity.store import models
from comity.store.intersections import add_message, end_run, get_run
from comity.wire.intersection_entries import PartPayload, parse_part, render_intersection
from flows.two_desks import Desks
from flows.two_parties import AT
from flows.warning_parties import parties_of

pytestmark = pytest.mark.django_db

RU_BOSS = Actor("irina", "supervisor", "cctld.ru")
BY_BOSS = Actor("oksana", "supervisor", "oac.by")
POINT = 33


@pytest.fixture
def desks(tmp_path_factory: pytest.TempPathFactory) -> Desks:
    found = Desks(parties_of(tmp_path_factory))
    found.ru()
    return found


def test_an_answer_in_which_nobodys_member_is_found_is_believed_in_nothing(desks: Desks) -> None:
    request, kept = make_request(desks.home, {"demo-both.ru", "demo-ours.ru"})
    setup, response = make_answer(desks.home, {"demo-both.ru"}, request)
    place = kept.elements.index("demo-both.ru") * POINT
    lie = response[place : place + POINT] * 256  # says of every member of ours that it is the one both have
    assert read_answer(desks.home, kept, setup, response) == ["demo-both.ru"]
    with pytest.raises(IntersectionError, match="nobody can have"):
        read_answer(desks.home, kept, setup, lie)
    assert check_points(response, 256)
    assert not check_points(lie, 256)


def test_members_that_cannot_be_seen_are_refused() -> None:
    for text in ("demo.ru\n\x01demo", "demo\u202e.ru", "demo.ru\0"):
        with pytest.raises(InputError, match="cannot be seen"):
            parse_set(text)
    with pytest.raises(InputError, match="253 octets"):
        parse_set("ж" * 130 + "\n" + "a" * 200)


def test_what_a_process_that_died_had_kept_is_deleted(desks: Desks) -> None:
    run, _ = ask_intersection(desks.home, "oac.by", "names", {"demo.ru"}, RU_BOSS, at=AT)
    assert run is not None
    _request, kept = make_request(desks.home, {"demo-stray.ru"})
    young, old = str(uuid4()), str(uuid4())
    for uuid in (young, old):
        keep(desks.home, uuid, kept)
    now = AT.timestamp()
    for uuid, age in ((young, 60), (old, 7_200), (run.uuid, 7_200)):
        os.utime(desks.home.path / "intersections" / f"{uuid}.json", (now - age, now - age))
    tend_intersections(desks.home, at=AT)
    assert [find_kept(desks.home, uuid) is None for uuid in (young, old, run.uuid)] == [False, True, False]
    assert forget_strays(desks.home, but=(), now=now + 7_200) == 2


def test_an_answer_that_was_made_while_the_memorandum_went_stays_here(desks: Desks) -> None:
    run, _ = ask_intersection(desks.home, "oac.by", "names", {"demo.ru"}, RU_BOSS, at=AT)
    assert run is not None
    desks.exchange()
    desks.by()
    before = len(desks.outgoing())
    asked = []

    def suspend(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        """The supervisor has begun; before the answer is made, the memorandum is suspended."""
        if "intersection_message" not in sql and '"ledger"' in sql and not asked:
            asked.append(sql)
            models.Memorandum.objects.update(status="suspended")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(suspend):
        row, decision = answer_intersection(desks.home, run.uuid, {"demo.ru"}, BY_BOSS, at=AT)
    assert asked
    assert (row.state, decision.verdict) == ("waiting", "refuse")
    assert len(desks.outgoing()) == before


def test_a_run_that_ended_is_not_revived_by_its_last_part(desks: Desks) -> None:
    large = {f"demo-{at}.ru" for at in range(1_400)}  # of 4,096 points: three parts and more
    run, _ = ask_intersection(desks.home, "oac.by", "names", large, RU_BOSS, at=AT)
    assert run is not None
    parts = desks.outgoing()[-4:]
    desks.by()
    assert set(apply_entries(desks.home, "cctld.ru", parts[:-1], at=AT)) == {""}
    assert tend_intersections(desks.home, at=AT + timedelta(days=8)) == 1
    assert apply_entries(desks.home, "cctld.ru", parts[-1:], at=AT) == ["no-such-run"]
    assert get_run(run.uuid).state == "expired"


def test_a_request_of_an_old_day_is_no_run_more(desks: Desks) -> None:
    ask_intersection(desks.home, "oac.by", "names", {"demo.ru"}, RU_BOSS, at=AT)
    entry = desks.outgoing()[-1]
    desks.by()
    assert apply_entries(desks.home, "cctld.ru", [entry], at=AT) == [""]
    payload = parse_part(entry.payload)
    assert isinstance(payload, PartPayload)
    old = PartPayload(**{word: getattr(payload, word) for word in payload.__struct_fields__} | {
        "run": uuid4(), "decided_at": AT - timedelta(days=3),
    })  # fmt: skip
    late = entry._replace(subject=str(old.run), payload=render_intersection(old, sender="cctld.ru", salt=""))
    (refusal,) = apply_entries(desks.home, "cctld.ru", [late], at=AT)
    assert refusal.endswith(":decided-out-of-order")


def test_runs_are_listed_by_as_many_questions_as_one(desks: Desks) -> None:
    counted = []
    for number in range(4):
        run = models.IntersectionRun.objects.create(
            uuid=f"run-{number}", asker="cctld.ru", partner="oac.by", over="names", bucket=256, state="asked", at=AT
        )
        add_message(run, "request", sender="cctld.ru", bucket=256, sha256="0" * 64, parts_here=1, at=AT)
        end_run(run, "refused", at=AT)
        with CaptureQueriesContext(connection) as asked:
            shown = show_intersections(None)  # type: ignore[arg-type]
        counted.append(len(asked))
        assert [len(one.messages) for one in shown.intersections] == [1] * (number + 1)
    assert len(set(counted)) == 1
