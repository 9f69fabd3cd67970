"""A node without sockets and store: what is durable, what is forgotten in a crash, and the protocol's own functions.

Durable things change in one assignment, as one transaction does.  A backup is a copy of them; a restore puts it back.
"""

from copy import copy
from datetime import UTC, datetime
from typing import Literal

from nacl.signing import SigningKey

from comity.core.errors import ComityError, InputError
from comity.core.examination import examine, take_back, weigh_answer, weigh_question
from comity.core.exchange import (
    REFUSALS,
    BehindError,
    Fetcher,
    FetcherEvent,
    ForgedError,
    GapError,
    LinkStoppedError,
    OutgoingEntry,
    Question,
    Sender,
    SenderEvent,
    SignedHead,
    fetcher_step,
    receiver_step,
    sender_step,
)
from comity.core.ledger import Frontier, Head, PublicKey, entry_hash, ledger_origin
from comity.core.proofs import ReadNode, consistency_proof, frontier_at
from comity.wire.checkpoint import cosign, cosign_head, read_head, sign_checkpoint
from comity.wire.link_batch import parse_batch, parse_part, render_batch, render_part
from comity.wire.question import read_question, sign_question

AT = datetime(2026, 11, 23, tzinfo=UTC)
BATCH = 5

Crash = Literal["none", "before", "after"]
Answer = bytes | ComityError | None


class PowerError(Exception):
    """The node lost power here."""


def reader(leaves: list[bytes]) -> ReadNode:
    def read(height: int, index: int) -> bytes:
        return Frontier().extend(leaves[index << height : (index + 1) << height])[0].root()

    return read


def edge(leaves: list[bytes]) -> Frontier:
    return Frontier().extend(leaves)[0]


class Durable:
    """What one transaction changes: own ledger with its receipt, the partner's, what waits for a place, the state."""

    def __init__(self) -> None:
        self.made: list[OutgoingEntry] = []
        self.leaves: list[bytes] = []
        self.recalled: frozenset[int] = frozenset()  # positions of own entries that came back
        self.receipt: bytes = b""
        self.receipt_size = 0
        self.displaced: list[OutgoingEntry] = []
        self.state: Literal["open", "recovering", "stopped"] = "open"
        self.restored = False  # and not whole yet: a stopped link says nothing else of it
        self.taken: list[OutgoingEntry] = []
        self.taken_leaves: list[bytes] = []
        self.checkpoint: bytes = b""
        self.counters: dict[str, int] = {}


