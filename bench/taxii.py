"""What does a TAXII page of 1,000 objects cost, beside the bytes alone and beside others, and does it stay so?

    python bench/taxii.py [--objects 10000,100000,1000000] [--postgresql] [--no-peers] [--json]

Objects are of about 1 kB.  A page is asked for through the whole web application in this process, as a client would
ask that holds the cursor; the figures are processor time of this process in milliseconds, the median of pages all over
the collection.  Limits in the same run: `file` reads the same bytes with one pread; `application` is the same web
application answering with bytes that are ready; `rows` reads the same objects from a row each by their key and joins
them.  Then eight clients at once over HTTP, and POST.  Peers (medallion, OpenTAXII) run from rigs of their own where
the shared directory holds them; their figures are processor time of the server for an object of a page.
"""

import argparse
import gzip
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http.client import HTTPConnection
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
        "type": "indicator", "spec_version": "2.1",
        "id": f"indicator--{UUID(int=(number << 80) | (4 << 76) | (8 << 60))}",
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
        """GET a page."""
        more = {"QUERY_STRING": query, "HTTP_ACCEPT_ENCODING": "gzip" if packed else "identity"}
        return self._call("GET", path or self.path(), b"", more)

    def post(self, body: bytes) -> None:
        """POST an envelope to the inbox."""
        self._call("POST", self.path(""), body, {"CONTENT_TYPE": TAXII, "CONTENT_LENGTH": str(len(body))})

    def _call(self, method: str, path: str, body: bytes, more: dict[str, str]) -> tuple[dict[str, str], bytes]:
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": "", "SERVER_NAME": "bench",
            "SERVER_PORT": "443", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "bench",
            "HTTP_AUTHORIZATION": f"Bearer {self.token}", "HTTP_ACCEPT": TAXII, "wsgi.input": BytesIO(body),
            "wsgi.url_scheme": "https", "wsgi.errors": sys.stderr, "wsgi.version": (1, 0), "wsgi.multithread": False,
            "wsgi.multiprocess": False, "wsgi.run_once": False,
        }  # fmt: skip
        said: list[Any] = []
        answer = self.application(environ | more, lambda status, headers, _error=None: said.append((status, headers)))
        given = b"".join(answer)
        answer.close()  # type: ignore[attr-defined]
        assert said[0][0][:3] in {"200", "202"}, (said, given[:300])
        return dict(said[0][1]), given


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
    for question in questions:
        _, body = world.ask(question)
        assert body.count(b'"type":"indicator"') == PAGE
        assert gzip.decompress(world.ask(question, packed=True)[1]) == body
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


