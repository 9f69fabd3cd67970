"""Two nodes without sockets: whatever network and power do, both directions end equal, in order, nothing doubled.

A Hypothesis state machine over the very functions that the courier and the receiving view call.  Durable things change
in one assignment, as one transaction does; everything else is forgotten in a crash.  Faults: a request lost,
truncated, altered, delivered twice, delivered much later (reordered); an answer lost, truncated, or an old one in its
place; a crash before and after each durable step on either side.
"""

from datetime import UTC, datetime
from typing import Literal, get_args

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from nacl.signing import SigningKey

from comity.core.errors import ComityError, InputError
from comity.core.exchange import (
    REFUSALS,
    ForgedError,
    GapError,
    OutgoingEntry,
    Sender,
    SenderEvent,
    examine,
    receiver_step,
    sender_step,
    weigh_answer,
    weigh_head,
)
from comity.core.ledger import Frontier, Head, PublicKey, entry_hash, ledger_origin
from comity.core.proofs import ReadNode, frontier_at
from comity.wire.checkpoint import cosign, cosign_head, read_head, sign_checkpoint
from comity.wire.link_batch import parse_batch, render_batch

AT = datetime(2026, 11, 23, tzinfo=UTC)
BATCH = 5

RequestFault = Literal["none", "lost", "truncated", "altered", "twice", "later"]
AnswerFault = Literal["none", "lost", "truncated", "old"]
Crash = Literal["none", "before", "after"]
wheres = st.integers(min_value=0, max_value=10_000)


class PowerError(Exception):
    """The node lost power here."""


def reader(leaves: list[bytes]) -> ReadNode:
    def read(height: int, index: int) -> bytes:
        return Frontier().extend(leaves[index << height : (index + 1) << height])[0].root()

    return read


class Node:
    """One party: what is durable, and a sender that is forgotten in every crash."""

    def __init__(self, party: str, partner: str, seed: int) -> None:
        self.party, self.partner = party, partner
        self.key = SigningKey(bytes([seed]) * 32)
        self.public = PublicKey(f"{party}-key", bytes(self.key.verify_key))
        self.out_origin, self.in_origin = ledger_origin(party, partner), ledger_origin(partner, party)
        # durable
        self.made: list[OutgoingEntry] = []
        self.made_leaves: list[bytes] = []
        self.receipt: bytes = b""
        self.receipt_size = 0
        self.taken: tuple[list[OutgoingEntry], list[bytes], bytes] = ([], [], b"")  # entries, leaves, checkpoint
        # volatile
        self.sender = Sender()

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data).signature

    def restart(self) -> None:
        self.sender = Sender()

    def append(self, entries: list[OutgoingEntry]) -> None:
        self.made = self.made + entries
        self.made_leaves = self.made_leaves + [entry_hash(*entry) for entry in entries]

    def head(self, size: int) -> bytes:
        root = Frontier().extend(self.made_leaves[:size])[0].root()
        return sign_checkpoint(Head(self.out_origin, size, root), self.public.public, self.sign)

    # -- sender

    def request(self) -> tuple[str, bytes] | None:
        """Say what the sender's table makes of the present: a question, a batch, or nothing."""
        if self.sender.state == "waiting":
            self.sender, _ = sender_step(self.sender, "due")
        elif self.sender.state == "quiet":
            if self.sender.cursor == len(self.made):
                return None
            self.sender, _ = sender_step(self.sender, "entries")
        if self.sender.state == "asking":
            return "status", self.head(len(self.made))
        start = self.sender.cursor
        entries = self.made[start : start + BATCH]
        return "batch", render_batch(self.head(start + len(entries)), start, entries)

    def learn(self, answer: bytes | ComityError | None, *, sent: int, partner_key: PublicKey, crash: Crash) -> None:
        event = self._event(answer, sent=sent, partner_key=partner_key, crash=crash)
        self.sender, _ = sender_step(self.sender, event)

    def _event(
        self, answer: bytes | ComityError | None, *, sent: int, partner_key: PublicKey, crash: Crash
    ) -> SenderEvent:
        if answer is None:
            return "no-answer"
        if isinstance(answer, ComityError):
            return "gap" if isinstance(answer, GapError) and self.sender.state == "sending" else "refused"
        try:
            signed = read_head(answer, sender=[self.public], receiver=[partner_key], receiver_name=self.partner)
        except (InputError, ForgedError):
            return "forged"
        event = weigh_answer(
            signed,
            origin=self.out_origin,
            size=len(self.made),
            sent=sent,
            root_at=lambda size: frontier_at(size, reader(self.made_leaves)).root(),
        )
        if event in {"receipt", "caught-up"}:
            if crash == "before":
                raise PowerError
            if signed.signed_by and signed.head.size > self.receipt_size:
                self.receipt, self.receipt_size = answer, signed.head.size
            if crash == "after":
                raise PowerError
            self.sender = Sender(self.sender.state, signed.head.size)
        return event

    # -- receiver

    def answer(self, what: str, body: bytes, partner_key: PublicKey, *, crash: Crash) -> bytes:
        entries, leaves, checkpoint = self.taken
        held, read = Frontier().extend(leaves)[0], reader(leaves)
        if what == "status":
            note = body
            verdict = weigh_head(read_head(body, sender=[partner_key]), origin=self.in_origin, held=held, read=read)
        else:
            batch = parse_batch(body)
            note = batch.note
            claim = read_head(note, sender=[partner_key])
            found = examine(claim, batch.start, batch.entries, origin=self.in_origin, held=held, read=read)
            verdict = found.verdict
        _, action = receiver_step("open", verdict)
        if action == "apply-and-cosign":
            if crash == "before":
                raise PowerError
            new = [OutgoingEntry(*entry[1:]) for entry in found.entries]
            self.taken = (entries + new, leaves + list(found.leaves), note)
            if crash == "after":
                raise PowerError
            return cosign(note, self.party, self.public.public, self.sign, at=AT)
        if action == "cosign-again":
            if checkpoint:
                return cosign(checkpoint, self.party, self.public.public, self.sign, at=AT)
            return cosign_head(Head(self.in_origin, 0, held.root()), self.party, self.public.public, self.sign, at=AT)
        assert verdict != "fork", "an honest partner never looks like a fork"
        raise REFUSALS[verdict]("refused", item=self.in_origin)


