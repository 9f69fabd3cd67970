"""Push: carry our ledger over one link, a step at a time, and keep the receipts.

What it does next is `core.exchange.SENDER` and nothing else.  After a start it asks before it signs anything; it signs
one checkpoint for whatever has gathered, sends the entries up to it, checks the partner's cosignature and stores the
receipt in a transaction of its own; nothing is sent from inside a transaction.  After any trouble it waits longer each
time and asks again, so a lost answer or a crash on either side costs one question.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from comity.core.errors import ComityError, InputError
from comity.core.examination import weigh_answer
from comity.core.exchange import (
    BehindError,
    ForgedError,
    ForkError,
    GapError,
    Sender,
    SenderAction,
    SenderEvent,
    SenderState,
    sender_step,
)
from comity.core.ledger import Frontier, Head
from comity.edges.home import Home
from comity.edges.keys import load_public_keys
from comity.edges.partner_http import Answer, PartnerError
from comity.edges.patience import Patience
from comity.flows.compose import compose
from comity.flows.converse import BATCH, Conversation, is_well, tell_refusal
from comity.flows.recover import begin_recovery, end_recovery, take_part
from comity.store.ledgers import root_at, store_receipt
from comity.store.links import get_ledger, get_link, is_in_force, note_try, partner_keys, stop_link
from comity.store.models import Ledger, Link
from comity.wire.checkpoint import keep_signatures, read_head
from comity.wire.link_batch import BATCH_MAX_BYTES, parse_part

LOG = logging.getLogger("comity.courier")
_ACTIVE: Final[frozenset[SenderState]] = frozenset(("asking", "sending", "recovering"))


class Pusher:
    """One link's sender: where it stands, the conversation, and the tree's edge at the cursor."""

    def __init__(self, home: Home, link: Link) -> None:
        self._home = home
        self._partner = link.partner
        self._conversation = Conversation(home, link)
        self._patience = Patience(home.settings.link.poll_seconds, home.settings.link.back_off_seconds)
        self._edge = Frontier()
        self._found_gap = False
        self.sender = Sender()
        self.trouble = ""

    def close(self) -> None:
        """Hang up."""
        self._conversation.close()

    def turn(self, link: Link) -> bool:
        """Do one thing for the link: ask, push one batch, take a part back, or nothing.

        Answer whether there is more to do at once.
        """
        if not self._may_speak(link):
            return False
        ledger = get_ledger(link, "out")
        if self.sender.state == "waiting":
            if not self._patience.is_over():
                return False
            if link.state == "recovering":
                begin_recovery(link.partner)
                ledger = get_ledger(link, "out")
            self._step("due")
        elif self.sender.state == "quiet":
            if ledger.size == self.sender.cursor and not self._patience.is_over():
                return False
            self._step("due" if ledger.size == self.sender.cursor else "entries")
        act: dict[SenderState, Callable[[Link, Ledger], SenderEvent]] = {
            "asking": self._ask, "sending": self._push, "recovering": self._recall,
        }  # fmt: skip
        try:
            event = act[self.sender.state](link, ledger)
        except PartnerError as error:
            event = self._failed("no-answer", error)
        except (ForgedError, InputError) as error:
            event = self._failed("forged", error)
        except ForkError as error:
            stop_link(link, str(error))
            event = self._failed("fork", error)
        except ComityError as error:
            event = self._failed("refused", error)
        self._step(event)
        if self.trouble != link.last_error or self.trouble:
            note_try(link, at=datetime.now(UTC), error=self.trouble)
        return self.sender.state in _ACTIVE

    def _may_speak(self, link: Link) -> bool:
        """A stopped link waits for a person; without a memorandum in force nothing is sent; a restored node waits."""
        if link.state == "stopped" or self.sender.state == "stopped":
            self.sender = Sender()  # a person opens it again
            if link.state == "stopped":
                return False
        now = datetime.now(UTC)
        if link.recover_after is not None and now < link.recover_after:
            self.sender = Sender()
            return False
        if is_in_force(link.partner, at=now):
            if self.sender.state == "held":
                self._step("in-force")
            return True
        if self.sender.state != "held":
            self._step("suspended")
            self.trouble = "no memorandum is in force: nothing is sent"
            note_try(link, at=now, error=self.trouble)
        return False

    def _step(self, event: SenderEvent) -> None:
        action: SenderAction
        self.sender, action = sender_step(self.sender, event)
        if action == "back-off":
            self._patience.delay()
        elif self.sender.state == "quiet":
            self._patience.rest(self._home.settings.link.ask_seconds)

    def _failed(self, event: SenderEvent, error: ComityError) -> SenderEvent:
        self.trouble = f"{error} [{error.code}]"
        LOG.warning("link: %s", self.trouble, extra={"event": "link-trouble", "partner": self._partner})
        return event

    def _ask(self, link: Link, ledger: Ledger) -> SenderEvent:
        """Ask how many entries the partner has.  The question names the head that both know: what is receipted."""
        _note, answer = self._conversation.ask("status", _receipted(ledger), at=datetime.now(UTC))
        event = self._weigh(link, ledger, answer, sent=0)
        if event in {"receipt", "caught-up"} and get_link(link.partner).state == "recovering":
            end_recovery(self._home, link.partner, at=datetime.now(UTC))
            return "recovered"
        return event

    def _push(self, link: Link, ledger: Ledger) -> SenderEvent:
        """Send the next batch from the cursor."""
        composed = compose(self._home, self._conversation.key, link, ledger, self.sender.cursor, edge=self._edge)
        answer = self._conversation.post(ledger.origin, "batch", composed.body, content_type=BATCH)
        event = self._weigh(link, ledger, answer, sent=composed.edge.size)
        if event in {"receipt", "caught-up"} and self.sender.cursor == composed.edge.size:
            self._edge = composed.edge
        return event

    def _recall(self, link: Link, ledger: Ledger) -> SenderEvent:
        """Ask for the next part of our own ledger, and take it back."""
        head = Head(ledger.origin, ledger.size, ledger.root)
        now = datetime.now(UTC)
        _note, answer = self._conversation.ask("recall", head, at=now, max_bytes=BATCH_MAX_BYTES)
        if not is_well(answer):
            return self._refused(link, answer)
        self.trouble = "this node was restored: its own entries come back from the partner"
        return "recovered" if take_part(self._home, link.partner, parse_part(answer.body), at=now) else "part"

    def _weigh(self, link: Link, ledger: Ledger, answer: Answer, *, sent: int) -> SenderEvent:
        """Check what the partner answered; a receipt is stored before anything else is sent."""
        if not is_well(answer):
            # Once it is asked again at once; a partner that says so twice is not kept company in a loop.
            if answer.code == GapError.code and self.sender.state == "sending" and not self._found_gap:
                self._found_gap = True
                return "gap"
            self._found_gap = False
            return self._refused(link, answer)
        now = datetime.now(UTC)
        ledger.refresh_from_db()  # it grew meanwhile, and `comity link sync` may have sent what it grew by
        own, theirs = load_public_keys(self._home), partner_keys(link.partner, at=now)
        signed = read_head(answer.body, sender=own, receiver=theirs, receiver_name=link.partner)
        event = weigh_answer(
            signed, origin=ledger.origin, size=ledger.size, receipted=ledger.receipt_size, sent=sent,
            root_at=lambda size: root_at(ledger, size),
        )  # fmt: skip
        if event == "fork":
            raise ForkError(_evidence(ledger, answer.body))
        if event == "behind":
            begin_recovery(link.partner)
            self.trouble = f"{BehindError.__doc__} [{BehindError.code}]"
        elif event in {"receipt", "caught-up"}:
            if signed.signed_by and signed.head.size > ledger.receipt_size:
                kept = keep_signatures(answer.body, sender=own, receiver=theirs, receiver_name=link.partner)
                store_receipt(ledger, checkpoint=kept, receipt=kept, size=signed.head.size, at=now)
            self.sender = Sender(self.sender.state, signed.head.size)
            self.trouble = ""
            if self.sender.state == "sending":
                self._found_gap = False
            self._patience.hope()
        else:
            self.trouble = f"the partner's answer is not a receipt for what was sent [{event}]"
            LOG.warning("link: %s", self.trouble, extra={"event": "link-trouble", "partner": link.partner})
        return event

    def _refused(self, link: Link, answer: Answer) -> SenderEvent:
        self.trouble = tell_refusal(answer)
        LOG.warning("link: %s", self.trouble, extra={"event": "link-trouble", "partner": link.partner})
        return "refused"


def _receipted(ledger: Ledger) -> Head:
    """The newest head of our ledger that the partner has cosigned."""
    return Head(ledger.origin, ledger.receipt_size, root_at(ledger, ledger.receipt_size))


def _evidence(ledger: Ledger, theirs: bytes) -> str:
    ours = ledger.receipt.decode() or "(nothing was receipted)\n"
    return f"the partner cosigned another history of our ledger\n\nOurs:\n{ours}\nTheirs:\n{theirs.decode()}"
