"""An RDAP server of our own for tests: a real process over TLS that answers about domains, and misbehaves on demand.

    python -m comity.testing.rdap_responder CERTIFICATE KEY

It prints its port, and ends when its standard input ends.  What it answers about a name is an answer of RFC 9083 with
all that a registry tells, a registrant's address included, so that a reader can show what it leaves out; the tests
have it judged by another client (whoisit).  The first label of other names says what goes wrong: `gone`, `busy`,
`other`, `huge`, `deep`, `slow`, `short`, `broken`, `moved`, `inward`, `round`, `ill`.
"""

import json
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

REGISTERED: Final = "2026-11-20T08:00:00Z"
ABUSE: Final = "abuse@registrar-demo.ru"
REGISTRANT: Final = "ivan.petrov@private-demo.ru"
_TRICKLE_SECONDS: Final = 0.05
_HUGE_BYTES: Final = 1 << 20
_DEEP: Final = 40_000
_EVER: Final = 10_000
_BUSY_SECONDS: Final = 7200


def domain(name: str, **changed: Any) -> dict[str, Any]:
    """An answer about a domain, as a registry gives it."""
    return {
        "objectClassName": "domain",
        "rdapConformance": ["rdap_level_0"],
        "handle": f"{name}-1",
        "ldhName": name,
        "status": ["client hold", "server transfer prohibited"],
        "events": [
            {"eventAction": "registration", "eventDate": REGISTERED},
            {"eventAction": "expiration", "eventDate": "2027-11-20T08:00:00Z"},
            {"eventAction": "last changed", "eventDate": "2026-11-21T10:30:00+03:00"},
        ],
        "nameservers": [
            {"objectClassName": "nameserver", "ldhName": "NS2.HOST-DEMO.RU"},
            {"objectClassName": "nameserver", "ldhName": "ns1.host-demo.ru"},
        ],
        "secureDNS": {"delegationSigned": True},
        "entities": [
            {
                "objectClassName": "entity", "handle": "P-1", "roles": ["registrant"],
                "vcardArray": _card("Ivan Petrov", REGISTRANT),
            },
            {
                "objectClassName": "entity", "handle": "DEMO-REG", "roles": ["registrar"],
                "publicIds": [{"type": "IANA Registrar ID", "identifier": "9999"}],
                "vcardArray": _card("Demo Registrar LLC", "sales@registrar-demo.ru"),
                "entities": [
                    {"objectClassName": "entity", "roles": ["abuse"], "vcardArray": _card("Abuse desk", ABUSE)}
                ],
            },
        ],
    } | changed  # fmt: skip


def _card(name: str, email: str) -> list[Any]:
    return [
        "vcard",
        [["version", {}, "text", "4.0"], ["fn", {}, "text", name], ["email", {"type": "work"}, "text", email]],
    ]


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10

    def log_message(self, *_: object) -> None:
        """Say nothing: the port is all that is printed."""

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2]
        if self.path == "/dns.json":
            self._bootstrap()
            return
        misdeed = getattr(self, f"_{name.partition('.')[0]}", None)
        if misdeed is not None:
            misdeed(name)
        else:
            self._say(json.dumps(domain(name)).encode())

    def _say(self, body: bytes, status: int = 200, length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/rdap+json")
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for header, value in headers.items():
            self.send_header(header.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _bootstrap(self) -> None:
        if self.headers.get("If-None-Match") == '"1"':
            self.send_response(304)
            self.end_headers()
            return
        port = self.connection.getsockname()[1]
        services = [[["ru", "xn--p1ai"], ["http://localhost/", f"https://localhost:{port}/"]]]
        self._say(json.dumps({"version": "1.0", "services": services}).encode(), ETag='"1"')

    def _gone(self, _name: str) -> None:
        self._say(b'{"errorCode":404}', 404)

    def _busy(self, _name: str) -> None:
        self._say(b"{}", 429, Retry_After=str(_BUSY_SECONDS))

    def _ill(self, _name: str) -> None:
        self._say(b"{}", 503)

    def _other(self, _name: str) -> None:
        self._say(json.dumps(domain("stranger.ru")).encode())

    def _huge(self, name: str) -> None:
        self._say(json.dumps(domain(name, remarks="x" * _HUGE_BYTES)).encode())

    def _deep(self, name: str) -> None:
        nested = '{"entities":[' * _DEEP + "]}" * _DEEP
        self._say(f'{{"objectClassName":"domain","ldhName":"{name}","entities":[{nested}]}}'.encode()[:250_000])

    def _slow(self, _name: str) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(_EVER))
        self.send_header("Connection", "close")  # the client's library lets go of the socket then
        self.end_headers()
        for _ in range(_EVER):
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(_TRICKLE_SECONDS)

    def _short(self, name: str) -> None:
        self._say(json.dumps(domain(name)).encode()[:40], length=4000)
        self.close_connection = True

    def _broken(self, _name: str) -> None:
        self._say(b'{"objectClassName": ["domain"]}')

    def _moved(self, name: str) -> None:
        self._say(b"", 302, Location=f"/domain/there-{name}")

    def _inward(self, name: str) -> None:
        self._say(b"", 302, Location=f"https://127.0.0.2:1/domain/{name}")

    def _round(self, name: str) -> None:
        self._say(b"", 301, Location=f"/domain/{name}")


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is what the tests are about."""


def main(certificate: str, key: str) -> None:
    """Answer until standard input ends."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = _Server(("127.0.0.1", 0), _Answers)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:3])
