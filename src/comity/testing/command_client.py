"""The client of `comity.testing.command_host`: started with a socket, its namespace and arguments, it is `comity`.

It reads next to nothing, for how fast it starts is why it exists.  What serves for long, and what is run with another
environment than the host's (a node that is named there, a library put in front, file systems of its own), becomes a
fresh process instead.
"""

import json
import os
import signal
import socket
import sys
import time

_FRESH = {"serve", "demo"}
_FRESH_BY = ("COMITY_DIR", "LD_PRELOAD", "COMITY_CRASHES")
_START_SECONDS = 120.0


def main(path: str, namespace: str, arguments: list[str]) -> int:
    if (
        own_namespace() != namespace
        or (arguments[:1] and arguments[0] in _FRESH)
        or any(name in os.environ for name in _FRESH_BY)
    ):
        what = arguments[1:] if arguments[:1] == ["--script"] else ["-m", "comity", *arguments]
        os.execv(sys.executable, [sys.executable, *what])  # noqa: S606 — our own interpreter
    host = connect(path)
    here = os.getcwd()  # noqa: PTH109 — pathlib is slow to read
    wanted = {"arguments": arguments, "environment": dict(os.environ), "directory": here}
    data = json.dumps(wanted).encode("utf-8", "surrogateescape")
    socket.send_fds(host, [len(data).to_bytes(4, "big")], [0, 1, 2])
    host.sendall(data)
    pid = int.from_bytes(_four(host), "big")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _frame: os.kill(pid, number))
    code = int.from_bytes(_four(host), "big", signed=True)
    if code < 0:  # killed by a signal: end as it did
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    return code


def _four(host: socket.socket) -> bytes:
    """Hear from the host.  A host that is gone says nothing: that is no success."""
    heard = host.recv(4)
    if len(heard) != 4:
        sys.exit("the host of commands is gone")
    return heard


def own_namespace() -> str:
    """Whose files and users this process sees."""
    return " ".join(os.readlink(f"/proc/self/ns/{name}") for name in ("mnt", "user"))  # noqa: PTH115 — as above


def connect(path: str) -> socket.socket:
    """Connect to the host, which may still be reading the program."""
    end = time.monotonic() + _START_SECONDS
    while True:
        host = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            host.connect(path)
        except OSError:
            host.close()
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return host


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
