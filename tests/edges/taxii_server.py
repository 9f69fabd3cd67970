"""A TAXII 2.1 server for one collection, as well or as badly as real ones behave (medallion, OpenTAXII, and worse)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

BEGINNING = datetime(2026, 11, 20, tzinfo=UTC)
COLLECTION = "8c49f14d-8ea3-4f03-ab28-19dbca973001"


@dataclass
class Taxii:
    """The collection, and what the server does wrong."""

    address: str = ""
    objects: list[tuple[datetime, dict[str, Any]]] = field(default_factory=list)
    page: int = 10  # its own bound
    gives_next: bool = True
    gives_dates: bool = True
    repeats_next: bool = False
    forgets_next: bool = False
    can_read: bool = True
    media_type: str = "application/taxii+json;version=2.1"
    proof: str = ""
    after_page: Any = None  # called after each page: somebody else writes meanwhile
    asked: list[dict[str, str]] = field(default_factory=list)

    def add(self, number: int, *, seconds: float = 0.0) -> None:
        named = f"indicator--00000000-0000-4000-8000-{number:012d}"
        self.objects.append((
            BEGINNING + timedelta(seconds=seconds),
            {
                "type": "indicator", "spec_version": "2.1", "id": named, "created": "2026-11-20T00:00:00.000Z",
                "modified": "2026-11-20T00:00:00.000Z", "pattern_type": "stix", "valid_from": "2026-11-20T00:00:00Z",
                "pattern": f"[domain-name:value = 'bad-{number}-demo.ru']",
            },
        ))  # fmt: skip

    def objects_page(self, query: dict[str, str]) -> tuple[int, dict[str, Any], dict[str, str]]:
        self.asked.append(query)
        if self.forgets_next and "next" in query:
            return 400, {"title": "next is not known"}, {}
        after = (
            datetime.fromisoformat(query["added_after"]) if "added_after" in query else datetime.min.replace(tzinfo=UTC)
        )
        rows = sorted((row for row in self.objects if row[0] > after), key=lambda row: row[0])
        start = int(query.get("next", "0"))
        size = min(int(query["limit"]), self.page) if self.gives_next else min(int(query["limit"]), self.page * 64)
        if not self.gives_next and int(query["limit"]) == 1_000:
            size = self.page
        part = rows[start : start + size]
        answer: dict[str, Any] = {"more": start + size < len(rows), "objects": [body for _, body in part]}
        if answer["more"] and self.gives_next:
            answer["next"] = "0" if self.repeats_next else str(start + size)
        dates = {}
        if part and self.gives_dates:
            dates = {
                f"X-TAXII-Date-Added-{end}": _text(row[0]) for end, row in (("First", part[0]), ("Last", part[-1]))
            }
        if self.after_page is not None:
            self.after_page()
        return 200, answer, dates


@contextmanager
def serve_taxii() -> Iterator[Taxii]:
    """Serve on a free port of this machine."""
    taxii = Taxii()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            status, answer, headers = self._answer(parts.path, {k: v[0] for k, v in parse_qs(parts.query).items()})
            body = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Type": taxii.media_type, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def _answer(self, path: str, query: dict[str, str]) -> tuple[int, dict[str, Any], dict[str, str]]:
            if taxii.proof and self.headers.get("Authorization") != taxii.proof:
                return 401, {"title": "who are you?"}, {}
            if path == "/taxii2/":
                return 200, {"title": "a server", "default": "/one/", "api_roots": ["/one/"]}, {}
            if path == "/one/":
                return 200, {"title": "one", "versions": ["application/taxii+json;version=2.1"]}, {}
            if path == "/one/collections/":
                one = {"id": COLLECTION, "title": "Bad names", "alias": "bad", "can_read": taxii.can_read}
                return 200, {"collections": [one | {"can_write": False}]}, {}
            if path == f"/one/collections/{COLLECTION}/objects/":
                return taxii.objects_page(query)
            return 404, {"title": "nothing"}, {}

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    taxii.address = f"http://127.0.0.1:{server.server_port}/taxii2/"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield taxii
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
