"""A partner that is away for days: the courier goes on asking, never more seldom than it says."""

import time
from itertools import pairwise

from comity.edges.patience import Patience


def test_the_delay_grows_and_is_bounded_however_often_it_failed() -> None:
    patience = Patience(0.2, 30.0)
    delays = []
    for _ in range(5_000):
        now = time.monotonic()
        patience.delay()
        delays.append(patience._next - now)
    assert all(before <= after + 0.05 for before, after in pairwise(delays))
    assert delays[0] < 0.5
    assert 29.0 < delays[-1] <= 30.5
    assert not patience.is_over()


def test_it_does_not_wait_after_something_went_well() -> None:
    patience = Patience(0.0, 30.0)
    assert patience.is_over()
    patience.delay()
    assert patience.is_over()
    patience = Patience(0.2, 30.0)
    for _ in range(10):
        patience.delay()
    patience.hope()
    now = time.monotonic()
    patience.delay()
    assert patience._next - now < 0.5
