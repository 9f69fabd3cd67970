"""A node as a program sees it: `Node` has a method for each route, `walk` goes through the pages of a list."""

import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Protocol, Self, TypeVar

import msgspec

from comity.client.calls import Calls
from comity.client.transport import Transport


class Node(Calls):
    """The API of one node.  `token`: of a person (`comity person token`); without one only a status page is read."""

    def __init__(
        self, url: str, token: str = "", *, authority: str = "", seconds: float = 30.0,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        super().__init__(Transport(url, authority=authority, seconds=seconds, wait=wait), token)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()


class _Page(Protocol):
    @property
    def next(self) -> str: ...


Query = TypeVar("Query", bound=msgspec.Struct)
Page = TypeVar("Page", bound=_Page)


def walk(show: Callable[[Query], Page], query: Query) -> Iterator[Page]:
    """Go through the pages of a list: `walk(node.show_cases, CasesQuery(state="received"))`."""
    while True:
        page = show(query)
        yield page
        if not page.next:
            return
        query = msgspec.structs.replace(query, cursor=page.next)
