"""Pull mode: a node behind a firewall pushes its ledger and fetches the partner's; kill -9 changes nothing of it."""

import random
import socket
import time

import pytest

from exchange.pair import Pair

pytestmark = [pytest.mark.processes, pytest.mark.stores]


def test_a_node_that_nobody_can_reach_exchanges_all_the_same(pair: Pair) -> None:
    for node, _ in pair.directions():
        node.set_link(fetch_seconds=0.1, back_off_seconds=0.5, batch_entries=50)
    pair.fetch_at_ru()
    pair.by.start_listener()
    pair.by.start_courier()
    pair.ru.start_courier()  # no listener: outgoing connections only
    pair.ru.act("append", "oac.by", "0", "400", "20")
    pair.by.act("append", "cctld.ru", "1000", "400", "20")
    chance = random.Random(20261125)
    for _ in range(4):
        time.sleep(chance.uniform(0.05, 0.4))
        if chance.random() < 0.5:
            pair.by.kill("listener")
            pair.by.start_listener()
        else:
            pair.ru.kill("courier")
            pair.ru.start_courier()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", pair.ru.port)) != 0, "nothing listens at the node behind the firewall"
    held = pair.settle(seconds=60)
    for sender, receiver, first in ((held["ru"], held["by"], 0), (held["by"], held["ru"], 1000)):
        assert sender["sent"] == [str(number) for number in range(first, first + 400)]
        assert receiver["received"] == sender["sent"]
        assert receiver["root_received"] == sender["root_sent"]
        assert sender["differences"] == []


def test_sync_fetches_too_and_says_what_is_in_the_way(pair: Pair) -> None:
    pair.fetch_at_ru()
    pair.by.act("append", "cctld.ru", "0", "40", "20")
    pair.by.start_listener()
    pair.ru.comity("link", "sync")
    assert pair.ru.act("dump", "oac.by")["received"] == [str(number) for number in range(40)]
    assert pair.by.act("dump", "cctld.ru")["receipted"] == 40
