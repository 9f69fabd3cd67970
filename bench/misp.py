"""What does a MISP feed cost: built from nothing, and after one change; beside PyMISP and beside the bytes themselves.

    python bench/misp.py [--attributes 100000] [--peer-attributes 10000]

A node on SQLite (WAL, synchronous FULL) whose one subscriber was told reports of about four attributes each.  Measured:
bringing the feed up to date from nothing, then after one more version of one report (the round, the store's bytes, the
files), the manifest and an event as they are served, and a reader's question while nothing changed.  PyMISP makes the
same events from the same values (`add_object`, `to_feed`) and, since it knows no increments, writes the feed anew.  The
limit is the same bytes hashed and written to a file.  CPU milliseconds of this process beside wall milliseconds.
"""

import argparse
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from django.core.management import call_command
from django.db import transaction
from django.test import Client

import comity.cli.django_setup  # noqa: F401 — starts Django before any module that holds a model
from comity.cli.context import use_node
from comity.core.reports import REPORT_NAMESPACE, Report
from comity.core.told_items import ToldReport
from comity.edges.feed_directory import FeedDirectory
from comity.edges.home import Home
from comity.flows.keep_misp import begin_misp, keep_misp
from comity.flows.set_up import NewNode, set_up
from comity.flows.write_misp import write_misp
from comity.store.misp_feeds import event_stamps, get_feed, hashes_parts, manifest_parts
from comity.store.subscribers import add_subscriber
from comity.store.told_items import NewTold, append_told

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
BATCH = 5_000
OF_A_REPORT = 4  # attributes: url, hostname, target, submission-time


def tell(what: str, **figures: Any) -> None:
    print(json.dumps({"what": what, **figures}), flush=True)


