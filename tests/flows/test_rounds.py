"""The desk's list of rounds: each stands in it once, and whoever waits for others waits apart."""

from comity.flows.deliver_webhooks import deliver_webhooks
from comity.flows.tend import ROUNDS


def test_no_round_is_run_twice() -> None:
    """Two threads that deliver the same webhooks would post the same message twice."""
    assert len({each.name for each in ROUNDS}) == len(ROUNDS)
    assert len({each.run for each in ROUNDS}) == len(ROUNDS)


def test_receivers_of_webhooks_keep_no_clock_waiting() -> None:
    assert all(each.apart for each in ROUNDS if each.run is deliver_webhooks)
