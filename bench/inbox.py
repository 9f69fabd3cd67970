"""How long does the server take for a page of the inbox when there are 200,000 cases?

    bench/inbox.py [--cases 200000] [--sqlite-only]

Every answer that a filter offers is asked in every order, alone and with others, on SQLite and on PostgreSQL: the first
page and the next one, whole, as a browser would ask for it, within the process that serves pages.  The cases
are spread as on a desk that is behind: most wait, a few zones have most, some filters match nearly nothing.  Of each
question the quickest of a few answers counts: what the server needs when nobody else has its processors.  Beside it
stands the processor time of this process (PostgreSQL's own is not in it).
"""

import argparse
import itertools
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.node.settings")
LIMIT_MS = 100.0
ASKED = 3
STATES = ["received"] * 70 + ["triage"] * 8 + ["referred"] * 8 + ["closed"] * 10 + [
    "confirmed", "notified", "needs_info", "hold_proposed", "on_hold", "mitigated", "appeal", "restoring", "merged",
]  # fmt: skip
ZONES = ["ru"] * 80 + ["by"] * 10 + ["su"] * 5 + ["xn--p1ai"] * 4 + ["moscow"]
PARTIES = {"ru": "cctld.ru", "xn--p1ai": "cctld.ru", "by": "oac.by", "su": "fid.su", "moscow": "faitid.org"}
CATEGORIES = ["phishing"] * 60 + ["malware"] * 29 + ["botnet-c2"] * 9 + ["unauthorized-access"] * 2 + ["spam-vector"]
SEVERITIES = ["high"] * 70 + ["normal"] * 29 + ["critical"]


