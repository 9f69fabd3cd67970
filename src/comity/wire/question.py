"""A question about a ledger as bytes: a C2SP signed note in the name of the party that asks (docs/spec/link.md §3.2).

    comity-question/1
    <status | fetch | recall>
    <origin of the ledger>
    <counter>
    <size>
    <root, base64>

It commits to nothing new: size and root are those of a head that both parties know.  The key's name is the asking
party, never an origin, so that no question can be taken for a checkpoint and no checkpoint for a question.
"""

import re
from collections.abc import Sequence
from typing import Final, cast

from comity.core.errors import InputError
from comity.core.exchange import Ask, Question, SignedQuestion
from comity.core.ledger import PublicKey
from comity.wire.checkpoint import Note, Sign, check_signatures, parse_head, parse_note, render_checkpoint, sign_text
from comity.wire.link_batch import UnsupportedVersionError

_FIRST: Final = "comity-question/1"
_OTHER_VERSION: Final = re.compile(r"comity-question/[0-9]{1,4}")
_COUNTER: Final = re.compile(r"[1-9][0-9]{0,18}")
_ASKS: Final[frozenset[str]] = frozenset(("status", "fetch", "recall"))


def sign_question(question: Question, party: str, public: bytes, sign: Sign) -> bytes:
    """Write a question signed by the party that asks."""
    first = f"{_FIRST}\n{question.ask}\n{question.head.origin}\n{question.counter}\n".encode()
    # The checkpoint's three lines, of which the origin stands before the counter already.
    rest = render_checkpoint(question.head).partition(b"\n")[2]
    return sign_text(first + rest, party, public, sign)


def parse_question(data: bytes) -> tuple[Question, Note]:
    """Take a question apart; nothing in it is believed yet.  Raises `InputError` naming what is malformed."""
    note = parse_note(data)
    lines = note.text.decode().split("\n")
    if _OTHER_VERSION.fullmatch(lines[0]) and lines[0] != _FIRST:
        raise UnsupportedVersionError(f"this node speaks {_FIRST}", item="1")
    if len(lines) != 7 or lines[6] or lines[0] != _FIRST:
        raise InputError(f"must be the six lines of a {_FIRST}", item="question")
    ask, origin, counter = lines[1:4]
    if ask not in _ASKS:
        raise InputError("asks for nothing that is known here", item="question")
    if not _COUNTER.fullmatch(counter) or int(counter) >= 1 << 63:
        raise InputError("the fourth line is not a counter", item="question")
    head = parse_head("\n".join((origin, *lines[4:])).encode())
    return Question(cast("Ask", ask), int(counter), head), note


def read_question(data: bytes, *, ask: Ask, party: str, keys: Sequence[PublicKey]) -> SignedQuestion:
    """Read a question of one kind and check which keys of the asking party signed it.

    Raises `InputError` for another kind, `ForgedError` on a false signature.
    """
    question, note = parse_question(data)
    if question.ask != ask:
        raise InputError(f"asks for {question.ask} where {ask} is answered", item="question")
    return SignedQuestion(question, check_signatures(note, party, keys))
