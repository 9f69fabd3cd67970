"""The link's protocol without sockets, clocks or stores: what is said, and what each side does next.

Three literal tables are the whole state machine (docs/spec/link.md §5 draws them): a sender pushes its ledger, a
receiver takes it, and a fetcher asks for a ledger that cannot be pushed.  What is believed is in `core.examination`.
Everything is a value: the same functions run in the courier, in the receiving view and in the tests' two nodes.
"""

from typing import ClassVar, Final, Literal, NamedTuple

import msgspec

from comity.core.errors import ComityError, ConflictError, ForbiddenError, NotFoundError
from comity.core.ledger import Head


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


# What a party asks about a ledger: its sender, what is held of it, or its own entries back; its receiver, for more.
Ask = Literal["status", "fetch", "recall"]


class Question(msgspec.Struct, frozen=True):
    """A party's question about a ledger.  `head` is what the asker is sure of; the counter makes each question new."""

    ask: Ask
    counter: int
    head: Head


class SignedQuestion(msgspec.Struct, frozen=True):
    """A question, and which keys of the asking party were found to have signed it."""

    question: Question
    signed_by: tuple[str, ...] = ()


# ---- the sender ------------------------------------------------------------------------------------------------------

SenderState = Literal["waiting", "asking", "sending", "recovering", "quiet", "held", "stopped"]
SenderEvent = Literal[
    "due", "entries", "receipt", "caught-up", "behind", "part", "recovered", "gap", "no-answer", "refused", "forged",
    "fork", "suspended", "in-force",
]  # fmt: skip
SenderAction = Literal["ask", "push", "recall", "rest", "back-off", "keep-evidence"]

# A link starts as ("waiting", "due"): it asks how many entries the partner has before it signs or sends any.
SENDER: Final[dict[tuple[SenderState, SenderEvent], tuple[SenderState, SenderAction]]] = {
    ("waiting", "due"):          ("asking", "ask"),
    ("waiting", "suspended"):    ("held", "rest"),
    ("asking", "receipt"):       ("sending", "push"),           # "I have N": send from N
    ("asking", "caught-up"):     ("quiet", "rest"),
    ("asking", "behind"):        ("recovering", "recall"),      # the partner holds more of our ledger than we do
    ("asking", "recovered"):     ("asking", "ask"),             # a restored node that had lost nothing of it
    ("asking", "no-answer"):     ("waiting", "back-off"),
    ("asking", "refused"):       ("waiting", "back-off"),
    ("asking", "forged"):        ("waiting", "back-off"),
    ("asking", "fork"):          ("stopped", "keep-evidence"),
    ("asking", "suspended"):     ("held", "rest"),
    ("sending", "receipt"):      ("sending", "push"),
    ("sending", "caught-up"):    ("quiet", "rest"),
    ("sending", "behind"):       ("recovering", "recall"),
    ("sending", "gap"):          ("asking", "ask"),
    ("sending", "no-answer"):    ("waiting", "back-off"),
    ("sending", "refused"):      ("waiting", "back-off"),
    ("sending", "forged"):       ("waiting", "back-off"),
    ("sending", "fork"):         ("stopped", "keep-evidence"),
    ("sending", "suspended"):    ("held", "rest"),
    ("recovering", "part"):      ("recovering", "recall"),
    ("recovering", "recovered"): ("asking", "ask"),
    ("recovering", "no-answer"): ("waiting", "back-off"),
    ("recovering", "refused"):   ("waiting", "back-off"),
    ("recovering", "forged"):    ("waiting", "back-off"),
    ("recovering", "fork"):      ("stopped", "keep-evidence"),
    ("recovering", "suspended"): ("held", "rest"),
    ("quiet", "entries"):        ("sending", "push"),
    ("quiet", "due"):            ("asking", "ask"),             # from time to time: the partner may have been restored
    ("quiet", "suspended"):      ("held", "rest"),
    ("held", "in-force"):        ("asking", "ask"),
}  # fmt: skip

# ---- the fetcher: a receiver that its sender cannot reach ------------------------------------------------------------

FetcherState = Literal["waiting", "fetching", "telling", "returning", "stopped"]
FetcherEvent = Literal[
    "due", "entries", "nothing", "told", "behind", "part", "no-answer", "refused", "forged", "fork",
]  # fmt: skip
FetcherAction = Literal["fetch", "tell", "give-back", "rest", "back-off", "keep-evidence"]

