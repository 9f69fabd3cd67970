"""The link's protocol without sockets, clocks or stores: what each side does next, and what a receiver believes.

Two literal tables are the whole state machine (docs/spec/link.md §5 draws them); `examine` and `weigh_answer` are the
two verifications, written as the numbered steps of the spec.  Everything is a value: the same functions run in the
courier, in the receiving view and in the tests' two nodes without sockets.
"""

from collections.abc import Callable, Sequence
from typing import ClassVar, Final, Literal, NamedTuple

import msgspec

from comity.core.errors import ComityError, ConflictError, ForbiddenError, NotFoundError
from comity.core.ledger import Frontier, Growth, Head, entry_hash
from comity.core.proofs import ReadNode, frontier_at


class OutgoingEntry(NamedTuple):
    """An entry to be appended: what it is, whom or what it concerns (a case's or report's UUID, or ""), its bytes.

    Of an `erased` one the bytes are the SHA-256 of what they were.
    """

    kind: str
    subject: str
    payload: bytes
    erased: bool = False


class IncomingEntry(NamedTuple):
    """An entry as the partner sent it, at its position in the partner's ledger."""

    position: int
    kind: str
    subject: str
    payload: bytes
    erased: bool = False


class SignedHead(msgspec.Struct, frozen=True):
    """A checkpoint, and which keys of its sender and of its receiver were found to have signed it."""

    head: Head
    signed_by: tuple[str, ...] = ()
    cosigned_by: tuple[str, ...] = ()


# ---- the sender ------------------------------------------------------------------------------------------------------

SenderState = Literal["waiting", "asking", "sending", "quiet", "held", "stopped"]
SenderEvent = Literal[
    "due", "entries", "receipt", "caught-up", "gap", "no-answer", "refused", "forged", "fork", "ahead",
    "suspended", "in-force",
]  # fmt: skip
SenderAction = Literal["ask", "push", "rest", "back-off", "keep-evidence"]

# A link starts as ("waiting", "due"): it asks how many entries the partner has before it sends any.
SENDER: Final[dict[tuple[SenderState, SenderEvent], tuple[SenderState, SenderAction]]] = {
    ("waiting", "due"):        ("asking", "ask"),
    ("waiting", "suspended"):  ("held", "rest"),
    ("asking", "receipt"):     ("sending", "push"),           # "I have N": send from N
    ("asking", "caught-up"):   ("quiet", "rest"),
    ("asking", "no-answer"):   ("waiting", "back-off"),
    ("asking", "refused"):     ("waiting", "back-off"),
    ("asking", "forged"):      ("waiting", "back-off"),
    ("asking", "fork"):        ("stopped", "keep-evidence"),
    ("asking", "ahead"):       ("stopped", "keep-evidence"),  # the partner holds more than we do: a restored backup?
    ("sending", "receipt"):    ("sending", "push"),
    ("sending", "caught-up"):  ("quiet", "rest"),
    ("sending", "gap"):        ("asking", "ask"),
    ("sending", "no-answer"):  ("waiting", "back-off"),
    ("sending", "refused"):    ("waiting", "back-off"),
    ("sending", "forged"):     ("waiting", "back-off"),
    ("sending", "fork"):       ("stopped", "keep-evidence"),
    ("sending", "ahead"):      ("stopped", "keep-evidence"),
    ("sending", "suspended"):  ("held", "rest"),
    ("quiet", "entries"):      ("sending", "push"),
    ("quiet", "suspended"):    ("held", "rest"),
    ("held", "in-force"):      ("asking", "ask"),
}  # fmt: skip

# ---- the receiver ----------------------------------------------------------------------------------------------------

LinkState = Literal["open", "suspended", "stopped"]
Verdict = Literal["take", "repeat", "wrong-origin", "unsigned", "wrong-size", "gap", "mismatch", "fork"]
ReceiverAction = Literal["apply-and-cosign", "cosign-again", "refuse", "keep-evidence"]

RECEIVER: Final[dict[tuple[LinkState, Verdict], tuple[LinkState, ReceiverAction]]] = {
    ("open", "take"):         ("open", "apply-and-cosign"),
    ("open", "repeat"):       ("open", "cosign-again"),
    ("open", "wrong-origin"): ("open", "refuse"),
    ("open", "unsigned"):     ("open", "refuse"),
    ("open", "wrong-size"):   ("open", "refuse"),
    ("open", "gap"):          ("open", "refuse"),
    ("open", "mismatch"):     ("open", "refuse"),
    ("open", "fork"):         ("stopped", "keep-evidence"),
}  # fmt: skip


class MisuseError(ComityError):
    """This node's own program broke the protocol; nothing was sent or stored."""

    code = "protocol-misuse"


class UnknownOriginError(NotFoundError):
    """There is no link whose ledger has this origin."""

    code = "unknown-origin"


