"""Commands of tests as forks of one process that has read the program already: a real process each, in milliseconds.

    python -m comity.testing.command_host SOCKET     reads the program once and listens
    python command_client.py SOCKET NAMESPACE ARGUMENTS…       is `comity ARGUMENTS…`, at a tenth of its start
    python command_client.py SOCKET NAMESPACE --script FILE …  is `python FILE …`

A suite starts thousands of commands, and reading the program is most of what each costs.  The client hands over its
arguments, environment, directory and streams; the command is a fork of its own, with its own exit code, and is killed
when its client is gone.  NAMESPACE is the host's own (whose files and users it sees): where they are others, nothing
is handed over.  Nothing is opened and no thread is started before a fork, so that a child is what a fresh
process would be.  `COMITY_PROGRAM` (comity.edges.processes) lets the demo's nodes use it.  The store of `comity init`
is a copy of the run's first one (`comity.testing.empty_store`).
"""

import gc
import importlib
import io
import os
import pkgutil
import random
import runpy
import select
import signal
import socket
import sys
from pathlib import Path
from typing import Final, NoReturn

import orjson

from comity.edges.processes import die_with_parent

CLIENT: Final = Path(__file__).with_name("command_client.py")
SCRIPT: Final = "--script"
_INIT: Final = ["init"]
_READ_AHEAD: Final = ("comity.cli", "comity.flows")
_NOT_AHEAD: Final = frozenset({
    "comity.cli.broken_node_setup",  # starts Django for a node that cannot be opened
    # Columns (Polars) start threads when they are read; a fork would have their locks and not the threads.
    "comity.cli.campaign", "comity.cli.finding", "comity.cli.sweep", "comity.cli.sweep_engine",
    "comity.cli.sweep_request", "comity.cli.warning",
    "comity.flows.find_siblings", "comity.flows.index_siblings", "comity.flows.sweep_warning",
    "comity.flows.take_findings",
})  # fmt: skip
_LENGTH_BYTES: Final = 4


def listen(path: Path) -> NoReturn:
    """Read the program and answer clients until this process is ended."""
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who serves a client waits for its command itself
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        _read_ahead()
        gc.freeze()  # what is read is nobody's garbage: no child looks at it, and its pages stay shared
        part = path.with_suffix(".part")
        server.bind(str(part))
        server.listen(64)
        part.rename(path)
        while True:
            client, _ = server.accept()
            if os.fork() == 0:
                server.close()
                _serve(client)
            client.close()


def _read_ahead() -> None:
    importlib.import_module("comity.cli.django_setup")
    importlib.import_module("comity.testing.empty_store")
    for package in map(importlib.import_module, _READ_AHEAD):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            if found.name not in _NOT_AHEAD:
                importlib.import_module(found.name)


def _serve(client: socket.socket) -> NoReturn:
    """Start the command of one client, wait for it and tell how it ended; end it when the client is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    head, streams, _, _ = socket.recv_fds(client, _LENGTH_BYTES, 3)
    wanted = orjson.loads(_receive(client, int.from_bytes(head)))
    pid = os.fork()
    if pid == 0:
        client.close()
        _become(wanted["arguments"], wanted["environment"], wanted["directory"], streams)
    for stream in streams:
        os.close(stream)
    client.sendall(pid.to_bytes(_LENGTH_BYTES))
    ended = os.pidfd_open(pid)
    ready, _, _ = select.select([ended, client.fileno()], [], [])
    if ended not in ready:  # nothing is ever sent after the command: the client is gone
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if ended in ready:
        client.sendall(code.to_bytes(_LENGTH_BYTES, signed=True))
    os._exit(0)


def _receive(client: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        more = client.recv(length - len(data))
        if not more:
            os._exit(1)
        data += more
    return data


def _become(arguments: list[str], environment: dict[str, str], directory: str, streams: list[int]) -> NoReturn:
    """Be `comity` with these arguments."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    die_with_parent()
    os.setpgid(0, 0)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(directory)
    random.seed()  # forks of one process would all draw the same
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), encoding="utf-8")
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(io.FileIO(1, "w", closefd=False)), encoding="utf-8", line_buffering=os.isatty(1)
    )
    sys.stderr = io.TextIOWrapper(
        io.BufferedWriter(io.FileIO(2, "w", closefd=False)), encoding="utf-8", errors="backslashreplace",
        line_buffering=True,
    )  # fmt: skip
    code = 1
    try:
        if arguments[:1] == [SCRIPT]:
            sys.argv = arguments[1:]
            runpy.run_path(arguments[1], run_name="__main__")
        else:
            _be_comity(arguments)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
    except BaseException:  # noqa: BLE001 — whatever ends the command is its own matter, and is said on its stderr
        sys.excepthook(*sys.exc_info())
    try:
        importlib.import_module("django.db").connections.close_all()  # as the end of a process would
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        code = code or 1
    os._exit(code & 0xFF)


def _be_comity(arguments: list[str]) -> None:
    sys.argv = ["comity", *arguments]
    main = importlib.import_module("comity.node.main").main
    if arguments[:1] != _INIT:
        main()
        return
    empty_store = importlib.import_module("comity.testing.empty_store")
    empty_store.fill_new_stores()
    try:
        main()
    except SystemExit as end:
        if not end.code:
            empty_store.keep_store()
        raise


if __name__ == "__main__":
    listen(Path(sys.argv[1]))
