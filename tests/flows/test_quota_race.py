"""Several writers at once take no more than the cap: what is counted stays true until the entry is written."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection

from comity.core.roles import Actor
from comity.flows.supply_info import supply_info
from comity.store import models
from flows.test_quotas import report_at
from flows.two_desks import Desks
from flows.two_parties import AT, Parties

pytestmark = pytest.mark.django_db(transaction=True)

CAP = 6
RU = Actor("ivan", "analyst", "cctld.ru")


def in_a_thread(work: Callable[[], object]) -> object:
    try:
        return work()
    finally:
        connection.close()


def test_several_writers_take_no_more_than_the_cap(tmp_path: Path) -> None:
    desks = Desks(Parties(tmp_path, reports_a_day=CAP))
    desks.ru()
    for number in range(CAP):
        report_at(desks, number, AT)
    refs = list(models.Case.objects.values_list("ref", flat=True))
    work = [lambda ref=ref: supply_info(desks.home, [ref], RU, "It answers.", at=AT) for ref in refs * 3]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(in_a_thread, work))
    verdicts = list(models.Decision.objects.filter(kind="inquiry").values_list("verdict", flat=True))
    assert (verdicts.count("send"), verdicts.count("refuse")) == (CAP, len(work) - CAP)
    assert len([one for one in desks.outgoing() if one.kind == "case-event"]) == CAP
    desks.clear()
