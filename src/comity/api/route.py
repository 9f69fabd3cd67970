"""What a row of the route table is, and what a handler gets: a `Call`; it gives a struct of `comity.wire.api`."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from comity.core.roles import Actor
from comity.edges.home import Home
from comity.wire.api.parts import NoQuery

BODY_BYTES: Final = 1_048_576
JSON: Final = "application/json"
NDJSON: Final = "application/x-ndjson"
OCTETS: Final = "application/octet-stream"


class Call(msgspec.Struct, frozen=True):
    """A call as a handler sees it; `body` is the route's struct, or the bytes where the route declares none."""

    home: Home
    actor: Actor
    at: datetime
    path: Mapping[str, str]
    query: Any
    body: Any


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the route table (`comity.api.routes`).

    `reads`: nothing is changed by it.  `is_whole`: its flow is one transaction and touches nothing but the store, so
    that its answer can be kept in the same one; False where names are asked about, registries are spoken to, or octets
    are overwritten after the transaction.
    """

    method: str
    path: str
    handler: Callable[[Call], msgspec.Struct]
    answer: type[msgspec.Struct]
    noun: str
    roles: tuple[str, ...] = ()  # none: everybody, without a token
    query: type[msgspec.Struct] = NoQuery
    body: type[msgspec.Struct] | None = None
    media_type: str = JSON
    body_bytes: int = BODY_BYTES
    reads: bool = False
    is_whole: bool = True

    @property
    def name(self) -> str:
        """What the operation is called in the OpenAPI document and in the client."""
        return self.handler.__name__

    @property
    def summary(self) -> str:
        """What it does, in a sentence without its full stop."""
        return (self.handler.__doc__ or "").strip().splitlines()[0].rstrip(".")
