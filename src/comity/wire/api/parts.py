"""What many documents of the API are made of: bounded texts, pages, reasons, answers of memoranda, problems."""

from typing import Annotated

import msgspec
from msgspec import Meta

Refs = Annotated[tuple[str, ...], Meta(min_length=1, max_length=1000, description="References of cases.")]
Score = Annotated[float, Meta(ge=0, le=1)]
Limit = Annotated[int, Meta(ge=1, le=1000)]
Words = Annotated[str, Meta(min_length=1, max_length=4000, pattern=r"\S")]
Note = Annotated[str, Meta(max_length=4000)]
Key = Annotated[str, Meta(max_length=300)]
Cursor = Annotated[
    str, Meta(pattern="^[0-9]{0,18}$", description="`next` of the page before; empty for the first one.")
]
Host = Annotated[str, Meta(pattern="^[a-z0-9.-]{0,253}$", description="A name in A-labels.")]


class ReasonDocument(msgspec.Struct, frozen=True):
    """One reason why not."""

    code: str
    message: str


class NoQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing is asked."""


class PageQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which page."""

    cursor: Cursor = ""
    limit: Limit = 100


class ProblemDocument(msgspec.Struct, frozen=True):
    """An error (RFC 9457); `code` is stable."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    item: str = ""


class VerdictDocument(msgspec.Struct, frozen=True):
    """What a memorandum answered about telling one partner: the verdict, by which clause, why, what was taken out."""

    verdict: str
    clause: str
    reason: str
    redacted: tuple[str, ...] = ()
    hold_for: str = ""


class Octets(msgspec.Struct, frozen=True):
    """A file that is handed over as it is; nothing of it is JSON."""

    data: bytes
    name: str