class Node:
    """One party."""

    def __init__(self, party: str, partner: str, seed: int) -> None:
        self.party, self.partner = party, partner
        self.key = SigningKey(bytes([seed]) * 32)
        self.public = PublicKey(f"{party}-key", bytes(self.key.verify_key))
        self.out_origin, self.in_origin = ledger_origin(party, partner), ledger_origin(partner, party)
        self.durable = Durable()
        self.counter = 0  # of questions: in truth a clock
        self.restart()

    def restart(self) -> None:
        """Forget everything that is not durable."""
        self.sender, self.fetcher = Sender(), Fetcher()
        self.lacks_from = 0
        self.found_gap = False

    def backup(self) -> Durable:
        kept = copy(self.durable)
        kept.counters = dict(self.durable.counters)
        return kept

    def restore(self, backup: Durable, *, announced: bool) -> None:
        """Put a backup back; an operator who does it with `comity restore` lets the link recover at once."""
        self.durable = copy(backup)
        self.durable.counters = dict(backup.counters)
        self.durable.restored = self.durable.restored or announced
        if announced and self.durable.state == "open":
            self.durable.state = "recovering"
        self.restart()

    def stop(self) -> None:
        """A person stops the link, whatever it does."""
        durable = copy(self.durable)
        durable.state = "stopped"
        self.durable = durable
        self.sender, self.fetcher = Sender(), Fetcher()

    def resume(self) -> None:
        durable = copy(self.durable)
        if durable.state == "stopped":
            pending = durable.restored or durable.displaced or self._ends_recalled()
            durable.state = "recovering" if pending else "open"
            self.durable = durable

    def _ends_recalled(self) -> bool:
        made = len(self.durable.made)
        return made > self.durable.receipt_size and made - 1 in self.durable.recalled

    def check_not_stopped(self) -> None:
        if self.durable.state == "stopped":
            raise LinkStoppedError("stopped")

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data).signature

    def append(self, entries: list[OutgoingEntry]) -> None:
        durable = copy(self.durable)
        if durable.state == "recovering":
            durable.displaced = durable.displaced + entries
        else:
            durable.made = durable.made + entries
            durable.leaves = durable.leaves + [entry_hash(*entry) for entry in entries]
        self.durable = durable

    # -- own ledger: pushing

    def request(self) -> tuple[str, bytes] | None:
        """Say what the sender's table makes of the present: a question, a batch, or nothing."""
        if self.durable.state == "stopped":
            return None
        if self.sender.state == "waiting":
            if self.durable.state == "recovering":
                self.begin_recovery()
            self.sender, _ = sender_step(self.sender, "due")
        elif self.sender.state == "quiet":
            # Asking again from time to time is asking every time here: there is no clock.
            self.sender, _ = sender_step(
                self.sender, "due" if self.sender.cursor == len(self.durable.made) else "entries"
            )
        if self.sender.state == "asking":
            size = self.durable.receipt_size
            return "status", self._question("status", self.out_origin, self.durable.leaves[:size])
        if self.sender.state == "recovering":
            return "recall", self._question("recall", self.out_origin, self.durable.leaves)
        return "batch", self._batch(self.sender.cursor)

    def learn(self, what: str, answer: Answer, *, sent: int, partner: PublicKey, crash: Crash) -> None:
        if what == "recall":
            event = self._recalled(answer, partner, crash)
        else:
            event = self._event(answer, sent=sent, partner=partner, crash=crash)
        self.sender, _ = sender_step(self.sender, event)

    def _event(self, answer: Answer, *, sent: int, partner: PublicKey, crash: Crash) -> SenderEvent:
        if answer is None:
            return "no-answer"
        if isinstance(answer, ComityError):
            again, self.found_gap = self.found_gap, isinstance(answer, GapError) and self.sender.state == "sending"
            return "gap" if self.found_gap and not again else "refused"
        try:
            event = self._weigh(answer, sent=sent, partner=partner, crash=crash)
        except (InputError, ForgedError):
            return "forged"
        if event in {"receipt", "caught-up"} and self.durable.state == "recovering":
            self._finish(copy(self.durable))
            return "recovered"
        if event == "behind":
            self.begin_recovery()
        return event

    def _weigh(self, answer: bytes, *, sent: int, partner: PublicKey, crash: Crash) -> SenderEvent:
        signed = read_head(answer, sender=[self.public], receiver=[partner], receiver_name=self.partner)
        event = weigh_answer(
            signed, origin=self.out_origin, size=len(self.durable.made), receipted=self.durable.receipt_size, sent=sent,
            root_at=lambda size: edge(self.durable.leaves[:size]).root(),
        )  # fmt: skip
        if event in {"receipt", "caught-up"}:
            self._keep_receipt(signed, answer, crash)
            self.sender = Sender(self.sender.state, signed.head.size)
        return event

    def _keep_receipt(self, signed: SignedHead, answer: bytes, crash: Crash) -> None:
        if crash == "before":
            raise PowerError
        if signed.signed_by and signed.head.size > self.durable.receipt_size:
            durable = copy(self.durable)
            durable.receipt, durable.receipt_size = answer, signed.head.size
            self.durable = durable
        if crash == "after":
            raise PowerError

    # -- own ledger: recovering

    def begin_recovery(self) -> None:
        self.check_not_stopped()
        durable = copy(self.durable)
        size = durable.receipt_size
        if len(durable.made) > size and not self._ends_recalled():
            durable.recalled = frozenset(position for position in durable.recalled if position < size)
            durable.displaced = durable.displaced + durable.made[size:]
            durable.made, durable.leaves = durable.made[:size], durable.leaves[:size]
        durable.state = "recovering"
        self.durable = durable

    def _recalled(self, answer: Answer, partner: PublicKey, crash: Crash) -> SenderEvent:
        if answer is None:
            return "no-answer"
        if isinstance(answer, ComityError):
            return "refused"
        try:
            if crash == "before":
                raise PowerError
            last = self.take_part(answer, partner)
            if crash == "after":
                raise PowerError
        except (InputError, ForgedError):
            return "forged"
        except ComityError:
            return "refused"
        return "recovered" if last else "part"

    def take_part(self, body: bytes, partner: PublicKey) -> bool:
        part = parse_part(body)
        claim = read_head(part.note, sender=[self.public], receiver=[partner], receiver_name=self.partner)
        durable = copy(self.durable)
        if durable.state != "recovering":
            raise BehindError("does not ask for its entries back")
        found = take_back(
            claim, part.start, part.entries, part.proof, origin=self.out_origin, held=edge(durable.leaves)
        )
        if found.verdict != "take":
            raise REFUSALS[found.verdict]("refused")
        durable.made = durable.made + [OutgoingEntry(*entry[1:]) for entry in found.entries]
        durable.leaves = durable.leaves + list(found.leaves)
        durable.recalled |= {entry.position for entry in found.entries}
        if len(durable.made) < claim.head.size:
            self.durable = durable
            return False
        durable.receipt, durable.receipt_size = part.note, claim.head.size
        self._finish(durable)
        return True

    def _finish(self, durable: Durable) -> None:
        back = {durable.made[position] for position in durable.recalled}
        again = [entry for entry in durable.displaced if entry not in back]
        durable.made, durable.displaced = durable.made + again, []
        durable.leaves = durable.leaves + [entry_hash(*entry) for entry in again]
        durable.state, durable.restored = "open", False
        self.durable = durable

    # -- own ledger: given to a partner that fetches

    def give(self, verb: str, body: bytes, partner: PublicKey) -> bytes:
        self.check_not_stopped()
        if self.durable.state == "recovering":
            self.begin_recovery()
        if verb == "return":
            if self._weigh(parse_part(body).note, sent=0, partner=partner, crash="none") == "behind":
                self.begin_recovery()
            self.take_part(body, partner)
            return b"%d\n" % len(self.durable.made)
        if verb == "receipt":
            event = self._weigh(body, sent=0, partner=partner, crash="none")
            if event == "behind":
                self.begin_recovery()
                raise BehindError("lacks its own", item=str(len(self.durable.made)))
            assert event != "fork", "an honest partner never looks like a fork"
            return b""
        durable = self.durable
        asked = read_question(body, ask="fetch", party=self.partner, keys=[partner])
        start = asked.question.head.size
        verdict = weigh_question(
            asked, origin=self.out_origin, counter=durable.counters.get("fetch", 0), held=edge(durable.leaves),
            receipted=durable.receipt_size, read=reader(durable.leaves),
        )  # fmt: skip
        assert verdict != "fork", "an honest partner never looks like a fork"
        if verdict == "behind":
            left = len(durable.made) if durable.state == "recovering" else durable.receipt_size
            raise BehindError("lacks its own", item=str(left))
        if verdict != "repeat":
            raise REFUSALS[verdict]("refused", item=str(durable.counters.get("fetch", 0)))
        if durable.state == "recovering":
            self._finish(copy(durable))
        self._count("fetch", asked.question.counter)
        if start == len(self.durable.made):
            return b""
        return self._batch(start)

    # -- the partner's ledger: taken, held, given back

    def answer(self, verb: str, body: bytes, partner: PublicKey, *, crash: Crash) -> bytes:
        durable = self.durable
        held, read = edge(durable.taken_leaves), reader(durable.taken_leaves)
        self.check_not_stopped()
        if verb == "batch":
            return self.take(body, partner, crash=crash)
        asked = read_question(body, ask="status" if verb == "status" else "recall", party=self.partner, keys=[partner])
        verdict = weigh_question(
            asked, origin=self.in_origin, counter=durable.counters.get("held", 0), held=held, receipted=held.size,
            read=read,
        )  # fmt: skip
        assert verdict != "fork", "an honest partner never looks like a fork"
        if verdict != "repeat":
            raise REFUSALS[verdict]("refused", item=str(durable.counters.get("held", 0)))
        if verb == "status":
            return self._held_head()
        self._count("held", asked.question.counter)
        return self.held_part(asked.question.head.size)

    def take(self, body: bytes, partner: PublicKey, *, crash: Crash) -> bytes:
        durable = self.durable
        held, read = edge(durable.taken_leaves), reader(durable.taken_leaves)
        batch = parse_batch(body)
        claim = read_head(batch.note, sender=[partner])
        found = examine(claim, batch.start, batch.entries, origin=self.in_origin, held=held, read=read)
        _, action = receiver_step(durable.state, found.verdict)
        if action == "apply-and-cosign":
            if crash == "before":
                raise PowerError
            after = copy(durable)
            after.taken = durable.taken + [OutgoingEntry(*entry[1:]) for entry in found.entries]
            after.taken_leaves = durable.taken_leaves + list(found.leaves)
            after.checkpoint = cosign(batch.note, self.party, self.public.public, self.sign, at=AT)
            self.durable = after
            if crash == "after":
                raise PowerError
            return after.checkpoint
        if action == "cosign-again":
            return self._held_head()
        assert found.verdict != "fork", "an honest partner never looks like a fork"
        raise REFUSALS[found.verdict]("refused", item=self.in_origin)

    def held_part(self, start: int) -> bytes:
        taken, leaves = self.durable.taken, self.durable.taken_leaves
        if start >= len(taken):
            raise GapError("nothing after them")
        entries = taken[start : start + BATCH]
        proof = consistency_proof(start + len(entries), len(taken), reader(leaves))
        return render_part(self.durable.checkpoint, start, entries, proof)

    def _held_head(self) -> bytes:
        if self.durable.checkpoint:
            return cosign(self.durable.checkpoint, self.party, self.public.public, self.sign, at=AT)
        return cosign_head(Head(self.in_origin, 0, Frontier().root()), self.party, self.public.public, self.sign, at=AT)

    # -- the partner's ledger: fetched

    def fetch_request(self) -> tuple[str, bytes] | None:
        """Say what the fetcher's table makes of the present."""
        if self.durable.state == "stopped":
            return None
        if self.fetcher.state == "waiting":
            self.fetcher, _ = fetcher_step(self.fetcher, "due")
        while True:
            if self.fetcher.state == "telling":
                if self.durable.checkpoint:
                    return "receipt", self.durable.checkpoint
                self.fetcher, _ = fetcher_step(self.fetcher, "told")
            elif self.fetcher.state == "returning":
                if self.lacks_from < len(self.durable.taken):
                    return "return", self.held_part(self.lacks_from)
                self.fetcher, _ = fetcher_step(self.fetcher, "refused")
                return None
            else:
                return "fetch", self._question("fetch", self.in_origin, self.durable.taken_leaves)

    def fetched(self, verb: str, answer: Answer, *, partner: PublicKey, crash: Crash) -> None:
        self.fetcher, _ = fetcher_step(self.fetcher, self._fetch_event(verb, answer, partner, crash))

    def _fetch_event(self, verb: str, answer: Answer, partner: PublicKey, crash: Crash) -> FetcherEvent:
        if answer is None:
            return "no-answer"
        if isinstance(answer, BehindError) and answer.item.isdecimal():
            self.lacks_from = int(answer.item)
            return "refused" if verb == "return" else "behind"
        if isinstance(answer, ComityError):
            return "refused"
        if verb == "receipt":
            return "told"
        if verb == "return":
            has, lacked = int(answer) if answer.strip().isdigit() else 0, self.lacks_from
            self.lacks_from = has
            if has <= lacked:
                return "refused"
            return "part" if has < len(self.durable.taken) else "told"
        if not answer:
            return "nothing"
        try:
            self.take(answer, partner, crash=crash)
        except (InputError, ForgedError):
            return "forged"
        except ComityError:
            return "refused"
        return "entries"

    def _question(self, ask: Literal["status", "fetch", "recall"], origin: str, leaves: list[bytes]) -> bytes:
        self.counter += 1
        head = Head(origin, len(leaves), edge(leaves).root())
        return sign_question(Question(ask, self.counter, head), self.party, self.public.public, self.sign)

    def _batch(self, start: int) -> bytes:
        entries = self.durable.made[start : start + BATCH]
        edge_there = frontier_at(start + len(entries), reader(self.durable.leaves))
        head = Head(self.out_origin, edge_there.size, edge_there.root())
        return render_batch(sign_checkpoint(head, self.public.public, self.sign), start, entries)

    def _count(self, what: str, counter: int) -> None:
        durable = copy(self.durable)
        durable.counters = durable.counters | {what: counter}
        self.durable = durable
