"""Fetch: ask a partner that cannot reach this node for its ledger, take it, and hand over the receipts (pull mode).

What it does next is `core.exchange.FETCHER`.  The receipt goes first: the last one may never have arrived.  What comes
is taken by the same verification and in the same transaction as a batch that is pushed (`flows.receive`).  A partner
that was restored from a backup is given back what it lost of its own ledger.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from comity.core.errors import ComityError, InputError
from comity.core.exchange import (
    BehindError,
    Fetcher,
    FetcherEvent,
    FetcherState,
    ForgedError,
    ForkError,
    fetcher_step,
)
from comity.core.ledger import Head
from comity.edges.home import Home
from comity.edges.partner_http import Answer, PartnerError
from comity.edges.patience import Patience
from comity.flows.answer import render_held
from comity.flows.converse import PART, TEXT, Conversation, is_well, read_number, tell_refusal
from comity.flows.receive import receive_batch
from comity.store.links import get_ledger, is_in_force, note_try
from comity.store.models import Ledger, Link
from comity.wire.link_batch import BATCH_MAX_BYTES

LOG = logging.getLogger("comity.courier")
_ACTIVE: Final[frozenset[FetcherState]] = frozenset(("telling", "fetching", "returning"))


class Puller:
    """One link's fetcher: where it stands, and the conversation."""

    def __init__(self, home: Home, link: Link) -> None:
        self._home = home
        self._partner = link.partner
        self._conversation = Conversation(home, link)
        self._patience = Patience(home.settings.link.poll_seconds, home.settings.link.back_off_seconds)
        self._lacks_from = 0
        self.fetcher = Fetcher()
        self.trouble = ""

    def close(self) -> None:
        """Hang up."""
        self._conversation.close()

    def turn(self, link: Link) -> bool:
        """Do one thing: hand over the receipt, fetch a batch, give back a part, or nothing.

        Answer whether there is more to do at once.
        """
        # While this node recovers it asks all the same, though it takes nothing: so the partner learns what it holds.
        if link.state == "stopped" or not is_in_force(link.partner, at=datetime.now(UTC)):
            self.fetcher = Fetcher()
            return False
        if self.fetcher.state == "stopped":
            self.fetcher = Fetcher()
        if self.fetcher.state == "waiting":
            if not self._patience.is_over():
                return False
            self._step("due")
        act: dict[FetcherState, Callable[[Link, Ledger], FetcherEvent]] = {
            "telling": self._tell, "fetching": self._fetch, "returning": self._give_back,
        }  # fmt: skip
        try:
            event = act[self.fetcher.state](link, get_ledger(link, "in"))
        except PartnerError as error:
            event = self._failed("no-answer", error)
        except (ForgedError, InputError) as error:
            event = self._failed("forged" if self.fetcher.state == "fetching" else "refused", error)
        except ForkError as error:
            event = self._failed("fork" if self.fetcher.state == "fetching" else "refused", error)
        except ComityError as error:
            event = self._failed("refused", error)
        self._step(event)
        if self.trouble != link.last_error or self.trouble:
            note_try(link, at=datetime.now(UTC), error=self.trouble)
        return self.fetcher.state in _ACTIVE

    def _step(self, event: FetcherEvent) -> None:
        self.fetcher, action = fetcher_step(self.fetcher, event)
        if action == "back-off":
            self._patience.delay()
        elif action == "rest":
            self._patience.rest(self._home.settings.link.fetch_seconds)

    def _failed(self, event: FetcherEvent, error: ComityError) -> FetcherEvent:
        self.trouble = f"{error} [{error.code}]"
        LOG.warning("link: %s", self.trouble, extra={"event": "link-trouble", "partner": self._partner})
        return event

    def _tell(self, _link: Link, ledger: Ledger) -> FetcherEvent:
        """Hand over the receipt for everything that is held."""
        if not ledger.receipt:
            return "told"
        return self._told(self._conversation.post(ledger.origin, "receipt", ledger.receipt, content_type=TEXT))

    def _fetch(self, _link: Link, ledger: Ledger) -> FetcherEvent:
        """Ask for what follows, and take it."""
        now = datetime.now(UTC)
        head = Head(ledger.origin, ledger.size, ledger.root)
        _note, answer = self._conversation.ask("fetch", head, at=now, max_bytes=BATCH_MAX_BYTES)
        if not is_well(answer):
            event = self._told(answer)
            return "refused" if event == "told" else event
        self.trouble = ""
        if not answer.body:
            return "nothing"
        receive_batch(self._home, ledger.origin, answer.body, at=now)
        return "entries"

    def _give_back(self, _link: Link, ledger: Ledger) -> FetcherEvent:
        """Return what the partner lost of its own ledger, a part at a time."""
        if self._lacks_from >= ledger.size:
            self.trouble = "the partner asks for entries back that it never sent"
            return "refused"
        part = render_held(self._home, ledger, self._lacks_from)
        answer = self._conversation.post(ledger.origin, "return", part, content_type=PART)
        if not is_well(answer):
            self._told(answer)
            return "refused"
        has = read_number(answer.body.strip().decode("latin-1"))
        if has is None or has <= self._lacks_from:
            self.trouble = "the partner took its entries back and has no more than before"
            return "refused"
        self._lacks_from = has
        return "part" if has < ledger.size else "told"

    def _told(self, answer: Answer) -> FetcherEvent:
        """What an answer without entries means."""
        if is_well(answer):
            return "told"
        self.trouble = tell_refusal(answer)
        lacks_from = read_number(answer.item)
        if answer.code == BehindError.code and lacks_from is not None:
            self._lacks_from = lacks_from
            return "behind"
        LOG.warning("link: %s", self.trouble, extra={"event": "link-trouble", "partner": self._partner})
        return "refused"
