"""A real BIND behind our primary: told by NOTIFY, signed by TSIG, brought up to date by IXFR.

It blocks, and blocks no more.  Its own refresh is five minutes: what it learns within seconds our NOTIFY told it.
"""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from comity.edges.home import Home, ZoneSettings
from comity.edges.tsig_keys import make_tsig_key
from comity.flows.block import block
from comity.store.models import ZoneAsked
from flows.bind import bind, comes_to_be, free_port, is_refused
from flows.blocked import home_at, subscribe, tell, told_case, withdrawn
from flows.test_serve_zones import serving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

ZONE = "rpz.example.by"
KEY = "resolver-1"


def test_bind_blocks_what_it_is_told_and_unblocks_what_is_withdrawn(transactional_db: None, tmp_path: Path) -> None:
    port = free_port()
    zone = ZoneSettings(subscriber="resolver-1", keys=(KEY,), secondaries=(f"127.0.0.1:{port}",), hot=False)
    home = home_at(tmp_path, rpz_example_by=zone)
    blocking = msgspec.structs.replace(home.settings.blocking, base_seconds=0)
    home = Home(home.path, msgspec.structs.replace(home.settings, blocking=blocking))
    key = make_tsig_key(home.path, KEY)
    subscriber = subscribe()
    first, second = told_case("demo-bank.by"), told_case("shop-demo.ru")
    many = [told_case(f"demo-{number}.by") for number in range(50)]
    tell(subscriber, [first, *many])
    block(home, at=datetime.now(UTC))
    with serving(home) as primary, bind(tmp_path / "bind", zone=ZONE, primary=primary, key=key, port=port):
        assert comes_to_be(port, "demo-bank.by", refused=True)
        assert is_refused(port, "www.mail.demo-bank.by")
        assert not is_refused(port, "shop-demo.ru")

        tell(subscriber, [second, withdrawn(first)])
        block(home, at=datetime.now(UTC))
        assert comes_to_be(port, "shop-demo.ru", refused=True)
        assert comes_to_be(port, "www.demo-bank.by", refused=False)
        asked = ZoneAsked.objects.get(output__origin=ZONE)
    assert (asked.how, asked.key) == ("ixfr", KEY)
    log = (tmp_path / "bind" / "log").read_text()
    assert "received notify for zone 'rpz.example.by': TSIG 'resolver-1'" in log
    assert "Transfer status: success" in log
