"""A feed's daily change end to end, beside the same file taken in whole.

    python bench/feeds.py [--rows N] [--changed N]

A seeded list of URLs is fetched, changed by some rows in and out, and fetched again, by the node's own command in its
own process; then the same file is taken in whole (`--whole`), which is what every row would cost.  Where the shared
data has PhishTank's daily dumps, two days of them are followed as well.  Starting the command is paid once and told.
Prints one JSON line for each.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from intake import ROOT, comity, environment

DATA = Path(os.environ.get("COMITY_SHARED", ROOT.parent / "shared")) / "data" / "abuse"
DAYS = ("phishtank_2018-10-29.csv.gz", "phishtank_2018-10-30.csv.gz")
DECLARED = (
    '[list]\nfile = "list.txt"\nformat = "urls"\ncategory = "phishing"\n[days]\nlike = "phishtank"\nfile = "day.gz"\n'
)


def run(home: Path, *words: str) -> tuple[dict[str, object], float]:
    """Give a command; answer what it printed and its CPU seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        comity("feed", *words, "--dir", home, "--json"), capture_output=True, text=True, check=False, env=environment()
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(done.stderr + done.stdout)
    return json.loads(done.stdout), after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def show(what: str, rows: int, answer: dict[str, object], cpu: float) -> None:
    counts = answer["counts"]
    assert isinstance(counts, dict)
    print(json.dumps({
        "what": what, "rows": rows, "cpu_s": round(cpu, 3), "cpu_us_per_row": round(cpu / rows * 1e6, 1),
        **{key: counts[key] for key in ("read", "accepted", "duplicate", "foreign")},
    }), flush=True)  # fmt: skip


def rows_of(rng: random.Random, count: int) -> list[str]:
    zones = ("ru", "by", "com", "vn", "top")
    return [
        f"https://l{rng.getrandbits(48):x}-demo.{rng.choice(zones)}/{rng.getrandbits(32):x}\n" for _ in range(count)
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=14_000)
    parser.add_argument("--changed", type=int, default=500)
    options = parser.parse_args()
    rng = random.Random(1)
    with tempfile.TemporaryDirectory(prefix="comity-bench-") as directory:
        home = Path(directory) / "node"
        subprocess.run(
            comity("init", home, "--party", "cctld.ru", "--zone", "ru", "--zone", "xn--p1ai"), check=True,
            capture_output=True, env=environment(),
        )  # fmt: skip
        (home / "feeds.toml").write_text(DECLARED, encoding="utf-8")
        _, start = run(home, "list")
        print(json.dumps({"what": "starting the command, left out below", "cpu_s": round(start, 3)}))
        lines = rows_of(rng, options.rows)
        follow(home, "list", "list.txt", "".join(lines).encode(), options.rows, "a list, first visit", start)
        lines = lines[options.changed :] + rows_of(rng, options.changed)
        follow(home, "list", "list.txt", "".join(lines).encode(), options.rows, "a list, some rows changed", start)
        show("the same, taken in whole", options.rows, *_less(run(home, "fetch", "list", "--whole"), start))
        if all((DATA / day).is_file() for day in DAYS):
            for day in DAYS:
                follow(home, "days", "day.gz", (DATA / day).read_bytes(), 14_500, f"PhishTank, {day[10:20]}", start)
            show("the same, taken in whole", 14_500, *_less(run(home, "fetch", "days", "--whole"), start))
        else:
            print(json.dumps({"what": "PhishTank", "not available here": f"no daily dumps in {DATA}"}))


def follow(home: Path, feed: str, name: str, data: bytes, rows: int, what: str, start: float) -> None:
    (home / name).write_bytes(data)
    show(what, rows, *_less(run(home, "fetch", feed), start))


def _less(found: tuple[dict[str, object], float], start: float) -> tuple[dict[str, object], float]:
    return found[0], found[1] - start


if __name__ == "__main__":
    sys.exit(main())
