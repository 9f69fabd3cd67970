"""How many STIX objects per CPU-second does Comity read and write, beside stix2 and the bytes alone?

    python bench/stix.py [--objects N] [--rounds N] [--json]

One bundle of indicators of invented names, read by all by turns in one process on CPU time; what is printed is the
median over rounds in microseconds an object.  stix2 (`stix2.parse`) makes its own objects and checks patterns;
json.loads is the limit: the bytes become values and nothing is understood.  stix2 gets a hundredth of the objects, for
it would take minutes.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import stix2

from comity.core.reports import Report
from comity.core.told_items import ToldReport
from comity.wire.stix_bundle import write_bundle
from comity.wire.stix_document import read_stix
from comity.wire.stix_objects import Version

AT = datetime(2026, 11, 23, tzinfo=UTC)
SPACE = UUID("6f9619ff-8b86-4011-b42d-00c04fc964ff")
PEER_SHARE = 100


def indicators(count: int) -> list[dict[str, object]]:
    return [
        {
            "type": "indicator", "spec_version": "2.1", "id": f"indicator--{uuid5(SPACE, str(number))}",
            "created": "2026-11-23T00:00:00.000Z", "modified": "2026-11-23T00:00:00.000Z", "labels": ["phishing"],
            "name": f"phishing {number}", "pattern": f"[url:value = 'http://bank-demo-{number}.by/login']",
            "pattern_type": "stix", "valid_from": "2026-11-23T00:00:00Z", "confidence": 80,
        }
        for number in range(count)
    ]  # fmt: skip


def bundle(objects: list[dict[str, object]]) -> bytes:
    return json.dumps({"type": "bundle", "id": f"bundle--{SPACE}", "objects": objects}).encode()


def items(count: int) -> list[Version]:
    return [
        Version(
            kind="report", subject=str(uuid5(SPACE, str(number))), version=AT + timedelta(seconds=number), since=AT,
            is_withdrawn=False, registrable=f"bank-demo-{number}.by", category="phishing", tlp="TLP:AMBER", clause="3",
            memorandum="", told=_told(number),
        )
        for number in range(count)
    ]  # fmt: skip


def _told(number: int) -> ToldReport:
    url, host = f"http://bank-demo-{number}.by/login", f"bank-demo-{number}.by"
    return ToldReport(
        report_id=uuid5(SPACE, str(number)), case=SPACE, party="oac.by", registrable=host, host=host, zone="by",
        target=url, report=Report(name=url, category="phishing", observed_at=AT, narrative="It asks for a card."),
    )  # fmt: skip


def written(versions: list[Version]) -> bytes:
    return b"".join(write_bundle(versions, publisher="oac.by", name="bench", ceiling="TLP:AMBER"))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--objects", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    foreign = indicators(args.objects)
    whole, part = bundle(foreign), bundle(foreign[: max(1, args.objects // PEER_SHARE)]).decode()
    versions = items(args.objects)
    ours = json.loads(written(versions))["objects"]
    runs: dict[str, tuple[Callable[[], object], int]] = {
        "comity reads foreign indicators": (lambda: read_stix(whole), args.objects),
        "limit: json.loads": (lambda: json.loads(whole), args.objects),
        "stix2.parse": (lambda: stix2.parse(part), max(1, args.objects // PEER_SHARE)),
        "comity writes the objects of reports": (lambda: written(versions), len(ours)),
    }
    taken: dict[str, list[float]] = {label: [] for label in runs}
    for _round in range(args.rounds):
        for label, (run, count) in runs.items():
            start = time.process_time()
            run()
            taken[label].append((time.process_time() - start) / count * 1e6)
    medians = {label: round(statistics.median(values), 2) for label, values in taken.items()}
    if args.json:
        print(json.dumps({"objects": args.objects, "us_an_object": medians}))
        return
    for label, micros in medians.items():
        print(f"{label:<40} {micros:>10.2f} µs an object")


if __name__ == "__main__":
    main()
