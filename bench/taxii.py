"""What does a TAXII page of 1,000 objects cost, beside the bytes alone and beside others, and does it stay so?

    python bench/taxii.py [--objects 10000,100000,1000000] [--postgresql] [--no-peers] [--json]

Objects are of about 1 kB.  A page is asked for through the whole web application in this process, as a client would
ask that holds the cursor; the figures are processor time of this process in milliseconds, the median of pages all over
the collection.  Limits in the same run: `file` reads the same bytes with one pread; `application` is the same web
application answering with bytes that are ready; `rows` reads the same objects from a row each by their key and joins
them.  Then eight clients at once over HTTP, and POST.  Peers (medallion, OpenTAXII) run from rigs of their own where the
shared directory holds them.
"""

import argparse
import gzip
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "bench")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.node.settings")
NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
PAGE = 1_000
ASKED = 40
FILLED_AT_ONCE = 20_000
TAXII = "application/taxii+json;version=2.1"


@contextmanager
def node(url: str) -> Iterator[Path]:
    """A node with an empty store of that URL, in this process."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    from comity.edges.home import Home, NodeSettings, database_entry

    with tempfile.TemporaryDirectory(prefix="comity-taxii-") as directory:
        place = Path(directory)
        settings.HOME = Home(place, NodeSettings(party="cctld.ru", zones=("ru",), secret_key="not-secret"))  # noqa: S106
        settings.DATABASES["default"].clear()
        settings.DATABASES["default"].update(database_entry(url or "sqlite:///taxii.sqlite3", base=place))
        settings.DATABASES["default"]["CONN_MAX_AGE"] = None
        connections.settings.update(connections.configure_settings(settings.DATABASES))
        with suppress(AttributeError):
            del connections["default"]
        call_command("migrate", verbosity=0)
        yield place
        connections["default"].close()


def object_of(number: int) -> bytes:
    """An indicator of about 1 kB."""
    name = f"demo-{number:08d}.example.ru"
    body = {
        "type": "indicator", "spec_version": "2.1", "id": f"indicator--{UUID(int=(number * 2**64) | 2**79 | 2**63)}",
        "created_by_ref": "identity--7b1c2c1e-0f5d-5d0e-8a51-2b6f6b5b0f10", "created": "2026-11-26T09:00:00.000Z",
        "modified": "2026-11-26T09:00:00.000Z", "name": f"phishing: http://{name}/login",
        "description": "A page that asks for passwords of an invented bank. " * 8,
        "indicator_types": ["malicious-activity"], "pattern": f"[url:value = 'http://{name}/login/{number * 7919}']",
        "pattern_type": "stix", "valid_from": "2026-11-26T09:00:00.000Z", "labels": ["phishing"],
        "object_marking_refs": ["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"],
    }  # fmt: skip
    return json.dumps(body, separators=(",", ":")).encode()


class World:
    """A subscriber, its collection, and the application as a client's requests reach it."""

    def __init__(self) -> None:
        from django.core.wsgi import get_wsgi_application

        from comity.store.subscribers import add_subscriber, issue_subscriber_token
        from comity.store.taxii_collections import ensure_collections

        row = add_subscriber(
            "bench", name="Bench", kind="cert", ceiling="TLP:AMBER", clause="bench 1", actor="bench", at=NOW
        )
        self.token = issue_subscriber_token("bench", "bench", may_write=True, at=NOW)
        self.collections = {one.tlp: one for one in ensure_collections("cctld.ru", row)}
        self.application = get_wsgi_application()
        self.filled = 0

    def path(self, tlp: str = "TLP:GREEN") -> str:
        return f"/taxii2/api/collections/{self.collections[tlp].uuid}/objects/"

    def fill(self, count: int) -> float:
        """Add objects until there are so many; answers objects a second."""
        from django.db import transaction

        from comity.store.taxii_append import NewObject, append_objects

        started, before = time.perf_counter(), self.filled
        while self.filled < count:
            part = range(self.filled, min(count, self.filled + FILLED_AT_ONCE))
            bodies = [object_of(number) for number in part]
            objects = [NewObject(json_id(body), "indicator", NOW, "2.1", body) for body in bodies]
            with transaction.atomic():
                append_objects(self.collections["TLP:GREEN"].pk, objects, at=NOW)
            self.filled = part.stop
        return (self.filled - before) / (time.perf_counter() - started)

    def ask(self, query: str, *, packed: bool = False, path: str = "") -> tuple[dict[str, str], bytes]:
        environ = {
            "REQUEST_METHOD": "GET", "PATH_INFO": path or self.path(), "QUERY_STRING": query, "SERVER_NAME": "bench",
            "SERVER_PORT": "443", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "bench",
            "HTTP_AUTHORIZATION": f"Bearer {self.token}", "HTTP_ACCEPT": TAXII, "wsgi.input": BytesIO(),
            "HTTP_ACCEPT_ENCODING": "gzip" if packed else "identity", "wsgi.url_scheme": "https",
            "wsgi.errors": sys.stderr, "wsgi.version": (1, 0), "wsgi.multithread": False, "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }  # fmt: skip
        said: list[Any] = []
        answer = self.application(environ, lambda status, headers, _error=None: said.append((status, headers)))
        body = b"".join(answer)
        answer.close()  # type: ignore[attr-defined]
        assert said[0][0].startswith("200"), (said, body[:300])
        return dict(said[0][1]), body


def json_id(body: bytes) -> str:
    start = body.index(b'"id":"') + 6
    return body[start : body.index(b'"', start)].decode()


def cpu_ms(work: Callable[[int], Any], times: int = ASKED) -> float:
    """Milliseconds of processor time, the median of so many times."""
    found = []
    for turn in range(times):
        started = time.process_time()
        work(turn)
        found.append((time.process_time() - started) * 1_000)
    return round(median(found), 3)


def cursors(world: World) -> list[str]:
    """Questions for pages all over the collection, as a client holds them."""
    from comity.wire.taxii_query import render_next

    given = {"limit": [str(PAGE)]}
    pages = max(1, world.filled // PAGE - 1)
    starts = [(turn * 7919 % pages) * PAGE for turn in range(ASKED)]
    return [
        f"limit={PAGE}&next={render_next(given, place=world.path(), after=start, upto=world.filled)}"
        for start in starts
    ]  # fmt: skip


def measure_pages(world: World, place: Path) -> dict[str, float]:
    """Pages by cursor beside their limits."""
    questions = cursors(world)
    _, body = world.ask(questions[0])
    assert body.count(b'"type":"indicator"') == PAGE
    assert gzip.decompress(world.ask(questions[0], packed=True)[1]) == body
    ragged = [one.replace("limit=1000", "limit=990") for one in questions]
    file = place / "page"
    file.write_bytes(body)
    number = os.open(file, os.O_RDONLY)
    ready = _ready(body)
    figures = {
        "page": cpu_ms(lambda turn: world.ask(questions[turn])),
        "page, gzip": cpu_ms(lambda turn: world.ask(questions[turn], packed=True)),
        "page of 990, gzip": cpu_ms(lambda turn: world.ask(ragged[turn], packed=True)),
        "first page": cpu_ms(lambda _turn: world.ask(f"limit={PAGE}")),
        "page by type": cpu_ms(lambda _turn: world.ask(f"limit={PAGE}&match[type]=indicator"), 10),
        "manifest": cpu_ms(
            lambda _turn: world.ask(f"limit={PAGE}", path=world.path().replace("objects/", "manifest/")), 10
        ),
        "one object": cpu_ms(lambda _turn: world.ask("", path=f"{world.path()}{json_id(object_of(777))}/")),
        "limit: application": cpu_ms(lambda _turn: ready(world)),
        "limit: file": cpu_ms(lambda _turn: os.pread(number, len(body), 0)),
    }
    os.close(number)
    return figures


def _ready(body: bytes) -> Callable[[World], None]:
    """The same application, with an address that answers with bytes that are ready."""
    import types

    from django.http import HttpRequest, HttpResponse
    from django.urls import clear_url_caches, path, set_urlconf

    from comity.node import urls

    def view(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(body, content_type=TAXII)

    module = types.ModuleType("bench_ready_urls")
    module.urlpatterns = [path("ready", view), *urls.urlpatterns]  # type: ignore[attr-defined]
    module.handler404 = urls.handler404  # type: ignore[attr-defined]
    sys.modules["bench_ready_urls"] = module

    def ask(world: World) -> None:
        from django.conf import settings

        if settings.ROOT_URLCONF != "bench_ready_urls":
            settings.ROOT_URLCONF = "bench_ready_urls"
            clear_url_caches()
            set_urlconf(None)
        world.ask("", path="/ready")

    return ask


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--objects", default="10000,100000")
    asked.add_argument("--postgresql", action="store_true")
    asked.add_argument("--no-peers", action="store_true")
    asked.add_argument("--json", action="store_true")
    options = asked.parse_args()
    import django

    django.setup()
    from _stores import stores

    found: dict[str, Any] = {}
    with stores(options.postgresql) as chosen:
        for store in chosen:
            url = store.new_database() if store.new_database else ""
            with node(url) as place:
                world = World()
                for count in map(int, options.objects.split(",")):
                    rate = world.fill(count)
                    figures: dict[str, Any] = {"filled, objects a second": round(rate)} | measure_pages(world, place)
                    found[f"{store.name}, {count:,} objects"] = figures
                    _say(f"{store.name}, {count:,} objects", figures)
    if options.json:
        print(json.dumps(found, indent=2))


def _say(title: str, figures: dict[str, Any]) -> None:
    print(f"\n{title}")
    for name, value in figures.items():
        print(f"  {name:<32} {value:>12,}")


if __name__ == "__main__":
    main()