def measure_rows() -> float:
    """The limit of a store: a thousand rows of one object each by their key, joined; nothing of HTTP."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_row (position bigint PRIMARY KEY, body bytea)")
        rows = [(number, object_of(number)) for number in range(10 * PAGE)]
        cursor.executemany("INSERT INTO bench_row VALUES (%s, %s)", rows)

        def read(turn: int) -> None:
            after = turn % 9 * PAGE
            cursor.execute("SELECT body FROM bench_row WHERE position > %s ORDER BY position LIMIT %s", (after, PAGE))
            b",".join([bytes(body) for (body,) in cursor.fetchall()])

        found = cpu_ms(read)
        cursor.execute("DROP TABLE bench_row")
    return found


def measure_posts(world: World) -> dict[str, float]:
    """Envelopes of 100 and of 1,000 new objects, each durable before it is answered."""
    figures = {}
    for each in (100, 1_000):
        numbers = [range(first, first + each) for first in range(each * 1_000_000, each * 1_000_000 + 3_000, each)]
        bodies = [b'{"objects":[%s]}' % b",".join(map(object_of, part)) for part in numbers]
        began, wall = time.process_time(), time.perf_counter()
        for body in bodies:
            world.post(body)
        taken, wall = time.process_time() - began, time.perf_counter() - wall
        figures[f"POST of {each:,}: objects a second"] = round(3_000 / wall)
        figures[f"POST of {each:,}: CPU us an object"] = round(taken / 3_000 * 1e6, 1)
    return figures


def measure_eight(world: World, place: Path) -> dict[str, float]:
    """Eight clients at once over HTTP from the server that `comity serve` starts, each through the whole collection."""
    port = _free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "2", "--blocking-threads", "2", "--no-ws", "--http", "1", "--log-level", "warning",
        "taxii:served",
    ]  # fmt: skip
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'bench'}", "BENCH_TAXII_PLACE": str(place)}
    from django.conf import settings

    environment["BENCH_TAXII_DATABASE"] = json.dumps(settings.DATABASES["default"], default=str)
    server = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        _wait_for(port)
        figures = {}
        _at_once(world, port, False, 3)  # both workers make themselves ready
        for packed in (False, True):
            before, wall = _children_cpu(server.pid), time.perf_counter()
            times = _at_once(world, port, packed, 40)
            wall = time.perf_counter() - wall
            cpu = _children_cpu(server.pid) - before
            name = "eight clients, gzip" if packed else "eight clients"
            figures[f"{name}: objects a second"] = round(len(times) * PAGE / wall)
            figures[f"{name}: server CPU ms a page"] = round(cpu / len(times) * 1_000, 2)
            figures[f"{name}: median ms a page"] = round(median(times) * 1_000, 1)
        return figures
    finally:
        os.killpg(server.pid, 15)
        server.wait()


def served(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
    """The application for the server of `measure_eight`, with the store that is being measured."""
    if "application" not in _made:
        from django.conf import settings

        from comity.edges.home import Home, NodeSettings

        settings.HOME = Home(
            Path(os.environ["BENCH_TAXII_PLACE"]),
            NodeSettings(party="cctld.ru", zones=("ru",), secret_key="not-secret"),  # noqa: S106
        )
        settings.DATABASES["default"].update(json.loads(os.environ["BENCH_TAXII_DATABASE"]))
        import django
        from django.core.wsgi import get_wsgi_application

        django.setup()
        _made["application"] = get_wsgi_application()
    return _made["application"](environ, start_response)


_made: dict[str, Any] = {}


def _at_once(world: World, port: int, packed: bool, pages: int) -> list[float]:
    """Eight clients, each so many pages at most; how long each page took."""
    times: list[float] = []
    clients = [threading.Thread(target=_read_all, args=(world, port, packed, times, pages)) for _ in range(8)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return times


def _read_all(world: World, port: int, packed: bool, times: list[float], most: int) -> None:
    line = HTTPConnection("127.0.0.1", port, timeout=120)
    head = {"Accept": TAXII, "Authorization": f"Bearer {world.token}"} | ({"Accept-Encoding": "gzip"} if packed else {})
    query, pages = f"limit={PAGE}", 0
    while pages < most:
        began = time.perf_counter()
        line.request("GET", f"{world.path()}?{query}", headers=head)
        answer = line.getresponse()
        body = answer.read()
        times.append(time.perf_counter() - began)
        assert answer.status == 200, body[:300]
        start = gzip.decompress(body)[:200] if packed else body[:200]
        pages += 1
        if not start.startswith(b'{"more":true'):
            break
        query = f"limit={PAGE}&next={start.split(chr(34).encode())[5].decode()}"
    line.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(600):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise SystemExit("the server did not start")


def _children_cpu(pid: int) -> float:
    from _pair import family_cpu_seconds

    return family_cpu_seconds(pid)


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
                    _tell(found, f"{store.name}, {count:,} objects", figures, quiet=options.json)
                figures = {"limit: rows": measure_rows()} | measure_posts(world) | measure_eight(world, place)
                _tell(found, f"{store.name}, the rest", figures, quiet=options.json)
    if not options.no_peers:
        for name, figures in measure_peers().items():
            _tell(found, name, figures, quiet=options.json)
    if options.json:
        print(json.dumps(found, indent=2))


def measure_peers() -> dict[str, dict[str, Any]]:
    """Others' pages of 1,000 and their POST, each rig within its time."""
    from _peers import run_rig

    rigs = (
        ("medallion 3.0 (memory), 1,000 objects", ("w2_taxii.py", "medallion", "1000", "1000", "30", "page"), 120.0),
        ("OpenTAXII 0.10 (SQLite), 10,000", ("w2_taxii.py", "opentaxii-sqlite", "10000", "1000", "30", "page"), 240.0),
        ("medallion 3.0 (memory), POST of 100", ("w1_taxii.py", "medallion", "2000", "100", "20"), 60.0),
        ("OpenTAXII 0.10 (SQLite), POST of 100", ("w1_taxii.py", "opentaxii-sqlite", "3000", "100", "20"), 120.0),
    )  # fmt: skip
    return {name: run_rig(script, seconds) for name, script, seconds in rigs}


def _tell(found: dict[str, Any], title: str, figures: dict[str, Any], *, quiet: bool) -> None:
    found[title] = figures
    if quiet:
        return
    print(f"\n{title}")
    for name, value in figures.items():
        print(f"  {name:<40} {value if isinstance(value, str) else format(value, ','):>12}")


if __name__ == "__main__":
    main()
