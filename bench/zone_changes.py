"""What does a day's change between two dumps cost, beside reading the octets, `diff`, and a join of both zones?

    python bench/zone_changes.py [--names N] [--changes N] [--before FILE --after FILE] [--json]

Without files two dumps of one invented zone are made: N names with two to four servers each, DS and glue, and N
changes spread over them.  Every way reads the same two files in a process of its own; what is printed is the CPU time
of that process, user and system, and how many lines or names it found apart.  `diff` finds lines, not names.  The join
reads the NS lines of both files with Polars, groups them by owner and joins them.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl

from comity.sweep.changes import compare_dumps


def make_dump(path: Path, names: int, changes: int, *, changed: bool) -> None:
    draws = random.Random(6)
    touched = set(draws.sample(range(names), changes)) if changed else set()
    soa = f"ru.\t3600\tIN\tSOA\ta.dns.example. host.example. {1 + changed} 7200 3600 2419200 3600\n"
    with path.open("w") as file:
        file.write(soa)
        for at in range(names):
            owner, many = f"demo-{at:09}.ru.", 2 + at % 3
            kind = at % 3 if at in touched else -1
            if kind == 0:
                continue
            host = f"h{(at * 7919) % 5000 + (kind == 1)}.example.by."
            rows = [f"{owner}\t345600\tIN\tNS\tns{number}.{host}\n" for number in range(many)]
            rows += [f"{owner}\t345600\tIN\tDS\t2570 13 2 7A79776574707A2E\n"] if at % 80 == 0 else []
            rows += [f"ns1.{owner}\t345600\tIN\tA\t192.0.2.1\n"] if at % 60 == 0 else []
            rows += [row.replace(".ru.", "a.ru.", 1) for row in rows[:many]] if kind == 2 else []
            file.writelines(rows)
        file.write(soa)


def compare(before: Path, after: Path) -> int:
    return compare_dumps(before, after).apart.height


def read_octets(before: Path, after: Path) -> int:
    for path in (before, after):
        with path.open("rb", buffering=0) as file:
            while file.read(1 << 20):
                pass
    return 0


def diff(before: Path, after: Path) -> int:
    command = ["diff", "--speed-large-files", str(before), str(after)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        return sum(line[:1] in b"<>" for line in child.stdout)


def join(before: Path, after: Path) -> int:
    def read(path: Path) -> pl.LazyFrame:
        lines = pl.scan_csv(path, separator="\t", has_header=False, quote_char=None, new_columns=[*"otckd"])
        servers = lines.filter(pl.col("k") == "NS").group_by("o").agg(pl.col("d").sort().str.join(" "))
        return servers.rename({"d": path.stem})

    both = read(before).join(read(after), on="o", how="full", coalesce=True)
    apart = both.filter(pl.col(before.stem).ne_missing(pl.col(after.stem)))
    return int(apart.select(pl.len()).collect(engine="streaming").item())


WAYS = {"read": read_octets, "comity": compare, "diff": diff, "polars-join": join}


def measure(way: str, before: Path, after: Path) -> dict[str, float]:
    """Run one way in a process of its own, and give what it says of itself."""
    child = subprocess.run(
        [sys.executable, __file__, "--way", way, "--before", str(before), "--after", str(after)],
        check=True,
        capture_output=True,
    )
    found: dict[str, float] = json.loads(child.stdout)
    return found


def run(way: str, before: Path, after: Path) -> dict[str, float]:
    begun = _cpu()
    apart = WAYS[way](before, after)
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {"cpu_seconds": round(_cpu() - begun, 3), "apart": apart, "peak_mb_with_mapped": peak // 1024}


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--names", type=int, default=200_000)
    options.add_argument("--changes", type=int, default=1_000)
    options.add_argument("--before", type=Path)
    options.add_argument("--after", type=Path)
    options.add_argument("--way", choices=WAYS)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    if given.way:
        print(json.dumps(run(given.way, given.before, given.after)))
        return
    with tempfile.TemporaryDirectory() as folder:
        before, after = given.before, given.after
        if before is None or after is None:
            before, after = Path(folder, "before.zone"), Path(folder, "after.zone")
            make_dump(before, given.names, given.changes, changed=False)
            make_dump(after, given.names, given.changes, changed=True)
        results = {way: measure(way, before, after) for way in WAYS}
    if given.json:
        print(json.dumps(results))
        return
    for way, result in results.items():
        times = result["cpu_seconds"] / max(results["comity"]["cpu_seconds"], 0.001)
        print(
            f"{way:12} {result['cpu_seconds']:8.2f} CPU s ({times:.1f} x comity)  apart {result['apart']:,.0f}"
            f"  peak {result['peak_mb_with_mapped']:,.0f} MB, mapped pages counted"
        )


if __name__ == "__main__":
    main()
