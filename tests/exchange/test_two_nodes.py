"""Two nodes without sockets: whatever network, power and backups do, both directions end equal, in order, once.

A Hypothesis state machine over the very functions that the courier and the views call (`exchange.model`).  One party
is pushed to, the other fetches.  Faults: a request lost, truncated, altered, delivered twice, delivered much later; an
answer lost, truncated, or an old one in its place; a crash before and after each durable step on either side; a backup
restored on either side, with and without saying so; a link stopped and resumed by a person; a partner that lies.
"""

from typing import Literal, get_args

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from comity.core.errors import ComityError
from comity.core.exchange import BehindError, OutgoingEntry, Question
from comity.core.ledger import Head
from comity.wire.checkpoint import parse_head, parse_note, read_head
from comity.wire.link_batch import parse_batch
from comity.wire.question import sign_question
from exchange.model import BATCH, Answer, Crash, Durable, Node, PowerError, edge

RequestFault = Literal["none", "lost", "truncated", "altered", "twice", "later"]
AnswerFault = Literal["none", "lost", "truncated", "old"]
Mode = Literal["push", "fetch"]
wheres = st.integers(min_value=0, max_value=10_000)
sides = st.sampled_from((0, 1))


class TwoNodes(RuleBasedStateMachine):
    """The world: two nodes, a network that keeps what it delayed, and the backups that somebody made."""

    @initialize(modes=st.tuples(st.sampled_from(get_args(Mode)), st.sampled_from(get_args(Mode))))
    def begin(self, modes: tuple[Mode, Mode]) -> None:
        """`modes`: how the ledger of each side reaches the other."""
        self.nodes = (Node("cctld.ru", "oac.by", 1), Node("oac.by", "cctld.ru", 2))
        self.modes = modes
        self.delayed: list[tuple[int, str, bytes]] = []
        self.old_answers: dict[tuple[int, str], list[bytes]] = {}
        self.backups: dict[int, list[Durable]] = {0: [], 1: []}
        self.seen: dict[int, set[Head]] = {0: set(), 1: set()}  # heads a side signed and the other saw
        self.filed: dict[int, list[str]] = {0: [], 1: []}  # since the last restore, or receipted before it
        self.count = 0

    @rule(side=sides, count=st.integers(min_value=1, max_value=12))
    def file(self, side: int, count: int) -> None:
        subjects = [f"{side}-{number}" for number in range(self.count, self.count + count)]
        self.count += count
        # Payloads repeat: only position and subject tell them apart.
        self.nodes[side].append([OutgoingEntry("report", subject, b"%d" % (len(subject) % 3)) for subject in subjects])
        self.filed[side] += subjects

    @rule(side=sides, turns=st.integers(min_value=1, max_value=4))
    def go_on(self, side: int, turns: int) -> None:
        """A moment of peace: without it faults would seldom meet anything that has got far."""
        for _ in range(turns):
            self._turn(side)

    @rule(side=sides, fault=st.sampled_from(get_args(RequestFault)), where=wheres)
    def request_suffers(self, side: int, fault: RequestFault, where: int) -> None:
        self._turn(side, request_fault=fault, where=where)

    @rule(side=sides, fault=st.sampled_from(get_args(AnswerFault)), where=wheres)
    def answer_suffers(self, side: int, fault: AnswerFault, where: int) -> None:
        self._turn(side, answer_fault=fault, where=where)

    @rule(side=sides, asker=st.sampled_from(get_args(Crash)), answerer=st.sampled_from(get_args(Crash)))
    def power_fails(self, side: int, asker: Crash, answerer: Crash) -> None:
        """Before or after the durable step of the one that answers, of the one that asks, or of both."""
        self._turn(side, asker_crash=asker, answerer_crash=answerer)

    @rule(which=wheres)
    def deliver_late(self, which: int) -> None:
        """A request that was thought lost arrives after all; nobody waits for its answer."""
        if self.delayed:
            side, verb, body = self.delayed.pop(which % len(self.delayed))
            self._deliver(side, verb, body, "none")

    @rule(side=sides)
    def lose_power(self, side: int) -> None:
        self.nodes[side].restart()

    @rule(side=sides)
    def back_up(self, side: int) -> None:
        self.backups[side].append(self.nodes[side].backup())

    @rule(side=sides, which=wheres, announced=st.booleans())
    def restore(self, side: int, which: int, announced: bool) -> None:
        """Everything since the backup is forgotten; what was on its way has ended by the time the node speaks again."""
        if not self.backups[side]:
            return
        kept = self.backups[side][: which % len(self.backups[side]) + 1]  # later ones are of a life that never was
        self.backups[side] = kept
        self.nodes[side].restore(kept[-1], announced=announced)
        self.delayed, self.old_answers = [], {}
        # What no node remembers is lost: no protocol brings it back.
        for at, (one, another) in enumerate(self._directions()):
            durable = one.durable
            known = {entry.subject for entry in (*durable.made, *durable.displaced, *another.durable.taken)}
            self.filed[at] = [subject for subject in self.filed[at] if subject in known]
            self.seen[at] = {head for head in self.seen[at] if head.size <= len(another.durable.taken)}

    @rule(side=sides)
    def stop(self, side: int) -> None:
        """A person stops a link, whatever it is doing, recovering too."""
        self.nodes[side].stop()

    @rule(side=sides)
    def resume(self, side: int) -> None:
        self.nodes[side].resume()

    @rule(side=sides, size=wheres)
    def lie(self, side: int, size: int) -> None:
        """A partner asks, under its own signature, about a head that nobody ever signed."""
        node, liar = self.nodes[side], self.nodes[1 - side]
        before = node.durable.state, node.durable.made
        liar.counter += 1
        head = Head(node.out_origin, len(node.durable.made) + 1 + size, b"\7" * 32)
        question = sign_question(Question("fetch", liar.counter, head), liar.party, liar.public.public, liar.sign)
        if before[0] == "open":
            with pytest.raises(BehindError):
                node.give("fetch", question, liar.public)
            assert (node.durable.state, node.durable.made) == before

    def _turn(
        self,
        side: int,
        *,
        request_fault: RequestFault = "none",
        answer_fault: AnswerFault = "none",
        asker_crash: Crash = "none",
        answerer_crash: Crash = "none",
        where: int = 0,
    ) -> None:
        """One request about the ledger of `side` goes on its way, and its answer is learned."""
        pushed = self.modes[side] == "push"
        asker_side = side if pushed else 1 - side
        asker, other = self.nodes[asker_side], self.nodes[1 - asker_side]
        asked = asker.request() if pushed else asker.fetch_request()
        if asked is None:
            return
        verb, body = asked
        sent = min(asker.sender.cursor + BATCH, len(asker.durable.made)) if verb == "batch" else 0
        answer = self._carry(asker_side, verb, body, request_fault, answerer_crash, where)
        if isinstance(answer, bytes):
            earlier = self.old_answers.setdefault((asker_side, verb), [])
            earlier.append(answer)
            if answer_fault == "lost":
                answer = None
            elif answer_fault == "truncated":
                answer = answer[: where % len(answer)] if answer else None
            elif answer_fault == "old":
                answer = earlier[where % len(earlier)]
        try:
            if pushed:
                asker.learn(verb, answer, sent=sent, partner=other.public, crash=asker_crash)
            else:
                if verb == "fetch" and isinstance(answer, bytes):
                    self._see(1 - asker_side, answer)
                asker.fetched(verb, answer, partner=other.public, crash=asker_crash)
        except PowerError:
            asker.restart()

    def _carry(self, side: int, verb: str, body: bytes, fault: RequestFault, crash: Crash, where: int) -> Answer:
        if fault == "lost":
            return None
        if fault == "later":
            self.delayed.append((side, verb, body))
            return None
        if fault == "truncated":
            body = body[: where % len(body)]
        if fault == "altered":
            at = len(body) - 1 - where % min(len(body), 120)  # mostly among the entries: the note is signed anyway
            body = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
        if fault == "twice":
            self._deliver(side, verb, body, "none")
        return self._deliver(side, verb, body, crash)

    def _deliver(self, side: int, verb: str, body: bytes, crash: Crash) -> Answer:
        answerer, key = self.nodes[1 - side], self.nodes[side].public
        if verb == "batch":
            self._see(side, body)
        try:
            if verb in {"batch", "status", "recall"}:
                return answerer.answer(verb, body, key, crash=crash)
            return answerer.give(verb, body, key)
        except ComityError as error:
            return error
        except PowerError:
            answerer.restart()
            return None

    def _see(self, side: int, body: bytes) -> None:
        """Note which head of a side's ledger the other has seen signed."""
        try:
            note = parse_batch(body).note
            signed = read_head(note, sender=[self.nodes[side].public])
        except ComityError:
            return
        if signed.signed_by:
            self.seen[side].add(signed.head)

    @invariant()
    def nobody_signs_two_histories(self) -> None:
        """Of all heads of a ledger that the partner ever saw, each is the head that the ledger has at that size."""
        for side, heads in getattr(self, "seen", {}).items():
            roots: dict[int, bytes] = {}
            for head in heads:
                assert roots.setdefault(head.size, head.root) == head.root, f"two heads of size {head.size} by {side}"

    @invariant()
    def a_receipt_is_always_signed_by_both_and_of_what_was_made(self) -> None:
        for node, other in self._directions():
            durable = node.durable
            if durable.receipt:
                found = read_head(
                    durable.receipt, sender=[node.public], receiver=[other.public], receiver_name=other.party
                )
                assert found.signed_by
                assert found.cosigned_by
                assert found.head.size == durable.receipt_size
                assert found.head.root == edge(durable.leaves[: durable.receipt_size]).root()

    @invariant()
    def nobody_stops(self) -> None:
        for node, _ in self._directions():
            assert node.sender.state != "stopped"
            assert node.fetcher.state != "stopped"

    def teardown(self) -> None:
        """When the faults end, everything arrives: once, in order, under equal roots, receipted."""
        if not hasattr(self, "nodes"):
            return
        for node in self.nodes:
            node.resume()
        for _ in range(400):
            for side in (0, 1):
                self._turn(side)
            if all(self._is_at_rest(node, other) for node, other in self._directions()):
                break
        for side, (node, other) in enumerate(self._directions()):
            assert self._is_at_rest(node, other), (node.sender, other.fetcher, node.durable.state)
            assert other.durable.taken == node.durable.made
            assert other.durable.taken_leaves == node.durable.leaves
            subjects = [entry.subject for entry in node.durable.made]
            assert len(set(subjects)) == len(subjects), "an entry stands twice"
            assert sorted(subjects) == sorted(set(self.filed[side])), "an entry is lost"
            for head in self.seen[side]:
                assert head.root == edge(node.durable.leaves[: head.size]).root(), "a second history was signed"
            if node.durable.receipt:
                assert parse_head(parse_note(node.durable.receipt).text).size == len(node.durable.made)

    def _is_at_rest(self, node: Node, other: Node) -> bool:
        made = node.durable
        return made.state == "open" and made.receipt_size == len(made.made) == len(other.durable.taken)

    def _directions(self) -> tuple[tuple[Node, Node], ...]:
        nodes: tuple[Node, ...] = getattr(self, "nodes", ())
        return ((nodes[0], nodes[1]), (nodes[1], nodes[0])) if nodes else ()


TestTwoNodes = TwoNodes.TestCase