class TwoNodes(RuleBasedStateMachine):
    """The world: two nodes, and a network that keeps what it delayed."""

    @initialize()
    def begin(self) -> None:
        self.nodes = (Node("cctld.ru", "oac.by", 1), Node("oac.by", "cctld.ru", 2))
        self.delayed: list[tuple[int, str, bytes]] = []
        self.old_answers: dict[int, list[bytes]] = {0: [], 1: []}
        self.count = 0

    @rule(side=st.sampled_from((0, 1)), count=st.integers(min_value=1, max_value=12))
    def file(self, side: int, count: int) -> None:
        entries = [
            OutgoingEntry(
                "report", f"{side}-{number}", b"%d" % (number % 3)
            )  # payloads repeat: only position tells them apart
            for number in range(self.count, self.count + count)
        ]
        self.count += count
        self.nodes[side].append(entries)

    @rule(side=st.sampled_from((0, 1)), turns=st.integers(min_value=1, max_value=4))
    def go_on(self, side: int, turns: int) -> None:
        """A moment of peace: without it faults would seldom meet anything that has got far."""
        for _ in range(turns):
            self._turn(side)

    @rule(side=st.sampled_from((0, 1)), fault=st.sampled_from(get_args(RequestFault)), where=wheres)
    def request_suffers(self, side: int, fault: RequestFault, where: int) -> None:
        self._turn(side, request_fault=fault, where=where)

    @rule(side=st.sampled_from((0, 1)), fault=st.sampled_from(get_args(AnswerFault)), where=wheres)
    def answer_suffers(self, side: int, fault: AnswerFault, where: int) -> None:
        self._turn(side, answer_fault=fault, where=where)

    @rule(
        side=st.sampled_from((0, 1)), sender=st.sampled_from(get_args(Crash)), receiver=st.sampled_from(get_args(Crash))
    )
    def power_fails(self, side: int, sender: Crash, receiver: Crash) -> None:
        """Before or after the durable step of the receiver, of the sender, or of both."""
        self._turn(side, sender_crash=sender, receiver_crash=receiver)

    def _turn(
        self,
        side: int,
        *,
        request_fault: RequestFault = "none",
        answer_fault: AnswerFault = "none",
        sender_crash: Crash = "none",
        receiver_crash: Crash = "none",
        where: int = 0,
    ) -> None:
        node = self.nodes[side]
        asked = node.request()
        if asked is None:
            return
        what, body = asked
        sent = min(node.sender.cursor + BATCH, len(node.made)) if what == "batch" else 0
        answer = self._carry(side, what, body, request_fault, receiver_crash, where)
        if isinstance(answer, bytes):
            earlier = self.old_answers[side]
            earlier.append(answer)
            if answer_fault == "lost":
                answer = None
            elif answer_fault == "truncated":
                answer = answer[: where % len(answer)]
            elif answer_fault == "old":
                answer = earlier[where % len(earlier)]
        try:
            node.learn(answer, sent=sent, partner_key=self.nodes[1 - side].public, crash=sender_crash)
        except PowerError:
            node.restart()

    def _carry(
        self, side: int, what: str, body: bytes, fault: RequestFault, crash: Crash, where: int
    ) -> bytes | ComityError | None:
        if fault == "lost":
            return None
        if fault == "later":
            self.delayed.append((side, what, body))
            return None
        if fault == "truncated":
            body = body[: where % len(body)]
        if fault == "altered":
            at = len(body) - 1 - where % min(len(body), 120)  # mostly among the entries: the note is signed anyway
            body = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
        if fault == "twice":
            self._deliver(side, what, body, "none")
        return self._deliver(side, what, body, crash)

    def _deliver(self, side: int, what: str, body: bytes, crash: Crash) -> bytes | ComityError | None:
        receiver = self.nodes[1 - side]
        try:
            return receiver.answer(what, body, self.nodes[side].public, crash=crash)
        except ComityError as error:
            return error
        except PowerError:
            receiver.restart()
            return None

    @rule(which=st.integers(min_value=0, max_value=100))
    def deliver_late(self, which: int) -> None:
        """A request that was thought lost arrives after all; nobody waits for its answer."""
        if self.delayed:
            side, what, body = self.delayed.pop(which % len(self.delayed))
            self._deliver(side, what, body, "none")

    @rule(side=st.sampled_from((0, 1)), where=wheres)
    def send_from_too_early(self, side: int, where: int) -> None:
        """A sender that goes by an old receipt sends what is held already, and perhaps more: batches overlap."""
        node = self.nodes[side]
        if node.made and node.sender.state == "sending":
            node.sender = Sender("sending", min(where % len(node.made), node.sender.cursor))
            self._turn(side)

    @rule(side=st.sampled_from((0, 1)))
    def lose_power(self, side: int) -> None:
        self.nodes[side].restart()

    @invariant()
    def what_is_held_is_a_prefix_of_what_was_made(self) -> None:
        for node, other in self._directions():
            entries, leaves, _ = other.taken
            assert entries == node.made[: len(entries)]
            assert leaves == node.made_leaves[: len(leaves)]

    @invariant()
    def a_receipt_is_never_for_more_than_is_held_and_always_signed_by_both(self) -> None:
        for node, other in self._directions():
            assert node.receipt_size <= len(other.taken[0])
            if node.receipt:
                found = read_head(
                    node.receipt, sender=[node.public], receiver=[other.public], receiver_name=other.party
                )
                assert found.signed_by
                assert found.cosigned_by
                assert found.head.root == Frontier().extend(node.made_leaves[: node.receipt_size])[0].root()

    @invariant()
    def nobody_stops(self) -> None:
        assert all(node.sender.state != "stopped" for node, _ in self._directions())

    def teardown(self) -> None:
        """When the faults end, everything arrives: once, in order, under equal roots, receipted."""
        if not hasattr(self, "nodes"):
            return
        for side, (node, other) in enumerate(self._directions()):
            for _ in range(1_000):
                if node.sender.state == "quiet" and node.sender.cursor == len(node.made):
                    break
                self._turn(side)
            assert other.taken[0] == node.made
            assert Frontier().extend(other.taken[1])[0].root() == Frontier().extend(node.made_leaves)[0].root()
            assert node.receipt_size == len(node.made)

    def _directions(self) -> tuple[tuple[Node, Node], ...]:
        nodes: tuple[Node, ...] = getattr(self, "nodes", ())
        return ((nodes[0], nodes[1]), (nodes[1], nodes[0])) if nodes else ()


TestTwoNodes = TwoNodes.TestCase
