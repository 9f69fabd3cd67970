"""The engines of a sweep on the same names in one run: CPU seconds, memory, the rows they find, and the ratios.

    python bench/engines.py [ZONES] [--memory 2G] [--work DIR] [--times 2] [--clusters sail,spark]

ZONES is a folder of synthetic zones (zones/*.zone, indicators.txt, brands.txt); without one, 400,000 invented names.
The zones are read and stored once; then each engine compares the names with the lists, from the same store: processes
of this machine; Sail, a light engine that speaks Spark's protocol; and Apache Spark with two workers, where
tools/apache_spark.sh has put it.  A cluster runs already when it is asked, as it would; the first time is told apart,
for Java is slow at first.  What is counted is the asking command, with planning and joining, and all processes of the
cluster.  The files of findings must be the same bytes.
"""

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from _zones import private_bytes, tree

from comity.testing.clusters import APACHE_SPARK, Cluster, client_environment, start_apache_spark, start_sail

COMITY = [sys.executable, "-c", "from comity.node.main import main; main()"]
TICKS = os.sysconf("SC_CLK_TCK")
RESULT = ("findings", "findings.parquet", "findings.csv", "changes.parquet", "rejects.ndjson", "summary.json")


def invent(folder: Path) -> Path:
    """Two zones of 200,000 names, 40,000 indicators and 1,000 protected names."""
    (folder / "zones").mkdir(parents=True)
    for zone in ("by", "ru"):
        rows = (f"demo-{n:06}.{zone}.\t3600\tIN\tNS\tns{n % 50}.example.{zone}.\n" for n in range(200_000))
        soa = f"{zone}.\t3600\tIN\tSOA\ta.{zone}. h.{zone}. 1 7200 3600 2419200 3600\n"
        (folder / "zones" / f"{zone}.zone").write_text(soa + "".join(rows) + soa, encoding="utf-8")
    hosts = (f"http://www.demo-{n:06}.{zone}/x\n" for zone in ("by", "ru") for n in range(0, 200_000, 10))
    (folder / "indicators.txt").write_text("".join(hosts), encoding="utf-8")
    (folder / "brands.txt").write_text("".join(f"demobank{n:03}\n" for n in range(1_000)), encoding="utf-8")
    return folder


def measure(command: list[str], cluster: Cluster | None) -> dict[str, Any]:
    """Run a command and count it and the cluster beside it."""
    pids = cluster.pids if cluster else list
    before, started, peak = _cpu_seconds(pids()), time.monotonic(), 0
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(command, stdout=said, stderr=subprocess.DEVNULL, env=client_environment())
        while True:
            pid, status, used = os.wait4(child.pid, os.WNOHANG)
            if pid:
                break
            peak = max(peak, sum(map(private_bytes, [*tree(child.pid), *pids()])))
            time.sleep(0.1)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise subprocess.CalledProcessError(child.returncode, command)
    asking = used.ru_utime + used.ru_stime
    beside = _cpu_seconds(pids()) - before
    return {
        "cpu_seconds": round(asking + beside, 1), "of_it_the_cluster": round(beside, 1),
        "seconds": round(time.monotonic() - started, 1), "peak_mb": peak >> 20,
    }  # fmt: skip


def _cpu_seconds(pids: list[int]) -> float:
    """What processes have used, and what those used that they have seen end."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[11:15]))
    return ticks / TICKS


class Bench:
    """One store, swept by one engine after another."""

    def __init__(self, zones: Path, work: Path, memory: str) -> None:
        self.run, self.work = work / "run", work
        files = [str(path) for path in sorted((zones / "zones").glob("*.zone"))]
        self.command = [
            *COMITY, "sweep", *files, "--indicators", str(zones / "indicators.txt"), "--brands",
            str(zones / "brands.txt"), "--as-of", "2026-11-23", "--memory", memory, "--workers", "2", "--store",
            str(work / "names"), "--out", str(self.run), "--json",
        ]  # fmt: skip
        self.whole: bytes | None = None
        self.least = 0.0

    def sweep(self, engine: str, cluster: Cluster | None = None, place: Path | None = None) -> None:
        """Have one engine do all parts anew, and print what it took beside the first engine."""
        for name in RESULT:
            path = self.run / name
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
        words = ["--engine", "spark", "--cluster", cluster.address] if cluster else []
        words += ["--files-at", place.as_uri()] if place else []
        told = measure([*self.command, *words], cluster)
        found = (self.run / "findings.parquet").read_bytes()
        if self.whole is None:
            self.whole, self.least = found, told["cpu_seconds"]
        summary = json.loads((self.run / "summary.json").read_bytes())
        print(json.dumps({
            "engine": engine, "names": summary["names"], "parts": summary["run"]["parts"],
            "findings": summary["findings"], "same_bytes": found == self.whole, **told,
            "times_local": round(told["cpu_seconds"] / self.least, 2),
        }), flush=True)  # fmt: skip
        if found != self.whole:
            raise SystemExit(f"engines: {engine} found something else")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("zones", type=Path, nargs="?")
    parser.add_argument("--memory", default="2G")
    parser.add_argument("--work", type=Path, default=None)
    parser.add_argument("--times", type=int, default=2)
    parser.add_argument("--clusters", default="sail,spark")
    said = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="comity-bench-engines-", dir=said.work))
    try:
        bench = Bench(said.zones or invent(work / "data"), work, said.memory)
        print(json.dumps({"engine": "local, with reading the zones", **measure(bench.command, None)}), flush=True)
        bench.sweep("local")
        if "sail" in said.clusters:
            on_cluster("sail", start_sail, bench, said.times)
        if "spark" not in said.clusters:
            return
        if (APACHE_SPARK / "pyspark").is_dir():
            on_cluster("apache spark, two workers", start_apache_spark, bench, said.times)
        else:
            print(json.dumps({"engine": "apache spark", "not measured": "tools/apache_spark.sh has not put it here"}))
    finally:
        shutil.rmtree(work, ignore_errors=True)


def on_cluster(
    engine: str, start: Callable[[Path], contextlib.AbstractContextManager[Cluster]], bench: Bench, times: int
) -> None:
    """Start a cluster and have it sweep: over paths that it sees, and over a place where files are put for it."""
    folder, place = bench.work / "cluster", bench.work / "place"
    for each in (folder, place):
        shutil.rmtree(each, ignore_errors=True)
        each.mkdir()
    with start(folder) as cluster:
        for number in range(times):
            bench.sweep(f"{engine}{', again' * (number > 0)}", cluster)
        bench.sweep(f"{engine}, files put at a place", cluster, place)


if __name__ == "__main__":
    main()
