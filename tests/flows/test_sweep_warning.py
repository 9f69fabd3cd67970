"""A warning is swept for in real snapshots: from a partner's words to enquiries at our desk and an answer to it.

Protected names are left out, a sign that would match half the zone is refused and the partner is told how much, names
go when a supervisor released them.
"""

from datetime import date, timedelta

import pytest

from comity.core.roles import Actor
from comity.flows.answer_warning import release_answer
from comity.flows.open_enquiries import open_enquiries
from comity.flows.sweep_warning import NAMES_FOLDER, sweep_warnings
from comity.flows.tend_warnings import _is_due
from comity.flows.warn import NewWarning, warn
from comity.store.models import Case, Report, SweepFinding
from comity.store.warnings import get_answer, read_found
from comity.sweep.name_store import find_snapshot
from comity.sweep.snapshot_writing import write_snapshot
from flows.two_desks import Desks
from flows.two_parties import AT
from flows.warning_parties import parties_of
from sweep.names_made import frames

pytestmark = pytest.mark.django_db

BAD = "ns1.demo-bad.ru ns2.demo-bad.ru"
HALF = "shop-{digit:1-4}.by"
NARROW = "demo-{one|ten|two}.by"
NEW = NewWarning(
    category="phishing", text="One form for all", case="RU-7", servers=(BAD,), names=("demo-shop.by",),
    patterns=("shop-{digit:1-2}{digit:0-2}.by", NARROW),
)  # fmt: skip
ZONE = {
    "demo-one.by": (BAD, False), "demo-shop.by": ("ns1.demo.by", False), "demo-two.by": (BAD, True),
    "demo-well.by": ("ns1.demo.by", False), "tut.by": ("ns1.demo.by", False), "nbrb.by": (BAD, False),
    **{f"shop-{at}.by": ("ns1.demo.by", False) for at in range(60)},
}  # fmt: skip
FOUND = ["demo-one.by", "demo-shop.by", "demo-two.by"]


@pytest.fixture
def warned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desks, str]:
    """.ru has warned .by, which sits and has swept its zone."""
    desks = Desks(parties_of(tmp_path_factory))
    desks.ru()
    uuid = warn(desks.home, "oac.by", NEW, Actor("ivan", "analyst", "cctld.ru"), at=AT).uuid
    desks.exchange()
    desks.by()
    store = desks.home.path / NAMES_FOLDER
    if find_snapshot(store, "by") is None:  # the parties of these tests have one directory each
        write_snapshot(store, "by", frames(ZONE), as_of=date(2026, 11, 23), serial=1)
    return desks, uuid


def test_a_zone_is_swept_once_a_snapshot(warned: tuple[Desks, str]) -> None:
    desks, uuid = warned
    assert _is_due(desks.home, "by", AT)
    ((swept_uuid, swept),) = sweep_warnings(desks.home, at=AT)
    assert (swept_uuid, [one.name for one in swept.found]) == (uuid, FOUND)
    assert (swept.left_out, swept.zone_names) == (1, len(ZONE))
    assert not _is_due(desks.home, "by", AT)
    assert sweep_warnings(desks.home, at=AT + timedelta(hours=1)) == []
    assert not _is_due(desks.home, "xn--90ais", AT)  # it has no snapshot yet


def test_from_a_warning_to_enquiries_and_back_with_counts_then_names(warned: tuple[Desks, str]) -> None:
    desks, uuid = warned
    sweep_warnings(desks.home, at=AT)
    rows = list(SweepFinding.objects.order_by("name"))
    assert [(row.name, row.kind, row.state, row.first_sweep) for row in rows] == [
        (name, "warning", "open", None) for name in FOUND
    ]
    assert rows[0].detail.split("\x1f") == ["cctld.ru", "RU-7", f"name-servers {BAD}", f"pattern {NARROW}"]
    assert [row.score for row in rows] == [0.75, 0.5, 0.75]
    assert not Report.objects.exists()  # nothing is held or reported by it
    desks.exchange()
    desks.ru()
    answer = get_answer(uuid, "by")
    assert (answer.names, answer.fewer, answer.left_out, answer.left_out_fewer) == (5, True, 5, True)
    assert answer.refused == [{"sign": "pattern", "subject": HALF, "names": 60, "of": len(ZONE)}]
    assert desks.holds(b"demo-one") == []
    desks.by()
    release_answer(desks.home, uuid, "by", "names", Actor("olga", "supervisor", "oac.by"), at=AT)
    desks.exchange()
    desks.ru()
    assert [one.name for one in read_found(get_answer(uuid, "by"))] == FOUND


def test_an_enquiry_of_a_warning_becomes_a_case_as_any_other(warned: tuple[Desks, str]) -> None:
    desks, uuid = warned
    sweep_warnings(desks.home, at=AT)
    row = SweepFinding.objects.get(name="demo-one.by")
    alena = Actor("alena", "analyst", "oac.by")
    assert open_enquiries(desks.home, [row.pk], alena, "phishing", at=AT).done == (row.pk,)
    body = bytes(Report.objects.get().body)
    assert f"warning {uuid}".encode() in body
    assert b"cctld.ru warned of a campaign (its reference: RU-7)." in body
    assert Case.objects.get().registrable == "demo-one.by"
