"""Tend the desk: what must happen by itself as time passes, in rounds.

`ROUNDS` is the whole list: a name, how often, and a flow that does what is due and answers how much it was.  The cost
of a round follows what is due and never the number of cases.  A round that fails is logged and does not stop the
others; it is tried again at its next time.  `comity serve` runs this in a process of its own.  Rounds that wait for
somebody else's server are `apart`: a thread of their own, so that no slow server keeps a clock or a hold waiting.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from django.db import DatabaseError, InterfaceError, connection

from comity.core.errors import ComityError
from comity.edges.home import Home
from comity.flows.block import block
from comity.flows.carry_out import carry_on
from comity.flows.deliver_mail import deliver_mail
from comity.flows.deliver_webhooks import deliver_webhooks
from comity.flows.drop_answers import drop_answers
from comity.flows.drop_filings import drop_filings
from comity.flows.fetch_feeds import compare_feeds, fetch_feeds
from comity.flows.fill_taxii import fill_taxii
from comity.flows.keep_misp import keep_misp
from comity.flows.read_mailbox import read_mailbox
from comity.flows.release import release
from comity.flows.sweep_zones import sweep_zones
from comity.flows.take_posted import take_posted
from comity.flows.tell_reporters import tell_reporters
from comity.flows.tend_clocks import tend_clocks
from comity.flows.tend_consultations import tend_consultations
from comity.flows.tend_dga import tend_dga
from comity.flows.tend_holds import tend_holds
from comity.flows.tend_intersections import tend_intersections
from comity.flows.tend_statistics import tend_statistics
from comity.flows.tend_warnings import tend_warnings
from comity.flows.watch_names import watch_names
from comity.flows.weigh_reporters import weigh_reporters
from comity.store.connect import let_go_if_read_only

LOG = logging.getLogger("comity.desk")
_LOOK_SECONDS: Final = 0.5


class Round(NamedTuple):
    """One thing to look after."""

    name: str
    every_seconds: float
    run: Callable[..., int]  # (home, *, at) -> how much was done
    apart: bool = False  # it waits for servers of others


ROUNDS: Final[tuple[Round, ...]] = (
    Round("clocks", 20.0, tend_clocks),
    Round("plans", 2.0, carry_on),
    Round("holds", 60.0, tend_holds),
    Round("subscribers told", 5.0, release),
    Round("mail delivered", 15.0, deliver_mail),
    Round("mail read", 20.0, read_mailbox, apart=True),
    Round("names watched", 60.0, watch_names, apart=True),
    Round("reporters told", 30.0, tell_reporters),
    Round("TAXII filled", 5.0, fill_taxii),
    Round("TAXII taken in", 10.0, take_posted),
    Round("filings dropped", 600.0, drop_filings),
    Round("reporters weighed", 3600.0, weigh_reporters),
    Round("consultations", 60.0, tend_consultations),
    Round("statistics", 60.0, tend_statistics),
    Round("algorithmic names", 60.0, tend_dga, apart=True),
    Round("warnings", 60.0, tend_warnings, apart=True),
    Round("intersections", 30.0, tend_intersections, apart=True),
    Round("names blocked", 2.0, block),
    Round("MISP feeds", 15.0, keep_misp),
    Round("feeds fetched", 30.0, fetch_feeds, apart=True),
    Round("feeds compared", 3600.0, compare_feeds),
    Round("zones swept", 30.0, sweep_zones, apart=True),
    Round("webhooks", 2.0, deliver_webhooks, apart=True),
    Round("answers dropped", 600.0, drop_answers),
)


def tend(home: Home, *, stop: Callable[[], bool]) -> None:
    """Run each round when its time has come, until told to stop."""
    ending = threading.Event()
    apart = threading.Thread(target=_tend, args=(home, [each for each in ROUNDS if each.apart], ending.is_set))
    apart.start()
    try:
        _tend(home, [each for each in ROUNDS if not each.apart], lambda: stop() or not apart.is_alive())
    finally:
        ending.set()
        apart.join()
    if not stop():
        raise RuntimeError("the rounds that wait for others ended before their time")  # the desk is started again


def _tend(home: Home, rounds: Sequence[Round], stop: Callable[[], bool]) -> None:
    due = {each.name: 0.0 for each in rounds}
    while not stop():
        for each in rounds:
            if time.monotonic() >= due[each.name] and not stop():
                _run(home, each)
                due[each.name] = time.monotonic() + each.every_seconds
        let_go_if_read_only()
        time.sleep(_LOOK_SECONDS)


def tend_once(home: Home, *, at: datetime) -> dict[str, int]:
    """Run every round once, in order, and answer how much each did.  Raises what a round raises."""
    return {each.name: each.run(home, at=at) for each in ROUNDS}


def _run(home: Home, each: Round) -> None:
    try:
        done = each.run(home, at=datetime.now(UTC))
    except (DatabaseError, InterfaceError):
        LOG.exception(
            "the store cannot be used; trying again",
            extra={"event": "round-failed", "part": each.name.replace(" ", "-")},
        )
        connection.close()
    except (ComityError, OSError):
        LOG.exception(
            "could not be done; trying again", extra={"event": "round-failed", "part": each.name.replace(" ", "-")}
        )
    except Exception:  # one round that meets what nobody thought of must not end those beside it
        LOG.exception(
            "failed in a way that nobody foresaw; trying again",
            extra={"event": "round-failed", "part": each.name.replace(" ", "-")},
        )
        connection.close()
    else:
        if done:
            LOG.info(
                "a round of the desk: %d",
                done,
                extra={"event": "round-done", "part": each.name.replace(" ", "-"), "count": done},
            )