FETCHER: Final[dict[tuple[FetcherState, FetcherEvent], tuple[FetcherState, FetcherAction]]] = {
    ("waiting", "due"):         ("telling", "tell"),            # the receipt that is held may never have arrived
    ("telling", "told"):        ("fetching", "fetch"),
    ("telling", "behind"):      ("returning", "give-back"),
    ("telling", "no-answer"):   ("waiting", "back-off"),
    ("telling", "refused"):     ("waiting", "back-off"),
    ("fetching", "entries"):    ("telling", "tell"),
    ("fetching", "nothing"):    ("waiting", "rest"),
    ("fetching", "behind"):     ("returning", "give-back"),     # the sender was restored: it wants its entries back
    ("fetching", "no-answer"):  ("waiting", "back-off"),
    ("fetching", "refused"):    ("waiting", "back-off"),
    ("fetching", "forged"):     ("waiting", "back-off"),
    ("fetching", "fork"):       ("stopped", "keep-evidence"),
    ("returning", "part"):      ("returning", "give-back"),
    ("returning", "told"):      ("waiting", "rest"),            # not at once: nobody is kept busy by giving back
    ("returning", "no-answer"): ("waiting", "back-off"),
    ("returning", "refused"):   ("waiting", "back-off"),
}  # fmt: skip

# ---- the receiver ----------------------------------------------------------------------------------------------------

LinkState = Literal["open", "recovering", "suspended", "stopped"]
Verdict = Literal[
    "take", "repeat", "wrong-origin", "unsigned", "stale", "wrong-size", "gap", "behind", "mismatch", "fork"
]
ReceiverAction = Literal["apply-and-cosign", "cosign-again", "refuse", "ask-back", "keep-evidence"]

RECEIVER: Final[dict[tuple[LinkState, Verdict], tuple[LinkState, ReceiverAction]]] = {
    ("open", "take"):         ("open", "apply-and-cosign"),
    ("open", "repeat"):       ("open", "cosign-again"),
    ("open", "wrong-origin"): ("open", "refuse"),
    ("open", "unsigned"):     ("open", "refuse"),
    ("open", "stale"):        ("open", "refuse"),
    ("open", "wrong-size"):   ("open", "refuse"),
    ("open", "gap"):          ("open", "refuse"),
    ("open", "mismatch"):     ("open", "refuse"),
    ("open", "behind"):       ("open", "ask-back"),             # it recovers when what comes back bears our signature
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


class BehindError(ConflictError):
    """A ledger lacks entries that its party has signed: it was restored from a backup and takes them back first."""

    code = "ledger-behind"


class StaleQuestionError(ConflictError):
    """The question's counter is not above that of an earlier one: it was asked before, by whoever repeats it."""

    code = "stale-question"


class LinkRecoveringError(ComityError):
    """This node was restored from a backup and takes nothing before it has its own entries back; ask again later."""

    code = "link-recovering"
    http_status = 503


class LinkStoppedError(ForbiddenError):
    """The link is stopped until a person has looked at it."""

    code = "link-stopped"


class LinkSuspendedError(ForbiddenError):
    """No memorandum is in force with the partner: nothing is taken and nothing sent."""

    code = "memorandum-not-in-force"


REFUSALS: Final[dict[Verdict, type[ComityError]]] = {
    "wrong-origin": UnknownOriginError,
    "unsigned": ForgedError,
    "stale": StaleQuestionError,
    "wrong-size": WrongSizeError,
    "gap": GapError,
    "behind": BehindError,
    "mismatch": MismatchError,
    "fork": ForkError,
}


class Fetcher(msgspec.Struct, frozen=True):
    """Where a fetcher stands."""

    MISUSE: ClassVar[str] = "the fetcher has no such step"

    state: FetcherState = "waiting"


def fetcher_step(fetcher: Fetcher, event: FetcherEvent) -> tuple[Fetcher, FetcherAction]:
    """Take one step of the fetcher's table."""
    row = FETCHER.get((fetcher.state, event))
    if row is None:
        raise MisuseError(Fetcher.MISUSE, item=f"{fetcher.state}/{event}")
    return Fetcher(row[0]), row[1]


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


def receiver_step(state: LinkState, verdict: Verdict) -> tuple[LinkState, ReceiverAction]:
    """Take one step of the receiver's table.  A link that is not open takes nothing, whatever was sent."""
    if state == "stopped":
        raise LinkStoppedError("a person must look at the link first")
    if state == "suspended":
        raise LinkSuspendedError("the link is suspended")
    if state == "recovering":
        raise LinkRecoveringError("was restored from a backup and is not whole yet; ask again later")
    return RECEIVER[state, verdict]