def timed(run: Callable[[], Any]) -> tuple[Any, float, float]:
    """What came of it, CPU milliseconds, wall milliseconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = run()
    return found, round((time.process_time() - cpu) * 1000, 3), round((time.perf_counter() - wall) * 1000, 3)


def report(number: int, *, narrative: str = "") -> NewTold:
    name = f"kassa-{number}.ru"
    claim = Report(name="", category="phishing", observed_at=AT, impersonated_party="Demo Bank", narrative=narrative)
    told = ToldReport(
        report_id=uuid5(REPORT_NAMESPACE, name), case=UUID(int=number), party="cctld.ru", registrable=name, host=name,
        zone="ru", target=f"https://{name}/login", report=claim,
    )  # fmt: skip
    return NewTold(
        kind="report", subject=str(told.report_id), tlp="TLP:GREEN", clause="bench", told=told, registrable=name,
        zone="ru", category="phishing",
    )  # fmt: skip


def measure_ours(home: Home, reports: int, work: Path) -> None:
    pk = add_subscriber(
        "bench", name="Bench", kind="public", ceiling="TLP:CLEAR", clause="bench", actor="bench", at=AT
    ).pk
    for start in range(0, reports, BATCH):
        with transaction.atomic():
            append_told(pk, [report(number) for number in range(start, min(start + BATCH, reports))], at=AT)
    attributes = reports * OF_A_REPORT
    events, cpu, wall = timed(lambda: begin_misp(home, "bench", at=AT))
    tell(
        "built from nothing", attributes=attributes, events=len(event_stamps(pk)), events_written=events, cpu_ms=cpu,
        wall_ms=wall, us_an_attribute=round(cpu * 1000 / attributes, 2),
    )  # fmt: skip
    directory = FeedDirectory(work / "feed")
    _, cpu, wall = timed(lambda: write_misp("bench", directory))
    sizes = [file.stat().st_size for file in (work / "feed").iterdir()]
    tell("all files written", files=len(sizes), bytes=sum(sizes), cpu_ms=cpu, wall_ms=wall)
    body = b"".join(file.read_bytes() for file in sorted((work / "feed").glob("*.json")))
    _, cpu, wall = timed(lambda: _limit(body, work / "limit"))
    tell("limit: the same bytes hashed and written", bytes=len(body), cpu_ms=cpu, wall_ms=wall)
    costs = []
    for turn in range(5):
        with transaction.atomic():
            append_told(pk, [report(reports // 2 + turn * 1000 % reports, narrative="seen again")], at=AT)
        _, cpu, wall = timed(lambda: keep_misp(home, at=AT))
        costs.append((cpu, wall))
    cpu, wall = sorted(costs)[2]
    changed = len(max((file.read_bytes() for file in (work / "feed").glob("*-*.json")), key=len))
    tell("one change: the round", attributes=attributes, cpu_ms=cpu, wall_ms=wall, largest_event_bytes=changed)
    written, cpu, wall = timed(lambda: write_misp("bench", directory))
    tell("five changes: the files", files=written, cpu_ms=cpu, wall_ms=wall)
    measure_answers(pk)


def measure_answers(pk: int) -> None:
    client = Client()
    client.get("/misp/bench/manifest.json")  # the first question of a process reads the program too
    manifest, cpu, wall = timed(lambda: client.get("/misp/bench/manifest.json"))
    tell("manifest.json served", bytes=len(manifest.content), cpu_ms=cpu, wall_ms=wall)
    _, cpu, wall = timed(
        lambda: client.get("/misp/bench/manifest.json", headers={"If-None-Match": manifest["ETag"]}).status_code == 304
    )
    tell("manifest.json unchanged: 304", cpu_ms=cpu, wall_ms=wall)
    uuid = event_stamps(pk)[0][0]
    event, cpu, wall = timed(lambda: client.get(f"/misp/bench/{uuid}.json"))
    tell("an event served", bytes=len(event.content), cpu_ms=cpu, wall_ms=wall)
    size, cpu, wall = timed(lambda: sum(map(len, hashes_parts(pk))))
    tell("hashes.csv read", bytes=size, cpu_ms=cpu, wall_ms=wall, manifest_bytes=sum(map(len, manifest_parts(pk))))
    assert get_feed("bench").revision > 0


def _limit(body: bytes, file: Path) -> str:
    with file.open("wb") as out:
        out.write(body)
        out.flush()
        os.fsync(out.fileno())
    return hashlib.md5(body, usedforsecurity=False).hexdigest()


def measure_pymisp(reports: int, work: Path) -> None:
    """The same objects by PyMISP, a hundred in an event, written as its own feed generator example does."""
    try:
        from pymisp import MISPEvent, MISPOrganisation
    except ImportError as error:
        tell("PyMISP", not_measured=str(error))
        return
    org = MISPOrganisation()
    org.name, org.uuid = "cctld.ru", "5f0d2a3e-6a30-4b0b-9d0a-0000000000aa"

    def build() -> int:
        manifest, hashes, count = {}, [], 0
        for start in range(0, reports, 100):
            event = MISPEvent()
            event.info, event.date, event.orgc = "phishing", "2026-11-23", org
            event.add_tag("tlp:green")
            for number in range(start, min(start + 100, reports)):
                name = f"kassa-{number}.ru"
                made = event.add_object(name="phishing", standalone=False)
                made.add_attribute("url", f"https://{name}/login")
                made.add_attribute("hostname", name)
                made.add_attribute("target", "Demo Bank")
                made.add_attribute("submission-time", AT)
                count += 4
            feed = event.to_feed(with_meta=True)
            hashes += [f"{digest},{event.uuid}" for digest in feed["Event"].pop("_hashes")]
            manifest.update(feed["Event"].pop("_manifest"))
            (work / f"{event.uuid}.json").write_text(json.dumps(feed))
        (work / "hashes.csv").write_text("\n".join(hashes))
        (work / "manifest.json").write_text(json.dumps(manifest))
        return count

    count, cpu, wall = timed(build)
    tell(
        "PyMISP: the same feed, and after every change again", attributes=count, cpu_ms=cpu, wall_ms=wall,
        us_an_attribute=round(cpu * 1000 / count, 2),
    )  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--attributes", type=int, default=100_000)
    options.add_argument("--peer-attributes", type=int, default=10_000)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="comity-misp-") as directory:
        work = Path(directory)
        new = NewNode(
            party="cctld.ru", zones=("ru", "xn--p1ai"), host="127.0.0.1", web_port=1, link_port=2,
            database="sqlite:///comity.sqlite3",
        )  # fmt: skip
        set_up(work / "node", new, at=AT)
        home = use_node(work / "node")
        call_command("migrate", verbosity=0)
        measure_ours(home, chosen.attributes // OF_A_REPORT, work)
        (work / "peer").mkdir()
        measure_pymisp(chosen.peer_attributes // OF_A_REPORT, work / "peer")


if __name__ == "__main__":
    main()
