"""A million inputs over every parser, and where atheris is installed guided by the branches that they reach.

    python -m fuzz.soak [--inputs 1000000] [--seed 1] [PARSER…]

One process for each parser, one after another, with its share of the inputs.  An input is a good one changed by
`edits`, or octets of libFuzzer's own; one that takes more than two seconds of processor time is a fault like any
other.  What is found is written into the directory that is named, to be kept in `found`.  At the end come the largest
inputs (`sized`).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any, Final

HERE: Final = Path(__file__).resolve().parent
SECONDS: Final = 2.0
_LEAST_BYTES: Final = 4_096  # what the longest input may have at least; twice the longest good one where that is more
_FAILED: Final = 1
_COSTLY: Final = 10  # so many inputs of a cheap parser for one of a costly


def main(arguments: list[str]) -> int:
    """Fuzz the parsers named, or all; tell how many inputs were read."""
    given = argparse.ArgumentParser(prog="fuzz.soak")
    given.add_argument("parsers", nargs="*")
    given.add_argument("--inputs", type=int, default=1_000_000)
    given.add_argument("--seed", type=int, default=1)
    given.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    asked = given.parse_args(arguments)
    if asked.child:
        fuzz(asked.parsers[0], asked.inputs, asked.seed)
        return 0
    rows = {name: costly for name, costly in parser_rows() if name in asked.parsers or not asked.parsers}
    parts = sum(1 if costly else _COSTLY for costly in rows.values())
    shares = {name: -(-asked.inputs * (1 if costly else _COSTLY) // parts) for name, costly in rows.items()}
    directory = Path(tempfile.mkdtemp(prefix="comity-fuzz-"))
    failed: list[str] = []
    started = time.monotonic()
    for name, share in shares.items():
        begun = time.monotonic()
        command = [
            sys.executable,
            "-m",
            "fuzz.soak",
            "--child",
            "--inputs",
            str(share),
            "--seed",
            str(asked.seed),
            name,
        ]
        done = subprocess.run(command, cwd=directory, capture_output=True, text=True, errors="replace", check=False)
        if done.returncode:
            failed.append(name)
            print(_told(done.stdout, done.stderr), file=sys.stderr)
        outcome = "FOUND SOMETHING" if done.returncode else "nothing found"
        print(f"fuzz: {name}: {share} inputs, {time.monotonic() - begun:.0f} s, {outcome}", flush=True)
    how = "guided by atheris" if is_guided() else "not guided: atheris is not installed"
    total = sum(share for name, share in shares.items() if name not in failed)
    print(f"fuzz: {total} inputs over {len(shares)} parsers in {time.monotonic() - started:.0f} s ({how})")
    if subprocess.run([sys.executable, "-m", "fuzz.sized", *asked.parsers], check=False).returncode:
        failed.append("large inputs")
    if failed:
        print(f"fuzz: FAILED: {', '.join(failed)}; inputs are in {directory}", file=sys.stderr)
    return _FAILED if failed else 0


def _told(output: str, errors: str) -> str:
    """What of a fuzzer's talk is worth reading: the traceback, and the input."""
    traceback = output.splitlines()[-30:]
    return "\n".join([*traceback, *(line[:2_000] for line in errors.splitlines() if line.startswith(("fuzz:", "==")))])


def is_guided() -> bool:
    """Answer whether atheris is there."""
    return find_spec("atheris") is not None


def parser_rows() -> list[tuple[str, bool]]:
    """The table's rows: name, and whether it is costly.  Read in a process of its own: nothing of it is loaded here."""
    listing = (
        "import django, json; django.setup(); from fuzz.parsers import PARSERS;"
        "print(json.dumps([(parser.name, parser.is_costly) for parser in PARSERS]))"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "comity.node.settings"}
    done = subprocess.run([sys.executable, "-c", listing], env=environment, capture_output=True, text=True, check=True)
    return [(name, costly) for name, costly in json.loads(done.stdout)]


def fuzz(name: str, inputs: int, seed: int) -> None:
    """Fuzz one parser in this process.  A fault ends it with a traceback and a code that is not 0."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.node.settings")
    if is_guided():
        _guided(name, inputs, seed)
    else:
        parser, edits, feed = _load(name)
        random = Random(seed)
        good = parser.corpus()
        for _ in range(inputs):
            _try(feed, parser, edits.apply(random.choice(good), edits.random_edits(random), parser.words))


def _guided(name: str, inputs: int, seed: int) -> None:
    import atheris

    with atheris.instrument_imports(include=["comity"]):
        parser, edits, feed = _load(name)
    directory = Path(tempfile.mkdtemp(prefix="corpus-", dir=Path.cwd()))
    good = parser.corpus()
    for number, data in enumerate(good):
        (directory / f"good-{number}").write_bytes(data)

    def mutate(data: bytes, max_size: int, number: int) -> bytes:
        random = Random(number)
        if random.random() < 0.3:
            return bytes(atheris.Mutate(data, max_size))
        return bytes(edits.apply(data, edits.random_edits(random), parser.words)[:max_size])

    longest = max(_LEAST_BYTES, 2 * max(map(len, good)))
    options = [
        f"-runs={inputs}", f"-seed={seed}", f"-max_len={longest}", "-timeout=60", "-rss_limit_mb=3000",
        f"-artifact_prefix={Path.cwd()}/{name.replace(' ', '-')}-",
    ]  # fmt: skip
    arguments = [sys.argv[0], *options, str(directory)]
    atheris.Setup(arguments, lambda data: _try(feed, parser, data), custom_mutator=mutate)
    atheris.Fuzz()


def _load(name: str) -> tuple[Any, Any, Any]:
    """Load the table after Django and, where it is guided, under instrumentation."""
    import django

    django.setup()
    from django.core.management import call_command

    from fuzz import edits
    from fuzz.parsers import BY_NAME, feed

    if BY_NAME[name].asks_store:
        call_command("migrate", verbosity=0)  # an empty store in this process's memory
    return BY_NAME[name], edits, feed


def _try(feed: Any, parser: Any, data: bytes) -> None:
    started = time.process_time()
    try:
        feed(parser, data)
    except BaseException:
        print(f"fuzz: {parser.name}: {data!r}", file=sys.stderr)
        raise
    seconds = time.process_time() - started
    if seconds > SECONDS:
        raise AssertionError(f"{len(data)} octets took {seconds:.1f} s: {data[:200]!r}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
