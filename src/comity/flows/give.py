"""Give: our ledger to a partner that fetches it, since we cannot reach it (docs/spec/link.md §3.3 and §4.4).

    fetch     what follows the entries that the partner holds: a batch, signed now, or nothing
    receipt   the partner's receipt for it, kept
    return    entries of our own ledger that this node lost and the partner still has, taken back

The question says what the partner holds, under its signature: so this node learns that it was restored before it signs
anything anew, as a courier does by asking.
"""

from contextlib import suppress
from datetime import datetime

from django.db import transaction

from comity.core.errors import ComityError
from comity.core.examination import weigh_answer, weigh_question
from comity.core.exchange import REFUSALS, BehindError, ForgedError, ForkError, LinkRecoveringError, receiver_step
from comity.core.ledger import Frontier
from comity.edges.home import Home
from comity.edges.keys import load_public_keys, load_signing_key
from comity.flows.compose import compose
from comity.flows.receive import evidence, link_state, locked
from comity.flows.recover import begin_recovery, end_recovery, lock_to_recover, take_part
from comity.store.ledger_tiles import node_reader
from comity.store.ledgers import frontier_of, keep_counter, root_at, store_receipt
from comity.store.links import get_ledger, get_link, get_outgoing, partner_keys, stop_link
from comity.store.models import Link
from comity.wire.checkpoint import keep_signatures, read_head
from comity.wire.link_batch import parse_part
from comity.wire.question import read_question


def give_entries(home: Home, origin: str, question: bytes, *, at: datetime) -> bytes:
    """Give the next batch of our ledger; b"" when the partner holds all of it.

    Raises `BehindError`, whose item is how many entries are left here, when the partner holds more than this node.
    """
    partner = get_outgoing(origin).link.partner
    asked = read_question(question, ask="fetch", party=partner, keys=partner_keys(partner, at=at))
    key = load_signing_key(home)
    _begin_if_due(partner, at=at)
    with transaction.atomic():
        if recovering := get_link(partner).state == "recovering":
            lock_to_recover(partner)  # its end writes to more than this ledger, and other writers lock that first
        link, ledger = locked(partner, "out")
        verdict = weigh_question(
            asked, origin=origin, counter=ledger.counter, held=frontier_of(ledger), receipted=ledger.receipt_size,
            read=node_reader(ledger.pk),
        )  # fmt: skip
        state = link_state(link, at=at)
        after, action = receiver_step("open" if state == "recovering" else state, verdict)
        if action == "cosign-again":
            if state == "recovering":
                if not recovering:
                    raise LinkRecoveringError("began to recover this moment; ask again", item=partner)
                end_recovery(home, partner, at=at)  # the partner holds nothing that is not here
                link, ledger = locked(partner, "out")
            start = asked.question.head.size
            # Kept whatever the answer is: asked again later, by anybody, the same question could bring entries.
            keep_counter(ledger, asked.question.counter)
            if start == ledger.size:
                return b""
            return compose(home, key, link, ledger, start, edge=Frontier()).body
        if after == "stopped":
            stop_link(link, evidence(ledger, question))
    if action == "ask-back":
        # Nothing shows yet that we signed it: the link recovers when entries come under a receipt that we did sign.
        left = ledger.size if state == "recovering" else ledger.receipt_size
        raise BehindError("lacks entries that the question speaks of; return them", item=str(left))
    raise REFUSALS[verdict](
        f"question about {asked.question.head.size} entries; the ledger has {ledger.size}",
        item=str(ledger.counter) if verdict == "stale" else origin,
    )


def take_receipt(home: Home, origin: str, receipt: bytes, *, at: datetime) -> None:
    """Keep the partner's receipt.  Raises `BehindError` as above when it is for entries that are not here."""
    partner = get_outgoing(origin).link.partner
    own, theirs = load_public_keys(home), partner_keys(partner, at=at)
    signed = read_head(receipt, sender=own, receiver=theirs, receiver_name=partner)
    _begin_if_due(partner, at=at)
    with transaction.atomic():
        link, ledger = locked(partner, "out")
        _check_open(link, at=at)
        event = weigh_answer(
            signed, origin=origin, size=ledger.size, receipted=ledger.receipt_size, sent=0,
            root_at=lambda size: root_at(ledger, size),
        )  # fmt: skip
        if event in {"receipt", "caught-up"}:
            if signed.signed_by:
                kept = keep_signatures(receipt, sender=own, receiver=theirs, receiver_name=partner)
                store_receipt(ledger, checkpoint=kept, receipt=kept, size=signed.head.size, at=at)
            return
        if event == "fork":
            stop_link(link, evidence(ledger, receipt))
    if event == "behind":
        raise _behind(partner)
    if event == "fork":
        raise ForkError("is of another history of this ledger", item=origin)
    raise ForgedError("is not cosigned by the receiving party", item=origin)


def take_returned(home: Home, origin: str, body: bytes, *, at: datetime) -> int:
    """Take back entries of our own ledger; tell how many there are now."""
    partner = get_outgoing(origin).link.partner
    part = parse_part(body)
    with suppress(BehindError):
        take_receipt(home, origin, part.note, at=at)  # it may be the first to show what this node has lost
    take_part(home, partner, part, at=at)
    return get_outgoing(origin).size


def _check_open(link: Link, *, at: datetime) -> None:
    """Raise what a link that is stopped or suspended answers."""
    state = link_state(link, at=at)
    receiver_step("open" if state == "recovering" else state, "repeat")


def _begin_if_due(partner: str, *, at: datetime) -> None:
    """A restored node waits until nothing it had sent can still be on its way; then it begins to recover."""
    link = get_link(partner)
    if link.state != "recovering":
        return
    if link.recover_after is not None and at < link.recover_after:
        raise LinkRecoveringError("was restored from a backup a moment ago; ask again later", item=partner)
    begin_recovery(partner)


def _behind(partner: str) -> ComityError:
    begin_recovery(partner)
    left = get_ledger(get_link(partner), "out").size
    return BehindError("this node was restored and lacks entries of its own; return them", item=str(left))
