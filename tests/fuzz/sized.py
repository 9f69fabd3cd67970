"""The largest inputs that are let in, and each of them meant to be slow: how long, and how much memory.

    python -m fuzz.sized [PARSER…]      one line of JSON for each input

Every input is read in a forked process: its processor seconds and its memory are its own.
"""

import json
import os
import resource
import signal
import sys
import time
import traceback
from typing import NoReturn

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.node.settings")
django.setup()

from fuzz.parsers import BY_NAME, PARSERS, Parser, feed  # noqa: E402 — models are read after Django is set up

_LIMIT_SECONDS = 20


def measure(parser: Parser, data: bytes) -> tuple[float, float]:
    """Read one input in a process of its own; give seconds of processor time and MiB of memory it took."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _read_and_tell(parser, data, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as answer:
        said = answer.read()
    _, status = os.waitpid(child, 0)
    if said:
        seconds, mebibytes = json.loads(said)
        return seconds, mebibytes
    return (float(_LIMIT_SECONDS) if os.WIFSIGNALED(status) else float("inf")), 0.0


def _read_and_tell(parser: Parser, data: bytes, writer: int) -> NoReturn:
    signal.alarm(_LIMIT_SECONDS)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    try:
        feed(parser, data)
        seconds = time.process_time() - started
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        os.write(writer, json.dumps([seconds, (after - before) / 1024]).encode())
    except BaseException:  # noqa: BLE001 — told, and this process ends at once
        traceback.print_exc(limit=-3)
    finally:
        os._exit(0)


def main(names: list[str]) -> None:
    """Measure every slow input of the parsers named, or of all."""
    for parser in [BY_NAME[name] for name in names] or PARSERS:
        for what, data in parser.slow(parser.most_bytes).items():
            cut = data[: parser.most_bytes]
            seconds, mebibytes = measure(parser, cut)
            print(
                json.dumps(
                    {"parser": parser.name, "what": what, "bytes": len(cut), "seconds": round(seconds, 3),
                     "mebibytes": round(mebibytes)}
                ),
                flush=True,
            )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
