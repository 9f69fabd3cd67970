"""The message that a webhook's receiver gets: told items of one subscriber, in the order in which they were told.

An event names its kind and whether it was withdrawn; its item is the told item itself (`core.told_items`), null where
it was erased or is withdrawn by now.  `id` is the same in every try.  Whoever holds what it was told by `subject` and
takes each event's item in its place, in the order of `position`, holds what the subscriber may hold
(docs/spec/webhooks.md).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

import msgspec

from comity.core.markings import Tlp
from comity.core.told_items import Told, ToldKind

MEDIA_TYPE: Final = "application/vnd.comity.events+json"
FORM: Final = "comity-events/1"
MAX_EVENTS: Final = 100
MAX_BYTES: Final = 1_048_576


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One version of one item."""

    id: str
    position: int
    type: Literal["told", "withdrawn"]
    kind: ToldKind
    subject: str
    version: datetime
    at: datetime
    tlp: Tlp
    clause: str
    memorandum: str
    item: Told | None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What is posted; `events` may be empty: a test."""

    form: Literal["comity-events/1"] = "comity-events/1"
    webhook: str
    subscriber: str
    sender: str
    events: tuple[Event, ...]


class BadMessage(msgspec.Struct, frozen=True):
    """Why a body is no message."""

    sentence: str


_encode: Final = msgspec.json.Encoder(order="deterministic").encode
_decode: Final = msgspec.json.Decoder(Message).decode


def render_message(webhook: str, subscriber: str, sender: str, events: Sequence[Event]) -> bytes:
    """The message as bytes: the same events are the same bytes."""
    return _encode(Message(webhook=webhook, subscriber=subscriber, sender=sender, events=tuple(events)))


def fitting(events: Sequence[Event], *, most_bytes: int = MAX_BYTES // 2) -> int:
    """How many of the first events fit into one message; at least one, however large it is."""
    room = most_bytes
    for number, event in enumerate(events[:MAX_EVENTS]):
        room -= len(_encode(event))
        if room < 0:
            return max(1, number)
    return min(len(events), MAX_EVENTS)


def parse_message(data: bytes) -> Message | BadMessage:
    """Read a message; what it holds is believed as far as its signature is."""
    if len(data) > 4 * MAX_BYTES:
        return BadMessage("is too large to be a message")
    try:
        message = _decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return BadMessage(str(error))
    positions = [event.position for event in message.events]
    if positions != sorted(set(positions)):
        return BadMessage("its events do not follow one another")
    return message
