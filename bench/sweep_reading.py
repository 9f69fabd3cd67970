"""Reading a zone: CPU seconds a million names in three forms, beside what nothing can beat and what others do.

    python bench/sweep_reading.py [--names N] [--zones DIR] [--block-bytes N]

Without --zones N names are invented, written as a transfer is dumped (`dense`), tersely (`relative`) and as a list of
names (`list`).  DIR is a folder of the synthetic zones (zones/*.zone, zones_rel/*.zone, names/*.txt).  Each is read in
a process of its own, beside `cat`, `wc -l`, and Polars that counts the lines in columns and knows nothing of zones.
Aimed at for 28 million names: 32.5 CPU seconds dense, 2 as a list.  `store` is reading and writing the snapshot.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl

from comity.sweep.snapshot_limits import limits_for
from comity.sweep.snapshot_writing import write_snapshot
from comity.sweep.zone_faults import BadLine
from comity.sweep.zone_text import BLOCK_BYTES, read_zone

AIMED = {"dense": 32.5 / 28, "relative": 2.5, "list": 2 / 28}  # CPU seconds a million names
FORMS = {"dense": "zones/*.zone", "relative": "zones_rel/*.zone", "list": "names/*.txt"}
_STORE_BYTES = 2 << 30


def invent(folder: Path, count: int) -> None:
    """Write a zone of so many names in each form."""
    lot = random.Random(count)
    hosters = [f"{lot.choice('abcdefgh')}{number}.example" for number in range(max(10, count // 60))]
    names = sorted({f"{lot.choice(['demo', 'shop', 'my-'])}{lot.randrange(1 << 40):x}.ru" for _ in range(count)})
    soa = "{}3600\tIN\tSOA\ta.dns.ru. hostmaster.nic.ru. 7 7200 3600 2419200 3600\n"
    dense, relative = [soa.format("ru.\t")], ["; invented\n$ORIGIN RU.\n$TTL 2d\n", soa.format("@\t").upper()]
    for name in names:
        hoster = lot.choice(hosters)
        servers = [f"ns{number}.{hoster}." for number in range(1, lot.randint(2, 4) + 1)]
        dense += [f"{name}.\t345600\tIN\tNS\t{server}\n" for server in servers]
        label = name[:-3].upper()
        relative += [f"{'' if at else label} NS {server.upper()}\n" for at, server in enumerate(servers)]
    for form, lines in (("dense", [*dense, dense[0]]), ("relative", relative), ("list", [f"{one}\n" for one in names])):
        path = folder / FORMS[form].replace("*", "ru")
        path.parent.mkdir()
        path.write_text("".join(lines), encoding="ascii")


def report(bad: BadLine) -> None:
    """Say which line was skipped: in these zones none is."""
    print(bad, file=sys.stderr)


def read_all(files: list[Path], block_bytes: int) -> Iterator[pl.DataFrame]:
    """Read each zone; its origin is its file's name."""
    for file in files:
        yield from read_zone(file, origin=file.stem, block_bytes=block_bytes, bad=report)


def work(what: str, files: list[Path], block_bytes: int) -> int:
    """Do one thing with all files: how many names or lines there were."""
    if what == "read":
        return sum(map(len, read_all(files, block_bytes)))
    if what == "count":
        scans = [pl.scan_csv(file, has_header=False, separator="\t", quote_char=None) for file in files]
        return sum(scan.select(pl.len()).collect(engine="streaming").item() for scan in scans)
    with tempfile.TemporaryDirectory() as folder:
        snapshots = [
            write_snapshot(
                Path(folder), file.stem, read_all([file], block_bytes), as_of=date(2026, 1, 1),
                limits=limits_for(_STORE_BYTES),
            )
            for file in files
        ]  # fmt: skip
    return sum(snapshot.names for snapshot in snapshots)


def measure(command: list[str]) -> tuple[float, str]:
    """Run a command: its CPU seconds and what it wrote."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, output


def compare(form: str, files: list[str], block_bytes: int) -> dict[str, object]:
    """Measure one form and what stands beside it."""
    this = [sys.executable, __file__, "--block-bytes", str(block_bytes), "--do"]
    told = {what: json.loads(measure([*this, what, *files])[1]) for what in ("read", "store", "count")}
    floor = {
        "cat": measure(["sh", "-c", 'cat "$@" | cat >/dev/null', "cat", *files])[0],
        "wc -l": measure(["wc", "-l", *files])[0],
    }
    millions = told["read"]["found"] / 1e6
    used = told["read"]["cpu_seconds"]
    others = {**floor, "polars count": told["count"]["cpu_seconds"]}
    return {
        "form": form, "names": told["read"]["found"],
        "cpu_seconds_a_million": {"read": round(used / millions, 2),
                                  "read and store": round(told["store"]["cpu_seconds"] / millions, 2),
                                  **{name: round(seconds / millions, 3) for name, seconds in others.items()}},
        "read_of_others": {name: round(used / max(seconds, 0.001), 1) for name, seconds in others.items()},
        "read_of_target": round(used / millions / AIMED[form], 2),
        "peak_mb": {"read": told["read"]["peak_mb"], "read and store": told["store"]["peak_mb"]},
    }  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", type=int, default=200_000)
    parser.add_argument("--zones", type=Path)
    parser.add_argument("--block-bytes", type=int, default=BLOCK_BYTES)
    parser.add_argument("--do", nargs="+", help=argparse.SUPPRESS)
    said = parser.parse_args()
    if said.do:
        before = resource.getrusage(resource.RUSAGE_SELF)
        found = work(said.do[0], [Path(file) for file in said.do[1:]], said.block_bytes)
        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
        print(json.dumps({"found": found, "cpu_seconds": seconds, "peak_mb": used.ru_maxrss >> 10}))
        return
    with tempfile.TemporaryDirectory() as made:
        folder = said.zones or Path(made)
        if said.zones is None:
            invent(folder, said.names)
        for form, pattern in FORMS.items():
            files = [str(path) for path in sorted(folder.glob(pattern))]
            if files:
                print(json.dumps(compare(form, files, said.block_bytes)), flush=True)


if __name__ == "__main__":
    main()
