"""Courier: carry entries that no partner has receipted yet, link by link, and keep the receipts.

The courier signs one checkpoint for whatever has gathered, sends the entries up to it, checks the partner's cosignature
and stores the receipt in a transaction of its own; nothing is sent from inside a transaction.  What it does next is
`core.exchange.SENDER` and nothing else.  After any trouble it waits longer each time and then asks how many entries the
partner has, so a lost answer or a crash on either side costs one question.
"""

import logging
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Final

from django.db import close_old_connections

from comity.core.errors import ComityError, InputError
from comity.core.exchange import (
    AheadError,
    ForgedError,
    ForkError,
    Sender,
    SenderEvent,
    sender_step,
    weigh_answer,
)
from comity.core.ledger import Frontier, Head
from comity.core.proofs import frontier_at
from comity.edges.home import Home
from comity.edges.keys import SigningKey, load_public_keys, load_signing_key
from comity.edges.partner_http import Answer, PartnerConnection, PartnerError
from comity.edges.tls import client_context
from comity.store.ledger_tiles import node_reader
from comity.store.ledgers import read_batch, root_at, store_receipt
from comity.store.links import get_ledger, is_in_force, list_links, note_try, partner_keys, stop_link
from comity.store.models import Ledger, Link
from comity.wire.checkpoint import read_head, sign_checkpoint
from comity.wire.link_batch import render_batch

LOG = logging.getLogger("comity.courier")
_DOUBLINGS: Final = 16  # a partner away for a day must not take the delay out of what a float can hold
BATCH_PAYLOAD_BYTES: Final = 8 * 1024 * 1024


class DamagedLedgerError(ComityError):
    """This node's own ledger misses entries it has signed; see comity link verify."""

    code = "ledger-damaged"


def courier(home: Home, *, stop: Callable[[], bool]) -> None:
    """Carry entries to every partner until told to stop: one batch a turn, link after link, none starves another."""
    lines: dict[str, Line] = {}
    while not stop():
        close_old_connections()
        busy = False
        for link in list_links():
            line = lines.get(link.partner)
            if line is None or not line.serves(link):
                line = lines[link.partner] = Line(home, link)
            busy = line.turn(link) or busy
        if not busy:
            time.sleep(home.settings.link.poll_seconds)
    for line in lines.values():
        line.close()


def drain(home: Home, partners: Collection[str] = ()) -> dict[str, str]:
    """Carry what is waiting now, once; tell for each partner what stopped it ("": all receipted)."""
    ended: dict[str, str] = {}
    for link in list_links():
        if partners and link.partner not in partners:
            continue
        line = Line(home, link)
        while line.turn(link):
            link.refresh_from_db()
        line.close()
        ended[link.partner] = "" if line.sender.state == "quiet" else line.trouble or link.state
    return ended


