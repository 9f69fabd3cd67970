"""A consultation as the fold of what both parties said in it (docs/spec/consultations.md §3).

What one party says stands in one order, that of its ledger; how what the two say lies together is known to neither, as
each hears the other later than itself.  `fold` puts both orders together by what each message says it answers (`after`)
and by its time: two nodes that hold the same messages come to the same standing, in whatever order these arrived.

Nothing here trusts a message: any set of them has a standing, and one that names what is not there names nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, Literal, get_args

import msgspec

Event = Literal["opened", "replied", "closed", "reopened", "refused"]
EVENTS: Final[tuple[Event, ...]] = get_args(Event)

State = Literal["unknown", "open", "closed"]

# What an expert knows, and what a question is about.  A word is appended, never re-used.
TOPICS: Final = (
    "phishing", "malware", "botnet-c2", "unauthorized-access", "spam-vector", "techniques", "evidence", "dns",
    "registration", "tooling", "law", "personal-data", "appeals", "statistics",
)  # fmt: skip
LANGUAGES: Final = ("en", "ru", "be", "vi", "zh")

SUBJECT_LETTERS: Final = 200
TEXT_LETTERS: Final = 8_000
ATTACHMENTS: Final = 5
ATTACHMENT_BYTES: Final = 2_000_000
PART_BYTES: Final = 45_000  # base64 makes 60,000 of them: with what stands around it fits into one entry


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What the fold must know of one message.  `after`: the other party's message that its author had last read."""

    uuid: str
    party: str
    event: Event
    at: datetime
    after: str = ""
    due_at: datetime | None = None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a consultation stands: who waits for whom, since when, and the messages in their one order.

    `asker` is "" while the opening has not arrived.  `answered_at`: when the other party first spoke after the question
    was put (again).
    """

    state: State
    asker: str = ""
    waiting_for: str = ""
    opened_at: datetime | None = None
    due_at: datetime | None = None
    answered_at: datetime | None = None
    order: tuple[str, ...] = ()
    after_close: frozenset[str] = frozenset()

    @property
    def answered_late(self) -> bool:
        """Answer whether the answer came after it was due."""
        return self.answered_at is not None and self.due_at is not None and self.answered_at > self.due_at

    def is_late(self, at: datetime) -> bool:
        """Answer whether an answer is due and has not come."""
        waits = self.state == "open" and self.answered_at is None
        return waits and self.due_at is not None and at > self.due_at


def fold(messages: Iterable[Message], parties: tuple[str, str]) -> Standing:
    """Compute the standing.  `messages` of each party come in the order of its ledger, those of the two in any."""
    ordered = merge(messages, parties)
    standing = Standing(state="unknown", order=tuple(message.uuid for message in ordered))
    if not ordered or ordered[0].event != "opened":
        return standing
    after_close: set[str] = set()
    for message in ordered:
        if standing.state == "closed" and message.event != "reopened":
            after_close.add(message.uuid)
        standing = _step(standing, message, parties)
    return msgspec.structs.replace(standing, after_close=frozenset(after_close))


def merge(messages: Iterable[Message], parties: tuple[str, str]) -> list[Message]:
    """Put the messages of both parties into one order: the opening first, an answer behind what it answers, then time.

    Each party's own order stays.  Messages that name each other in a circle, which no honest party writes, go by time.
    """
    queues = _queues(messages, parties)
    known = {message.uuid for queue in queues for message in queue}
    places = [0, 0]
    done: set[str] = set()
    ordered: list[Message] = []
    while True:
        heads = [
            (side, queue[places[side]]) for side, queue in enumerate(queues) if places[side] < len(queue)
        ]  # the next of each
        if not heads:
            return ordered
        ready = [head for head in heads if head[1].after not in known or head[1].after in done] or heads
        side, message = min(ready, key=lambda head: (head[1].event != "opened", head[1].at, head[1].party))
        places[side] += 1
        done.add(message.uuid)
        ordered.append(message)


def _queues(messages: Iterable[Message], parties: tuple[str, str]) -> tuple[Sequence[Message], Sequence[Message]]:
    """The messages of each party; a second opening, and one that comes again, are left out."""
    queues: dict[str, list[Message]] = {party: [] for party in parties}
    seen: set[tuple[str, str]] = set()
    for message in messages:
        if message.party in queues and (message.party, message.uuid) not in seen and message.event != "refused":
            seen.add((message.party, message.uuid))
            queues[message.party].append(message)
    first, second = (queues[party] for party in parties)
    return first, second


def _step(standing: Standing, message: Message, parties: tuple[str, str]) -> Standing:
    other = parties[1] if message.party == parties[0] else parties[0]
    change = msgspec.structs.replace
    if message.event == "opened":
        if standing.asker:  # a thread is opened once
            return standing
        return change(
            standing, state="open", asker=message.party, waiting_for=other, opened_at=message.at, due_at=message.due_at
        )
    answers = message.party != standing.asker and standing.answered_at is None
    answered_at = message.at if answers else standing.answered_at
    if message.event == "closed":
        return change(standing, state="closed", waiting_for="", answered_at=answered_at)
    if message.event == "reopened":
        asks = message.party == standing.asker and message.due_at is not None
        return change(
            standing,
            state="open",
            waiting_for=other,
            due_at=message.due_at if asks else standing.due_at,
            answered_at=None if asks else answered_at,
        )
    if standing.state == "closed":
        return standing  # kept and shown; it opens nothing
    return change(standing, waiting_for=other, answered_at=answered_at)
