"""Intake end to end beside its limit (a plain SQLite upsert of the same rows) and beside IntelMQ on the same file.

    python bench/intake.py [--records N] [--no-intelmq]

One seeded URLhaus file (its own generator below).  Comity runs as its own command in its own process, store durable
(WAL, synchronous FULL).  The limit writes the very rows that Comity stored, same tables and indexes, without reading or
naming anything.  IntelMQ runs through the rig in the shared directory, on the first 1,000 rows, where the rig and
redis-server are; the rig makes an environment of its own in PB_HOME once, so the first run takes longer.
Prints one JSON line for each, CPU seconds first: wall time tells more about the neighbours.
"""

import argparse
import json
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PEERS = Path(os.environ.get("COMITY_SHARED", ROOT.parent / "shared")) / "bench-peers"
HEADER = "id,dateadded,url,url_status,last_online,threat,tags,urlhaus_link,reporter"
ZONES = (
    ("ru", 30),
    ("xn--p1ai", 4),
    ("by", 12),
    ("com", 20),
    ("cn", 10),
    ("vn", 6),
    ("su", 3),
    ("top", 10),
    ("net", 5),
)
THREATS = (("malware_download", 70), ("phishing", 22), ("botnet_cc", 6), ("gambling", 2))
INTELMQ_ROWS = 1_000
INTELMQ_SECONDS = 120


def generate(path: Path, records: int, seed: int = 1) -> None:
    """Write a seeded URLhaus file: invented names, 18 % repeated rows, 8 % addresses, mixed case, broken lines."""
    rng = random.Random(seed)
    zones, zone_weights = zip(*ZONES, strict=True)
    threats, threat_weights = zip(*THREATS, strict=True)
    before: list[tuple[str, str]] = []
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"# {HEADER}\n")
        for number in range(records):
            if before and rng.random() < 0.18:
                url, threat = rng.choice(before)
            else:
                host = f"{_label(rng)}-demo-{rng.getrandbits(40):08x}.{rng.choices(zones, zone_weights)[0]}"
                if rng.random() < 0.3:
                    host = f"{_label(rng)}.{host}"
                if rng.random() < 0.08:
                    host = f"198.51.100.{rng.randrange(256)}:{rng.randrange(1024, 65536)}"
                elif rng.random() < 0.05:
                    host = host.upper()
                url = f"http{'s' * (rng.random() < 0.5)}://{host}/{_label(rng)}/{rng.getrandbits(32):x}.php"
                threat = rng.choices(threats, threat_weights)[0]
                before.append((url, threat))
            day = f"2026-11-{rng.randrange(1, 21):02d} {rng.randrange(24):02d}:{rng.randrange(60):02d}:07"
            if rng.random() < 0.002:
                file.write(f'"{number}","{day}","{url}\n')
                continue
            file.write(
                f'"{number}","{day}","{url}","online","{day}","{threat}","exe,{_label(rng)}",'
                f'"https://urlhaus.abuse.ch/url/{number}/","anonymous"\n'
            )


def _label(rng: random.Random) -> str:
    return "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randrange(4, 10)))


