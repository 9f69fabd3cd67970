"""The largest inputs that are let in, and each of them meant to be slow: how long, and how much memory.

    python -m fuzz.sized [PARSER…]

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

from django.core.management import call_command  # noqa: E402

from fuzz.parsers import BY_NAME, PARSERS, Parser, feed  # noqa: E402 — models are read after Django is set up

SECONDS, MEBIBYTES = 2.0, 512
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


def main(names: list[str]) -> int:
    """Measure every slow input of the parsers named, or of all; say which take too much, and fail if any does."""
    call_command("migrate", verbosity=0)  # an empty store in this process's memory
    count, too_much = 0, 0
    for parser in [BY_NAME[name] for name in names] or PARSERS:
        worst = (0.0, 0.0, "", 0)
        for what, data in parser.slow(parser.most_bytes).items():
            seconds, mebibytes = measure(parser, data[: parser.most_bytes])
            count += 1
            worst = max(worst, (seconds, mebibytes, what, len(data)))
            if seconds > SECONDS or mebibytes > MEBIBYTES:
                too_much += 1
                print(
                    f"sized: {parser.name}: {what}: {len(data)} octets, {seconds:.2f} s, {mebibytes:.0f} MiB: TOO MUCH"
                )
        seconds, mebibytes, what, size = worst
        print(
            f"sized: {parser.name}: slowest of {size} octets, {seconds:.2f} s, {mebibytes:.0f} MiB ({what})", flush=True
        )
    print(f"sized: {count} large inputs; {too_much} take over {SECONDS:.0f} s of processor time or {MEBIBYTES} MiB")
    return 1 if too_much else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
