"""Real processes and kill -9: listeners, couriers and writers die at any moment on either side; counts stay equal."""

import random
import time

import pytest

from exchange.pair import Pair

pytestmark = [pytest.mark.processes, pytest.mark.stores]

EACH = 20  # entries of one transaction
COUNT = 4_000


def test_whatever_is_killed_everything_committed_arrives_once_and_in_order(pair: Pair) -> None:
    chance = random.Random(20261123)
    pair.start()
    for number, (node, other) in enumerate(pair.directions()):
        node.begin("append", other.party, str(number * 1_000_000), str(COUNT), str(EACH))
    for _ in range(6):
        time.sleep(chance.uniform(0.05, 0.6))
        node = chance.choice((pair.ru, pair.by))
        part = chance.choice(("listener", "courier", "courier"))
        node.kill(part)
        time.sleep(chance.uniform(0.0, 0.3))
        if part == "listener":
            node.start_listener()
        else:
            node.start_courier()
    pair.ru.kill("append")  # a writer dies in the middle of whatever it does; the other one finishes
    assert pair.by.wait("append") == 0
    held = pair.settle(seconds=60)
    ru, by = held["ru"], held["by"]
    assert by["sent"] == [str(1_000_000 + number) for number in range(COUNT)]
    assert ru["sent"] == [str(number) for number in range(len(ru["sent"]))]
    assert len(ru["sent"]) % EACH == 0, "a transaction came in part"
    for sender, receiver in ((ru, by), (by, ru)):
        assert receiver["received"] == sender["sent"]
        assert receiver["root_received"] == sender["root_sent"]
        assert sender["differences"] == []
        assert sender["state"] == "open"
