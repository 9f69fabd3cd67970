"""What each side of a link believes of what the other sent: the verifications, step by step as docs/spec/link.md §4.

`examine` weighs a batch, `weigh_question` a question, `weigh_answer` what a partner cosigned, `take_back` entries of
our own that a partner gives back.  Signatures were checked before (`wire`); here it is asked what they mean.
"""

from collections.abc import Callable, Sequence

import msgspec

from comity.core.exchange import IncomingEntry, SenderEvent, SignedHead, SignedQuestion, Verdict
from comity.core.ledger import Frontier, Growth, Head, entry_hash
from comity.core.proofs import ReadNode, frontier_at, verify_consistency


class Examined(msgspec.Struct, frozen=True):
    """What was found about entries, and, if they are taken, what the ledger becomes."""

    verdict: Verdict
    entries: tuple[IncomingEntry, ...] = ()  # those not held yet
    leaves: tuple[bytes, ...] = ()
    frontier: Frontier = Frontier()
    growth: Growth = {}


def examine(
    claim: SignedHead, start: int, entries: Sequence[IncomingEntry], *, origin: str, held: Frontier, read: ReadNode
) -> Examined:
    """Answer whether a batch extends the ledger that is held (§4.1).

    `claim` is the batch's checkpoint with the sender's signatures checked; `held` and `read` are the receiver's tree.
    """
    head, end = claim.head, start + len(entries)
    # (1) The checkpoint names the ledger that this link replays.
    if head.origin != origin:
        return Examined("wrong-origin")
    # (2) A key of the sender, named by the countersigned memorandum, signed it.
    if not claim.signed_by:
        return Examined("unsigned")
    # (3) It is the checkpoint of exactly the batch's end.
    if head.size != end:
        return Examined("wrong-size")
    # (4) The batch begins with an entry that is held or with the next one.
    if start > held.size:
        return Examined("gap")
    # (5) Hash the entries onto the tree as it was where the batch begins.
    leaves = [entry_hash(*entry[1:]) for entry in entries]
    edge = held if start == held.size else frontier_at(start, read)
    replayed, growth = edge.extend(leaves)
    # (6) A signed head within what is held must be the head that is held there.
    if end <= held.size and frontier_at(end, read).root() != head.root:
        return Examined("fork")
    # (7) The replayed root is the signed root.
    if replayed.root() != head.root:
        return Examined("mismatch")
    if end <= held.size:
        return Examined("repeat")
    # (8) Entries that are held already are the same entries: both histories are signed otherwise.
    overlap = held.size - start
    if overlap:
        if edge.extend(leaves[:overlap])[0] != held:
            return Examined("fork")
        replayed, growth = held.extend(leaves[overlap:])
    # (9) What is left is new, in order and signed.
    return Examined("take", tuple(entries[overlap:]), tuple(leaves[overlap:]), replayed, growth)


def weigh_question(
    asked: SignedQuestion, *, origin: str, counter: int, held: Frontier, receipted: int, read: ReadNode
) -> Verdict:
    """Answer whether a question is answered: "repeat" is yes (§4.2).

    `held` is the answerer's tree of the ledger, `counter` that of the last question it gave entries for.  `receipted`
    is how much of it is receipted where it is the answerer's own ledger, else all that is held.
    """
    question = asked.question
    # (1) The question is about the ledger it was sent to.
    if question.head.origin != origin:
        return "wrong-origin"
    # (2) A key of the asking party signed it.
    if not asked.signed_by:
        return "unsigned"
    # (3) It was not asked before.
    if question.counter <= counter:
        return "stale"
    # (4) The asker's head must be one that this ledger had.
    if question.head.size <= held.size and frontier_at(question.head.size, read).root() == question.head.root:
        return "repeat"
    # (5) Beyond what is receipted, the partner of our own ledger may hold what this node has lost: it has to show it.
    if question.ask == "fetch":
        return "behind" if question.head.size > receipted else "fork"
    # (6) A longer head is no news; any other is a second history, under the asker's own signature.
    return "repeat" if question.head.size > held.size else "fork"


def weigh_answer(
    answer: SignedHead, *, origin: str, size: int, receipted: int, sent: int, root_at: Callable[[int], bytes]
) -> SenderEvent:
    """Answer what a sender learns from the head its partner cosigned: a receipt, or trouble (§4.3).

    `size` is how many entries the sender's own ledger has, `receipted` for how many it has a receipt, `sent` where the
    batch ended (0 after a mere question); `root_at` recomputes the ledger's root at an earlier size.
    """
    head = answer.head
    # (1) The head names our ledger, and the partner cosigned it.
    if head.origin != origin or not answer.cosigned_by:
        return "forged"
    # (2) What it holds is what we made.
    if head.size > size or root_at(head.size) != head.root:
        # (3) If not, and it is within what was receipted, the partner signed two histories.
        if head.size <= receipted:
            return "fork"
        # (4) Beyond that, a head that bears our own signature is one that we have forgotten.
        return "behind" if answer.signed_by else "forged"
    # (5) After a batch it covers the batch; a partner that answers well and takes nothing is not asked in a loop.
    if head.size < sent:
        return "refused"
    # (6) It is a receipt for everything below its size.
    return "caught-up" if head.size == size else "receipt"


def take_back(
    claim: SignedHead,
    start: int,
    entries: Sequence[IncomingEntry],
    proof: Sequence[bytes],
    *,
    origin: str,
    held: Frontier,
) -> Examined:
    """Answer whether entries are the next ones of our own ledger as we had signed it before (§4.4).

    `claim` is the partner's receipt of that ledger, with both signatures checked; `proof` shows that it extends the
    tree at the end of these entries (RFC 9162 §2.1.4).
    """
    end = start + len(entries)
    # (1) The receipt names our ledger.
    if claim.head.origin != origin:
        return Examined("wrong-origin")
    # (2) We signed it, and the partner cosigned it.
    if not (claim.signed_by and claim.cosigned_by):
        return Examined("unsigned")
    # (3) The entries follow what is held, end within the receipt, and bring this node on.
    if start != held.size:
        return Examined("gap")
    if end > claim.head.size or (not entries and end < claim.head.size):
        return Examined("wrong-size")
    # (4) Replayed, they give a tree which the receipt extends.
    leaves = [entry_hash(*entry[1:]) for entry in entries]
    replayed, growth = held.extend(leaves)
    if not verify_consistency(Head(origin, end, replayed.root()), claim.head, proof):
        return Examined("mismatch")
    # (5) They are ours, at the positions they had.
    return Examined("take", tuple(entries), tuple(leaves), replayed, growth)
