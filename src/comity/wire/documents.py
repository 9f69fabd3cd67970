"""Documents: sources that are one whole (a bundle, an event, a mail) and not a record a line.

A reader of a document is a pure function from its bytes to a `Document`: the records in their order, what of it was not
understood (named, never dropped silently), and files that came enclosed as evidence.  It never raises for what stands
in the bytes but `InputError`, which names the place, where the whole cannot be read.  Which readers there are is the
literal table of `wire.document_readers`.
"""

from collections.abc import Callable
from typing import Final

import msgspec

from comity.core.reports import Record

MAX_DOCUMENT_BYTES: Final = 64 << 20
MAX_NAMED: Final = 1_000  # things not understood that are named one by one; the rest is counted


class Enclosed(msgspec.Struct, frozen=True):
    """A file that came with a document, as evidence of one of its records (by place in `Document.records`)."""

    record: int
    name: str
    media_type: str
    data: bytes
    kind: str  # core.media_types.KINDS


class NotUnderstood(msgspec.Struct, frozen=True):
    """Something of a document that is not modelled here: where it stands or its identifier, and why it was left."""

    item: str
    reason: str


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader made of a document.  A record's `line` is its place in the document, counted from 1."""

    records: tuple[Record, ...]
    not_understood: tuple[NotUnderstood, ...] = ()
    enclosed: tuple[Enclosed, ...] = ()


DocumentReader = Callable[[bytes], Document]
DocumentSign = Callable[[bytes], bool]  # of the first octets: is it one of this kind for certain?
