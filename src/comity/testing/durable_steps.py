"""Durable steps: every commit of a node's program, named by the flow that made it, watched from outside of the program.

`install(watch)` puts itself around Django's commit and around statements that commit by themselves, in this process
only; nothing in the program knows of it.  A step is named by the outermost flow on the stack and the innermost function
of ours, `receive.receive_batch`; a statement that is its own transaction also by its table,
`courier.note_try:link`. Between commits there is one more moment that a crash can hit: a request has left and
its answer was not read, `sent.batch`.  `docs/spec/durable-steps.md` lists all of them; a test compares the list with
what a run of the main job passes.
"""

import http.client
import re
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, Final, Literal

from django.db.backends.base.base import BaseDatabaseWrapper

When = Literal["before", "after"]
Watch = Callable[[str, When], None]

_WRITES: Final = re.compile(
    r"\s*(?:INSERT\s+INTO|REPLACE\s+INTO|UPDATE|DELETE\s+FROM|COPY|TRUNCATE)\s+\"?(?P<table>\w+)", re.IGNORECASE
)
_OURS: Final = "comity."
_FLOWS: Final = "comity.flows."
_NOT_THE_PROGRAM: Final = ("comity.testing.", "comity.store.sqlite.")  # the latter is all transactions' way to the file
_LINK_PATH: Final = "/link/v1/"


def install(watch: Watch) -> None:
    """Call `watch` before and after every durable step of this process, from now on."""
    _watch_commits(watch)
    _watch_statements(watch)
    _watch_requests(watch)


def name_step(frame: FrameType | None, table: str = "") -> str:
    """Name the step whose innermost frame this is; "" when nothing of the program is on the stack."""
    module = function = flow = ""
    while frame is not None:
        where, name = str(frame.f_globals.get("__name__", "")), frame.f_code.co_name
        if where.startswith(_OURS) and not where.startswith(_NOT_THE_PROGRAM) and not name.startswith("<"):
            if not module:
                module, function = where, name
            if where.startswith(_FLOWS):
                flow = where
        frame = frame.f_back
    if not module:
        return ""
    return f"{(flow or module).rpartition('.')[2]}.{function.lstrip('_')}" + (f":{table}" if table else "")


def _watch_commits(watch: Watch) -> None:
    commit = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]  # noqa: SLF001 — the one place all commits pass

    def watched(self: BaseDatabaseWrapper) -> Any:
        step = name_step(sys._getframe(1))  # noqa: SLF001 — the stack is what a step is named by
        if step:
            watch(step, "before")
        answer = commit(self)
        if step:
            watch(step, "after")
        return answer

    BaseDatabaseWrapper._commit = watched  # type: ignore[attr-defined]  # noqa: SLF001 — the one place all commits pass


def _watch_statements(watch: Watch) -> None:
    connect = BaseDatabaseWrapper.connect

    def execute(run: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        found = None if context["connection"].in_atomic_block else _WRITES.match(sql)
        step = name_step(sys._getframe(1), found["table"]) if found else ""  # noqa: SLF001 — the stack is what a step is named by
        if step:
            watch(step, "before")
        answer = run(sql, params, many, context)
        if step:
            watch(step, "after")
        return answer

    def connected(self: BaseDatabaseWrapper) -> None:
        connect(self)
        if execute not in self.execute_wrappers:
            self.execute_wrappers.append(execute)

    BaseDatabaseWrapper.connect = connected  # type: ignore[method-assign]  # this process's own copy


def _watch_requests(watch: Watch) -> None:
    putrequest, getresponse = http.client.HTTPConnection.putrequest, http.client.HTTPConnection.getresponse

    def asked(self: http.client.HTTPConnection, method: str, url: str, *rest: Any, **more: Any) -> None:
        vars(self)["asked_for"] = url
        putrequest(self, method, url, *rest, **more)

    def answered(self: http.client.HTTPConnection) -> http.client.HTTPResponse:
        url = str(vars(self).get("asked_for", ""))
        if _LINK_PATH in url:
            watch(f"sent.{url.rpartition('/')[2]}", "after")
        return getresponse(self)

    http.client.HTTPConnection.putrequest = asked  # type: ignore[method-assign]  # this process's own copy
    http.client.HTTPConnection.getresponse = answered  # type: ignore[method-assign]  # this process's own copy