@contextmanager
def node(url: str) -> Iterator[None]:
    """A node of cctld.ru with an empty store of that URL, in this process."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    from comity.edges.home import Home, NodeSettings, database_entry

    with tempfile.TemporaryDirectory(prefix="comity-inbox-") as directory:
        place = Path(directory)
        settings.HOME = Home(place, NodeSettings(party="cctld.ru", zones=("ru", "xn--p1ai"), secret_key="not-secret"))  # noqa: S106
        settings.DATABASES["default"].clear()
        settings.DATABASES["default"].update(database_entry(url or "sqlite:///inbox.sqlite3", base=place))
        connections.settings.update(connections.configure_settings(settings.DATABASES))
        with suppress(AttributeError):  # one may have been made, though not opened, for the store before
            del connections["default"]
        call_command("migrate", verbosity=0)
        yield
        connections["default"].close()


def fill(number: int) -> None:
    """Cases of all kinds; three people have some of them, and half of all have a clock that runs."""
    from django.db import connection, transaction

    from comity.core.labels import Host, fold_host
    from comity.store.fields import micros
    from comity.store.models import Person
    from comity.store.rows import NewRows

    people = [Person.objects.create(username=f"analyst-{n}", role="analyst").pk for n in range(3)]
    columns = {
        "id": "int8", "ref": "varchar", "uuid": "varchar", "registrable": "varchar", "category": "varchar",
        "episode": "int4", "zone": "varchar", "party": "varchar", "state": "varchar", "severity": "varchar",
        "disposition": "varchar", "outcome": "varchar", "action": "varchar", "protected": "varchar",
        "report_count": "int4", "event_count": "int4", "opened_at": "int8", "changed_at": "int8", "due_at": "int8",
        "assignee_id": "int8",
    }  # fmt: skip
    chance = random.Random(1)
    now = datetime.now(UTC)
    rows: list[tuple[Any, ...]] = []
    scripts: list[tuple[Any, ...]] = []
    for n in range(1, number + 1):
        zone = chance.choice(ZONES)
        label = f"касса-{chance.randrange(10**6)}-{n}" if zone == "xn--p1ai" else f"{chance.randrange(36**6):x}-{n}"
        host = fold_host(f"{label}.{zone}")
        assert isinstance(host, Host)
        if host.unicode != host.ascii:
            scripts.append((n, host.unicode))
        opened = now - timedelta(seconds=(number - n) * 3)
        due = now + timedelta(minutes=chance.randrange(-3000, 9000)) if chance.random() < 0.5 else None
        rows.append((
            n, f"{n:04X}-{chance.randrange(16**4):04X}-TEST", f"uuid-{n}", host.ascii, chance.choice(CATEGORIES), 1,
            zone, PARTIES[zone], chance.choice(STATES), chance.choice(SEVERITIES), "", "", "", "",
            chance.randrange(1, 9), 1,
            micros(opened), micros(opened + timedelta(seconds=chance.randrange(10**6))), due and micros(due),
            chance.choice([None] * 60 + people),
        ))  # fmt: skip
    with transaction.atomic():
        NewRows("abuse_case", columns).write(rows)
        NewRows("script_name", {"case_id": "int8", "text": "varchar"}).write(scripts)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE abuse_case" if connection.vendor == "postgresql" else "PRAGMA optimize")


def questions() -> list[str]:
    """What the page offers: each answer alone in each order, and combinations that match nearly nothing."""
    from comity.core.cases import STATES as ALL_STATES
    from comity.core.categories import CATEGORIES as ALL_CATEGORIES
    from comity.core.parties import ZONES as ALL_ZONES
    from comity.web.inbox_question import DUE, PARTY_IDS
    from comity.web.inbox_question import SEVERITIES as ALL_SEVERITIES

    narrowed = [
        "", *(f"&state={state}" for state in (*ALL_STATES, "all")), *(f"&zone={zone}" for zone in ALL_ZONES),
        *(f"&category={category}" for category in ALL_CATEGORIES), *(f"&severity={one}" for one in ALL_SEVERITIES),
        *(f"&party={party}" for party in PARTY_IDS), *(f"&due={due}" for due in DUE),
        "&assignee=me", "&assignee=nobody", "&assignee=@analyst-1",
        "&q=a", "&q=касса-1", "&q=0001", "&q=hxxps://www.nobody-has-this[.]ru/x",
        "&state=all&zone=moscow&category=spam-vector&severity=critical",
        "&state=all&zone=by&category=unauthorized-access&severity=critical&due=over&assignee=me",
        "&state=all&party=vnnic.vn", "&q=b&zone=by&severity=normal&state=all", "&assignee=me&due=over&state=closed",
    ]  # fmt: skip
    return [
        f"sort={sort}{narrow}" for narrow, sort in itertools.product(narrowed, ("newest", "oldest", "changed", "due"))
    ]


def measure() -> dict[str, tuple[float, float]]:
    """Each question's time and processor time, in milliseconds."""
    import re

    from django.test import Client

    from comity.store.models import Person

    client = Client()
    client.force_login(Person.objects.get(username="analyst-0"))
    client.get("/inbox/?sort=newest")
    time.sleep(1)  # the counts of the tabs are made beside
    found = {}
    for question in questions():
        address = f"/inbox/?{question}"
        for place in ("first", "second"):
            took = []
            for _ in range(ASKED):
                began, cpu = time.perf_counter(), time.process_time()
                answer = client.get(address)
                took.append(((time.perf_counter() - began) * 1000, (time.process_time() - cpu) * 1000))
                assert answer.status_code == 200, address
            found[f"{question} ({place} page)"] = min(took)
            onwards = re.search(r'href="(/inbox/[^"]+)" rel="next"', answer.content.decode())
            if onwards is None:
                break
            address = onwards[1].replace("&amp;", "&")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--sqlite-only", action="store_true")
    given = parser.parse_args()
    import django

    django.setup()
    from comity.testing.postgres import PostgresCluster

    stores = {"SQLite": ""}
    cluster = None if given.sqlite_only else PostgresCluster(durable=True)
    if cluster is not None:
        stores["PostgreSQL"] = cluster.start()
    failed = 0
    try:
        for name, url in stores.items():
            with node(url):
                fill(given.cases)
                found = measure()
            slow = sorted(found.items(), key=lambda one: -one[1][0])
            over = sum(wall >= LIMIT_MS for wall, _cpu in found.values())
            failed += over
            middle = median(wall for wall, _cpu in found.values())
            print(f"{name}, {given.cases:,} cases, {len(found)} questions: median {middle:.1f} ms, "
                  f"slowest {slow[0][1][0]:.1f} ms, {over} over {LIMIT_MS:.0f} ms")  # fmt: skip
            for question, (wall, cpu) in slow:
                print(f"  {wall:7.1f} ms  {cpu:7.1f} ms CPU  {question}")
    finally:
        if cluster is not None:
            cluster.stop()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
