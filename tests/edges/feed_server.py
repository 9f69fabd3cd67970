"""A server of feeds that behaves as it is told: well, slowly, cut off, with another tag, sending on, packed too well.

Real sockets, HTTP or HTTPS, in a thread.  `Serving.files` says what lies at which path; what was asked is kept.
"""

import gzip
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any


@dataclass
class File:
    """What lies at a path, and how it is served."""

    body: bytes = b""
    etag: str = ""
    changed: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut_at: int | None = None  # the connection ends after so many octets of the body
    says: int | None = None  # Content-Length, whatever is true
    length: bool = True  # whether a length is said at all
    ranges: bool = True
    lies_of_start: int = 0  # how far beside what was asked a part begins
    seconds: float = 0.0  # before each piece


@dataclass
class Serving:
    """A server: its address, its files, and what it was asked."""

    address: str
    files: dict[str, File] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def last(self) -> dict[str, str]:
        return self.asked[-1][1]


@contextmanager
def serve(certificate: Path | None = None, key: Path | None = None) -> Iterator[Serving]:
    """Serve on a free port of this machine, over TLS where a certificate is given."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            serving.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            self.close_connection = True
            file = serving.files.get(self.path)
            _answer(self, File(status=404) if file is None else file)

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            pass  # a client that hung up

    server = Quiet(("127.0.0.1", 0), Handler)
    scheme = "http"
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        scheme = "https"
    serving = Serving(f"{scheme}://localhost:{server.server_port}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield serving
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _answer(handler: BaseHTTPRequestHandler, file: File) -> None:
    asked, body, start, status = handler.headers, file.body, 0, file.status
    same = file.etag and asked.get("If-None-Match") == file.etag
    if status == 200 and (same or (file.changed and asked.get("If-Modified-Since") == file.changed)):
        status, body = 304, b""
    span = asked.get("Range", "")
    if status == 200 and span and file.ranges and asked.get("If-Range") in {file.etag, file.changed}:
        start = int(span.removeprefix("bytes=").rstrip("-")) + file.lies_of_start
        status, body = (206, body[start:]) if start < len(body) else (416, b"")
    handler.send_response(status)
    for name, value in (("ETag", file.etag), ("Last-Modified", file.changed), *file.headers.items()):
        if value:
            handler.send_header(name, value)
    if status == 206:
        handler.send_header("Content-Range", f"bytes {start}-{len(file.body) - 1}/{len(file.body)}")
    if file.length:
        handler.send_header("Content-Length", str(len(body) if file.says is None else file.says))
    handler.send_header("Connection", "close")
    handler.end_headers()
    end = len(body) if file.cut_at is None else max(0, file.cut_at - start)
    for place in range(0, end, 4096):
        time.sleep(file.seconds)
        handler.wfile.write(body[place : min(end, place + 4096)])
    handler.wfile.flush()
    if end < len(body):
        handler.connection.shutdown(socket.SHUT_RDWR)


def date(at: datetime) -> str:
    """A time as HTTP writes it."""
    return format_datetime(at.astimezone(UTC), usegmt=True)


def bomb(size: int) -> bytes:
    """A gzip file that unpacks to very much more than it is."""
    return gzip.compress(b"a" * size, 9)