def run_comity(home: Path, file: Path) -> tuple[dict[str, object], float, float]:
    """Take the file in; answer the summary, CPU seconds and wall seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(
        comity("intake", "--dir", home, "--json", file), capture_output=True, text=True, check=False, env=environment()
    )
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout), after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def run_limit(home: Path, work: Path) -> tuple[int, float, float]:
    """Write the rows Comity stored into an empty copy of its tables: upsert by key, batches of 10,000, nothing else."""
    source = sqlite3.connect(home / "comity.sqlite3")
    tables = {
        name: source.execute(f"SELECT * FROM {name}").fetchall() for name in ("abuse_case", "case_event", "report")
    }
    ddl = [
        sql
        for name in tables
        for (sql,) in source.execute("SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL", (name,))
    ]
    target = sqlite3.connect(work / "limit.sqlite3", isolation_level=None)
    target.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;")
    for sql in ddl:
        target.execute(sql)
    start, cpu = time.perf_counter(), time.process_time()
    for name, rows in tables.items():
        marks = ", ".join("?" * len(rows[0])) if rows else ""
        for first in range(0, len(rows), 10_000):
            target.execute("BEGIN IMMEDIATE")
            target.executemany(
                f"INSERT INTO {name} VALUES ({marks}) ON CONFLICT DO NOTHING", rows[first : first + 10_000]
            )
            target.execute("COMMIT")
    cpu, wall = time.process_time() - cpu, time.perf_counter() - start
    return len(tables["report"]), cpu, wall


def run_intelmq(file: Path) -> dict[str, object]:
    """Run IntelMQ's own bots over the first rows, if this machine can; otherwise say why not."""
    script = PEERS / "w1_intelmq.py"
    if not script.is_file():
        return {"not_available_here": f"no rig in {PEERS}"}
    if shutil.which("redis-server") is None:
        return {"not_available_here": "redis-server is not installed"}
    data = Path(os.environ.get("PB_HOME", Path(tempfile.gettempdir()) / "peerbench"))
    try:
        # The rig takes its input from its own data directory; the same rows are put there under its own name.
        cut = data / "data" / f"urlhaus-{INTELMQ_ROWS}-1"  # where the rig looks for so many rows of seed 1
        cut.parent.mkdir(parents=True, exist_ok=True)
        with file.open(encoding="utf-8") as rows:
            cut.write_text(
                "".join(line for _, line in zip(range(INTELMQ_ROWS + 1), rows, strict=False)), encoding="utf-8"
            )
        done = subprocess.run(
            [sys.executable, script, str(INTELMQ_ROWS), "file", str(INTELMQ_SECONDS)],
            check=False,
            capture_output=True,
            text=True,
            cwd=PEERS,
            env={**os.environ, "PB_HOME": str(data), "PYTHONDONTWRITEBYTECODE": "1"},
            timeout=2 * INTELMQ_SECONDS,
        )
        if done.returncode or not done.stdout.strip():
            last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
            return {"not_available_here": f"the rig ended with {done.returncode}: {last[0]}"[:300]}
        found: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    except (OSError, subprocess.TimeoutExpired, ValueError, IndexError) as error:
        return {"not_available_here": f"{type(error).__name__}: {error}"[:200]}
    return found


def comity(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "comity", *map(str, arguments)]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "src")}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--no-intelmq", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="comity-bench-") as directory:
        work = Path(directory)
        file, home = work / "urlhaus.csv", work / "node"
        generate(file, options.records)
        subprocess.run(
            comity("init", home, "--party", "cctld.ru", "--zone", "ru", "--zone", "xn--p1ai"), check=True,
            capture_output=True, env=environment(),
        )  # fmt: skip
        _, start_cpu, _ = run_comity(home, _one_row(file, work))
        summary, cpu, wall = run_comity(home, file)
        cpu -= start_cpu  # starting Python, Django and the guard lists is paid once, not per record
        per_record = cpu / options.records * 1e6
        counts = {key: summary[key] for key in ("read", "accepted", "duplicate", "rejected", "foreign", "cases_opened")}
        opens = round(
            summary["cases_opened"] / options.records, 3
        )  # each costs a row of its case and one of its entries
        show("comity intake", options.records, per_record, wall, **counts, share_that_opens_a_case=opens)
        stored, limit_cpu, limit_wall = run_limit(home, work)
        limit = limit_cpu / options.records * 1e6
        show(
            "limit: plain SQLite upsert",
            options.records,
            limit,
            limit_wall,
            stored=stored,
            of_limit=round(limit / per_record, 2),
        )
        again, again_cpu, again_wall = run_comity(home, file)
        show("comity, same file again", options.records, (again_cpu - start_cpu) / options.records * 1e6, again_wall,
             accepted=again["accepted"], duplicate=again["duplicate"])  # fmt: skip
        if not options.no_intelmq:
            peer = run_intelmq(file)
            cost = peer.get("cpu_us_per_record")
            if isinstance(cost, (int, float)):
                show(
                    "IntelMQ 3.5",
                    INTELMQ_ROWS,
                    cost,
                    float(str(peer["wall_s"])),
                    comity_is_times_faster=round(cost / per_record),
                )
            else:
                print(
                    json.dumps(
                        {"what": "IntelMQ 3.5", "not available here": peer.get("not_available_here", "did not finish")}
                    )
                )


def _one_row(file: Path, work: Path) -> Path:
    one = work / "one.csv"
    with file.open(encoding="utf-8") as rows:
        one.write_text("".join(line for _, line in zip(range(2), rows, strict=False)), encoding="utf-8")
    return one


def show(what: str, records: int, cpu_us: float, wall: float, **more: object) -> None:
    print(json.dumps({
        "what": what, "records": records, "cpu_us_per_record": round(cpu_us, 1),
        "records_per_cpu_second": round(1e6 / cpu_us) if cpu_us > 0 else None, "wall_s": round(wall, 2), **more,
    }), flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
