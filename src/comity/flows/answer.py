"""Answer: what a sender asks about its own ledger (docs/spec/link.md §3.2 and §4.2).

    status    how many entries of it are held here: the newest head, cosigned now
    recall    entries of it that the sender has lost: a part, proven to belong to the head that both signed

Both are answered while this node itself recovers: two restored nodes would wait for each other otherwise.  A question
that brings entries is answered once: its counter is kept, so that nobody who overheard it can ask it again.  A sender
whose signed question contradicts what it signed before stops its link.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from comity.core.errors import ComityError
from comity.core.examination import weigh_question
from comity.core.exchange import REFUSALS, Ask, GapError, SignedQuestion, receiver_step
from comity.core.proofs import consistency_proof
from comity.edges.home import Home
from comity.edges.keys import load_signing_key
from comity.flows.compose import BATCH_PAYLOAD_BYTES
from comity.flows.receive import evidence, held_head, link_state, locked
from comity.store.ledger_tiles import node_reader
from comity.store.ledgers import frontier_of, keep_counter, read_batch
from comity.store.links import get_incoming, partner_keys, stop_link
from comity.store.models import Ledger
from comity.wire.link_batch import render_part
from comity.wire.question import read_question


def answer_status(home: Home, origin: str, question: bytes, *, at: datetime) -> bytes:
    """Answer how many entries of the sender's ledger are held here: a head, cosigned."""
    key = load_signing_key(home)
    return _answer(origin, "status", question, lambda ledger, _asked: held_head(home, key, ledger, at=at), at=at)


def give_back(home: Home, origin: str, question: bytes, *, at: datetime) -> bytes:
    """Give a sender that was restored what follows the entries it still has: a part."""

    def part(ledger: Ledger, asked: SignedQuestion) -> bytes:
        keep_counter(ledger, asked.question.counter)  # though there be nothing: later there might be
        size = asked.question.head.size
        return render_held(home, ledger, size) if size < ledger.size else b""

    body = _answer(origin, "recall", question, part, at=at)
    if not body:
        raise GapError("there is nothing after the entries that the question speaks of", item=origin)
    return body


def render_held(home: Home, ledger: Ledger, start: int) -> bytes:
    """Write a part of a partner's ledger from `start`, as it is held here, with the receipt at its end."""
    if start >= ledger.size:
        raise GapError(f"{ledger.size} entries are held here; there is nothing after them", item=ledger.origin)
    stop = min(start + home.settings.link.batch_entries, ledger.size)
    entries = read_batch(ledger.pk, start, stop=stop, max_bytes=BATCH_PAYLOAD_BYTES)
    proof = consistency_proof(start + len(entries), ledger.size, node_reader(ledger.pk))
    return render_part(ledger.receipt, start, [entry.outgoing() for entry in entries], proof)


def _answer(
    origin: str, ask: Ask, question: bytes, make: Callable[[Ledger, SignedQuestion], bytes], *, at: datetime
) -> bytes:
    partner = get_incoming(origin).link.partner
    asked = read_question(question, ask=ask, party=partner, keys=partner_keys(partner, at=at))
    with transaction.atomic():
        link, ledger = locked(partner, "in")
        held = frontier_of(ledger)
        verdict = weigh_question(
            asked, origin=origin, counter=ledger.counter, held=held, receipted=ledger.size, read=node_reader(ledger.pk)
        )
        state = link_state(link, at=at)
        after, action = receiver_step("open" if state == "recovering" else state, verdict)
        if action == "cosign-again":
            return make(ledger, asked)
        if after == "stopped":
            stop_link(link, evidence(ledger, question))
        refusal: ComityError = REFUSALS[verdict](
            f"question about {asked.question.head.size} entries; {ledger.size} are held here",
            item=str(ledger.counter) if verdict == "stale" else origin,
        )
    raise refusal