class ForgedError(ForbiddenError):
    """What was sent is not signed by a key of the countersigned memorandum."""

    code = "bad-signature"


class WrongSizeError(ConflictError):
    """The checkpoint's size is not where the batch ends."""

    code = "wrong-size"


class GapError(ConflictError):
    """The batch begins after the entries the receiver has; ask for its head and send from there."""

    code = "position-gap"


class MismatchError(ConflictError):
    """The entries do not give the root that was signed; nothing of the batch was applied."""

    code = "root-mismatch"


class ForkError(ConflictError):
    """The sender signed two different histories; the link is stopped and both heads are kept."""

    code = "ledger-fork"


class AheadError(ConflictError):
    """The partner holds more entries than this node's own ledger has: was this node restored from an old backup?"""

    code = "ledger-behind"


class LinkStoppedError(ForbiddenError):
    """The link is stopped until a person has looked at it."""

    code = "link-stopped"


class LinkSuspendedError(ForbiddenError):
    """No memorandum is in force with the partner: nothing is taken and nothing sent."""

    code = "memorandum-not-in-force"


REFUSALS: Final[dict[Verdict, type[ComityError]]] = {
    "wrong-origin": UnknownOriginError,
    "unsigned": ForgedError,
    "wrong-size": WrongSizeError,
    "gap": GapError,
    "mismatch": MismatchError,
    "fork": ForkError,
}


class Sender(msgspec.Struct, frozen=True):
    """Where a sender stands: its state, and the position it sends from next."""

    MISUSE: ClassVar[str] = "the sender has no such step"

    state: SenderState = "waiting"
    cursor: int = 0


def sender_step(sender: Sender, event: SenderEvent, *, cursor: int | None = None) -> tuple[Sender, SenderAction]:
    """Take one step of the sender's table; `cursor` is the size the partner answered with."""
    row = SENDER.get((sender.state, event))
    if row is None:
        raise MisuseError(Sender.MISUSE, item=f"{sender.state}/{event}")
    state, action = row
    return Sender(state, sender.cursor if cursor is None else cursor), action


class Examined(msgspec.Struct, frozen=True):
    """What a receiver found about a batch, and, if it takes it, what its ledger becomes."""

    verdict: Verdict
    entries: tuple[IncomingEntry, ...] = ()  # those not held yet
    leaves: tuple[bytes, ...] = ()
    frontier: Frontier = Frontier()
    growth: Growth = {}


def examine(
    claim: SignedHead, start: int, entries: Sequence[IncomingEntry], *, origin: str, held: Frontier, read: ReadNode
) -> Examined:
    """Answer whether a batch extends the ledger that is held (docs/spec/link.md §4).

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


def receiver_step(state: LinkState, verdict: Verdict) -> tuple[LinkState, ReceiverAction]:
    """Take one step of the receiver's table.  A link that is not open takes nothing, whatever was sent."""
    if state == "stopped":
        raise LinkStoppedError("a person must look at the link first")
    if state == "suspended":
        raise LinkSuspendedError("the link is suspended")
    return RECEIVER[state, verdict]


def weigh_head(claim: SignedHead, *, origin: str, held: Frontier, read: ReadNode) -> Verdict:
    """Answer what a receiver thinks of the checkpoint with which a sender asks "how many entries have you?" (§3.2)."""
    # (1) and (2) as for a batch.
    if claim.head.origin != origin:
        return "wrong-origin"
    if not claim.signed_by:
        return "unsigned"
    # (3) If it is no longer than what is held, it must be the head that is held there; a longer one is no news.
    if claim.head.size <= held.size and frontier_at(claim.head.size, read).root() != claim.head.root:
        return "fork"
    return "repeat"


def weigh_answer(
    answer: SignedHead, *, origin: str, size: int, sent: int, root_at: Callable[[int], bytes]
) -> SenderEvent:
    """Answer what a sender learns from the head its partner cosigned: a receipt, or trouble (docs/spec/link.md §4.3).

    `size` is how many entries the sender's own ledger has, `sent` where the batch ended (0 after a mere question);
    `root_at` recomputes the ledger's root at an earlier size.
    """
    head = answer.head
    # (1) The head names our ledger, and the partner cosigned it.
    if head.origin != origin or not answer.cosigned_by:
        return "forged"
    # (2) The partner cannot hold entries that we never made.
    if head.size > size:
        return "ahead" if answer.signed_by else "forged"
    # (3) What it holds is what we made.
    if root_at(head.size) != head.root:
        return "fork"
    # (4) After a batch it covers the batch; a partner that answers well and takes nothing is not asked in a loop.
    if head.size < sent:
        return "refused"
    # (5) It is a receipt for everything below its size.
    return "caught-up" if head.size == size else "receipt"
