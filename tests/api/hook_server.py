"""A real HTTPS server that receives webhooks, and is as ill-mannered as a test wants it."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec

from comity.edges.tls import make_certificates


class Got(msgspec.Struct, frozen=True):
    """A request that came."""

    path: str
    fields: dict[str, str]
    body: bytes


class Receiver:
    """What it is to do, and what it got.  `manners`: a status for each request, or `hang-up`, `silence`; then 204."""

    def __init__(self, port: int, authority: str) -> None:
        self.url = f"https://localhost:{port}/comity?desk=1"
        self.authority = authority
        self.got: list[Got] = []
        self.manners: list[int | str] = []
        self.released = threading.Event()


@contextmanager
def receiving(directory: Path) -> Iterator[Receiver]:
    """Start one; its certificate is for localhost, by an authority of its own."""
    make_certificates(directory, party="hooks.example", hosts=["localhost"], at=datetime.now(UTC))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "tls" / "node.pem", directory / "tls" / "node.key")
    receiver: Receiver

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.got.append(Got(self.path, dict(self.headers.items()), body))
            manner = receiver.manners.pop(0) if receiver.manners else 204
            if manner == "hang-up":
                self.connection.shutdown(socket.SHUT_RDWR)
            elif manner == "silence":
                receiver.released.wait(20)
            else:
                self.send_response(int(manner))
                self.send_header("Location", "https://elsewhere.example/")
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — the library's signature
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    receiver = Receiver(server.server_address[1], (directory / "tls" / "ca.pem").read_text(encoding="ascii"))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
