"""Names of our zones before their day: asked of a real RDAP server and a real name server, few at a time, in time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dns.rcode
import pytest

from comity.core.dga import cut_parts
from comity.core.dga_dangers import Known
from comity.core.guards import join_guard_lists, parse_guard_list
from comity.edges.home import DnsSettings, Home, NodeSettings
from comity.flows import check_dga as checking
from comity.flows.check_dga import check_dga
from comity.store.dga import add_names, add_parts
from comity.store.models import DgaList, DgaName
from edges.test_rdap_client import responder  # noqa: F401 — a fixture
from flows.test_watch_names import Zone, name_server

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 26, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def keep(*names: str, day: str = "", zone: str = "ru") -> None:
    row = DgaList.objects.create(uuid=f"{zone}-{day}", family="demo", origin="cctld.ru", tlp="TLP:AMBER", at=AT)
    guard = join_guard_lists([parse_guard_list("own", f"bankdemo.{zone}")])
    rows = add_parts(row, cut_parts(zone, [(day, [f"{name}.{zone}" for name in names])]), party="cctld.ru")
    add_names(rows, Known(guard, frozenset()), at=AT)


def found() -> dict[str, str]:
    return dict(DgaName.objects.order_by("name").values_list("name", "check_state"))


def test_rdap_tells_what_is_registered_and_since_when(responder: Home) -> None:  # noqa: F811 — the fixture
    keep("gone", "busy", "qxkvjwzr", "bankdemo", day="2026-11-30")
    assert check_dga(responder, at=AT) == 3
    assert found() == {
        "bankdemo.ru": "protected", "busy.ru": "failed", "gone.ru": "unregistered", "qxkvjwzr.ru": "registered",
    }  # fmt: skip
    row = DgaName.objects.get(name="qxkvjwzr.ru")
    assert row.registered_at == datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert row.next_at == datetime(2026, 11, 29, tzinfo=UTC)
    assert DgaName.objects.get(name="busy.ru").next_at == AT + timedelta(hours=2)  # as the server asks
    assert check_dga(responder, at=AT) == 0


@pytest.fixture
def zone() -> Zone:
    return Zone()


@pytest.fixture
def home(zone: Zone) -> Iterator[Home]:
    with name_server(zone) as port:
        settings = DnsSettings(server="127.0.0.1", port=port, deadline_seconds=1.0)
        yield Home(Path("nowhere"), NodeSettings(party="cctld.ru", zones=("ru",), secret_key="s" * 50, dns=settings))


def test_the_dns_tells_less_and_a_round_is_bounded(home: Home, zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_AT_ONCE", 2)
    keep("qxkvjwzr", "zvqwkxjh", "hjwqzkxv")
    zone.rcode = dns.rcode.NXDOMAIN
    assert check_dga(home, at=AT) == 2
    assert sorted(found().values()) == ["unchecked", "undelegated", "undelegated"]
    zone.rcode = dns.rcode.SERVFAIL
    assert check_dga(home, at=AT) == 1
    assert sorted(found().values()) == ["failed", "undelegated", "undelegated"]
    zone.rcode = dns.rcode.NOERROR
    assert check_dga(home, at=AT + DAY) == 1
    assert sorted(found().values()) == ["registered", "undelegated", "undelegated"]
    assert check_dga(home, at=AT + 8 * DAY) == 2  # one without a day is looked at once a week


def test_only_what_is_due_is_looked_at_and_nothing_where_nobody_can_be_asked(home: Home) -> None:
    keep("qxkvjwzr", day="2026-12-31")
    assert check_dga(home, at=AT) == 0
    assert check_dga(home, at=AT + 28 * DAY) == 1
    nobody = Home(Path("nowhere"), NodeSettings(party="cctld.ru", zones=("ru",), secret_key="s" * 50))
    assert check_dga(nobody, at=AT + 40 * DAY) == 0