class Line:
    """One link's moving parts: where its sender stands, the connection, and the tree's edge at the cursor."""

    def __init__(self, home: Home, link: Link) -> None:
        self._home = home
        self._key: SigningKey = load_signing_key(home)
        self._own_keys = load_public_keys(home)
        self._address = (link.url, link.ca_pem)
        self._connection = PartnerConnection(
            link.url, client_context(home, link.ca_pem), answer_seconds=home.settings.link.answer_seconds
        )
        self._edge = Frontier()
        self._failures = 0
        self._next_try = 0.0
        self.sender = Sender()
        self.trouble = ""

    def serves(self, link: Link) -> bool:
        """Answer whether this line still goes to where the link points."""
        return self._address == (link.url, link.ca_pem)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def turn(self, link: Link) -> bool:
        """Do one thing for the link: ask, push one batch, or nothing.  Answer whether there is more to do at once."""
        if not self._may_speak(link):
            return False
        ledger = get_ledger(link, "out")
        if self.sender.state == "waiting":
            if time.monotonic() < self._next_try:
                return False
            self._step("due")
        elif self.sender.state == "quiet":
            if ledger.size == self.sender.cursor:
                return False
            self._step("entries")
        try:
            event = self._ask(link, ledger) if self.sender.state == "asking" else self._push(link, ledger)
        except PartnerError as error:
            event = self._failed("no-answer", error)
        except (ForgedError, InputError) as error:
            event = self._failed("forged", error)
        except (ForkError, AheadError) as error:
            stop_link(link, str(error))
            event = self._failed("fork", error)
        except ComityError as error:
            event = self._failed("refused", error)
        self._step(event)
        if self.trouble != link.last_error or self.trouble:
            note_try(link, at=datetime.now(UTC), error=self.trouble)
        return self.sender.state in {"asking", "sending"}

    def _may_speak(self, link: Link) -> bool:
        """A stopped link waits for a person; without a memorandum in force nothing is sent."""
        if link.state == "stopped":
            self.sender = Sender()
            return False
        if self.sender.state == "stopped":
            self.sender = Sender()  # a person opened it again before this turn came
        if link.state == "open" and is_in_force(link.partner, at=datetime.now(UTC)):
            if self.sender.state == "held":
                self._step("in-force")
            return True
        if self.sender.state in {"waiting", "sending", "quiet"}:
            self._step("suspended")
            self.trouble = "no memorandum is in force: nothing is sent"
            note_try(link, at=datetime.now(UTC), error=self.trouble)
        return False

    def _step(self, event: SenderEvent) -> None:
        self.sender, action = sender_step(self.sender, event)
        if action == "back-off":
            pace = self._home.settings.link
            delay = min(pace.back_off_seconds, pace.poll_seconds * 2 ** min(self._failures, _DOUBLINGS))
            self._next_try = time.monotonic() + delay
            self._failures += 1

    def _failed(self, event: SenderEvent, error: ComityError) -> SenderEvent:
        self.trouble = f"{error} [{error.code}]"
        LOG.warning("link: %s", self.trouble)
        return event

    def _ask(self, link: Link, ledger: Ledger) -> SenderEvent:
        """Ask how many entries the partner has; the question is our newest head, signed."""
        note = self._sign(Head(ledger.origin, ledger.size, ledger.root))
        answer = self._connection.post(
            f"/link/v1/{ledger.origin}/status", note, content_type="text/plain; charset=utf-8"
        )
        return self._weigh(link, ledger, note, answer, sent=0)

    def _push(self, link: Link, ledger: Ledger) -> SenderEvent:
        """Send the next batch from the cursor."""
        cursor = self.sender.cursor
        stop = min(cursor + self._home.settings.link.batch_entries, ledger.size)
        entries = read_batch(ledger.pk, cursor, stop=stop, max_bytes=BATCH_PAYLOAD_BYTES)
        if [entry.position for entry in entries] != list(range(cursor, cursor + len(entries))) or not entries:
            raise DamagedLedgerError(f"entries from {cursor} on are missing", item=ledger.origin)
        if self._edge.size != cursor:
            self._edge = frontier_at(cursor, node_reader(ledger.pk))
        grown, _growth = self._edge.extend([entry.leaf for entry in entries])
        note = self._sign(Head(ledger.origin, grown.size, grown.root()))
        body = render_batch(note, cursor, [entry.outgoing() for entry in entries])
        answer = self._connection.post(
            f"/link/v1/{ledger.origin}/batch", body, content_type="application/vnd.comity.batch"
        )
        event = self._weigh(link, ledger, note, answer, sent=grown.size)
        if event in {"receipt", "caught-up"} and self.sender.cursor == grown.size:
            self._edge = grown
        return event

    def _weigh(self, link: Link, ledger: Ledger, note: bytes, answer: Answer, *, sent: int) -> SenderEvent:
        """Check what the partner answered; a receipt is stored before anything else is sent."""
        if answer.status != 200:
            if answer.code == "position-gap" and self.sender.state == "sending":
                return "gap"
            self.trouble = f"partner answered {answer.status}: {answer.detail} [{answer.code}]"
            LOG.warning("link %s: %s", link.partner, self.trouble)
            return "refused"
        now = datetime.now(UTC)
        keys = partner_keys(link.partner, at=now)
        ledger.refresh_from_db()  # it grew meanwhile, and `comity link sync` may have sent what it grew by
        signed = read_head(answer.body, sender=self._own_keys, receiver=keys, receiver_name=link.partner)
        event = weigh_answer(
            signed, origin=ledger.origin, size=ledger.size, sent=sent, root_at=lambda size: root_at(ledger, size)
        )
        if event in {"fork", "ahead"}:
            raise _evidence(event, note, answer.body)
        if event in {"receipt", "caught-up"}:
            if signed.signed_by and signed.head.size > ledger.receipt_size:
                store_receipt(ledger, checkpoint=note, receipt=answer.body, size=signed.head.size, at=now)
            self.sender = Sender(self.sender.state, signed.head.size)
            self.trouble = ""
            self._failures = 0
        elif event in {"forged", "refused"}:
            self.trouble = f"the partner's answer is not a receipt for what was sent [{event}]"
            LOG.warning("link %s: %s", link.partner, self.trouble)
        return event

    def _sign(self, head: Head) -> bytes:
        return sign_checkpoint(head, self._key.public, self._key.sign)


def _evidence(event: SenderEvent, ours: bytes, theirs: bytes) -> ComityError:
    both = f"\n\nOurs:\n{ours.decode()}\nTheirs:\n{theirs.decode()}"
    if event == "ahead":
        return AheadError(
            "the partner holds more of our ledger than we do; was this node restored from a backup?" + both
        )
    return ForkError("the partner cosigned another history of our ledger" + both)
