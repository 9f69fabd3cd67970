"""Ask one registration data server over HTTPS (RFC 7480, RFC 9082): bounded in time, size and redirects.

The certificate is verified.  A redirect is followed where it leads to HTTPS at the same host or at one that IANA's list
or the node's settings name, and nowhere else: an answer must not make this node ask a machine of its own network.
`http.client` as towards partners (`edges.partner_http`): it never looks at the environment for proxies, and a body is
read up to its bound and no further.
"""

import http.client
import os
import socket
import ssl
import threading
import time
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urljoin, urlsplit

import msgspec

from comity.core.errors import ComityError, SettingError
from comity.edges.home import Home
from comity.edges.retry_after import parse_retry_after
from comity.wire.rdap import BOOTSTRAP_MAX_BYTES, MAX_BYTES, RdapProblem, is_server, parse_bootstrap

_REDIRECTS: Final = 3
_FRESH: Final = timedelta(days=1)
_REDIRECTING: Final = frozenset({301, 302, 303, 307, 308})
_ACCEPT: Final = "application/rdap+json, application/json;q=0.5"
_CACHE: Final = "cache/rdap-dns.json"


class RdapError(ComityError):
    """A registration data server could not be asked, or its answer not be taken.  `reason`: the look's own code."""

    code = "rdap-failed"
    http_status = 502

    def __init__(self, reason: str, message: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.retry_after = retry_after


class RdapAnswer(msgspec.Struct, frozen=True):
    """Status and body; `tag` and `changed` are what a later conditional question says."""

    status: int
    body: bytes
    tag: str = ""
    changed: str = ""


def ask_domain(home: Home, name: str, *, at: datetime) -> bytes | None:
    """Ask about one domain, by A-labels; None where the server says that there is none.  Raises `RdapError`."""
    zone = name.rpartition(".")[2]
    servers = find_servers(home, at=at)
    server = servers.get(zone)
    if server is None:
        raise RdapError("no-rdap-service", f"no RDAP server is known for .{zone}")
    hosts = {urlsplit(url).hostname or "" for url in servers.values()}
    seconds = home.settings.rdap.deadline_seconds
    answer = _get(home, urljoin(server.rstrip("/") + "/", f"domain/{name}"), hosts, MAX_BYTES, seconds=seconds)
    if answer.status == http.client.NOT_FOUND:
        return None
    if answer.status != http.client.OK:
        raise RdapError("refused", f"answered with HTTP {answer.status}")
    return answer.body


def find_servers(home: Home, *, at: datetime) -> dict[str, str]:
    """The servers by zone: the node's own settings before IANA's list."""
    rdap = home.settings.rdap
    own = {zone.lower().removeprefix("."): url for zone, url in rdap.servers.items()}
    if wrong := next((zone for zone, url in own.items() if not is_server(url)), ""):
        raise SettingError("a server's address begins with https://", item=f"[rdap] servers.{wrong}")
    if not rdap.bootstrap:
        return own
    if rdap.bootstrap.startswith("https://"):
        return _refreshed(home, at=at) | own
    return _parsed(_read(home.path / rdap.bootstrap)) | own


def _refreshed(home: Home, *, at: datetime) -> dict[str, str]:
    """IANA's list from the node's directory; asked for anew when it is a day old, and kept where that fails."""
    file = home.path / _CACHE
    stamp = file.with_suffix(".stamp")
    known = _read(file) if file.exists() else b""
    checked = _checked_at(stamp)
    if known and checked is not None and timedelta(0) <= at - checked < _FRESH:
        return _parsed(known)
    tag, changed = _stamped(stamp)
    url = home.settings.rdap.bootstrap
    ask = {"If-None-Match": tag} if tag and known else {"If-Modified-Since": changed} if changed and known else {}
    try:
        answer = _get(
            home, url, {urlsplit(url).hostname or ""}, BOOTSTRAP_MAX_BYTES,
            seconds=home.settings.rdap.deadline_seconds, headers=ask,
        )  # fmt: skip
        if answer.status == http.client.NOT_MODIFIED and known:
            _write(stamp, f"{at.isoformat()}\n{tag}\n{changed}\n".encode())
            return _parsed(known)
        found = _parsed(answer.body)  # an answer that is no list is none, whatever its status
    except RdapError:
        if not known:
            raise
        return _parsed(known)
    _write(file, answer.body)
    _write(stamp, f"{at.isoformat()}\n{answer.tag}\n{answer.changed}\n".encode())
    return found


def _get(
    home: Home,
    url: str,
    hosts: Collection[str],
    max_bytes: int,
    *,
    seconds: float,
    headers: dict[str, str] | None = None,
) -> RdapAnswer:
    until = time.monotonic() + seconds
    context = _context(home)
    for _redirect in range(_REDIRECTS + 1):
        answer, location = _ask(url, context, max_bytes, until, headers or {})
        if answer.status not in _REDIRECTING:
            return answer
        host = urlsplit(url).hostname
        url = urljoin(url, location)
        if not is_server(url) or urlsplit(url).hostname not in {host, *hosts}:
            raise RdapError("bad-redirect", "sent us to an address that is no known RDAP server")
    raise RdapError("too-many-redirects", f"sent us on more than {_REDIRECTS} times")


def _ask(
    url: str, context: ssl.SSLContext, max_bytes: int, until: float, headers: dict[str, str]
) -> tuple[RdapAnswer, str]:
    left = until - time.monotonic()
    if left <= 0:
        raise RdapError("timed-out", "did not answer in time")
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 443
    connection = http.client.HTTPSConnection(host, port, timeout=left, context=context)
    try:
        plain = socket.create_connection((host, port), timeout=left)
    except OSError as error:
        raise RdapError(*_reason(error)) from error
    # The deadline holds for the handshake too, and for a body that comes after the library let go of the socket.
    sock = context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
    hang_up = threading.Timer(left, _hang_up, (sock,))
    hang_up.daemon = True
    hang_up.start()
    try:
        sock.do_handshake()
        connection.sock = sock
        connection.request("GET", parts.path or "/", headers={"Accept": _ACCEPT, "User-Agent": "comity", **headers})
        with connection.getresponse() as response:
            _weigh_status(response)
            body = response.read(max_bytes + 1)
            complete = not response.length
    except (OSError, http.client.HTTPException, ValueError) as error:
        late = time.monotonic() >= until
        raise RdapError(*(("timed-out", "did not answer in time") if late else _reason(error))) from error
    finally:
        hang_up.cancel()
        connection.close()
        sock.close()
    if time.monotonic() >= until:
        raise RdapError("timed-out", "did not answer in time")
    if len(body) > max_bytes:
        raise RdapError("too-large", f"answered with more than {max_bytes:,} bytes")
    if not complete or response.headers.get("Content-Encoding", "identity") != "identity":
        raise RdapError("malformed", "answered with less than it said, or in a coding that was not asked for")
    said = response.headers
    answer = RdapAnswer(response.status, body, said.get("ETag", "")[:200], said.get("Last-Modified", "")[:60])
    return answer, said.get("Location", "")


def _weigh_status(response: http.client.HTTPResponse) -> None:
    if response.status == http.client.TOO_MANY_REQUESTS:
        wait = parse_retry_after(response.headers.get("Retry-After", ""))
        raise RdapError("rate-limited", "asks us to wait", retry_after=wait)
    if response.status >= http.client.INTERNAL_SERVER_ERROR:
        wait = parse_retry_after(response.headers.get("Retry-After", ""))
        raise RdapError("server-error", f"answered with HTTP {response.status}", retry_after=wait)


def _reason(error: Exception) -> tuple[str, str]:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "certificate", f"its certificate is refused: {error.verify_message}"
    if isinstance(error, TimeoutError):
        return "timed-out", "did not answer in time"
    if isinstance(error, http.client.HTTPException | ValueError):
        return "malformed", f"answered with what is not HTTP ({type(error).__name__})"
    return "unreachable", f"is not reachable: {getattr(error, 'strerror', None) or error}"


def _hang_up(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _context(home: Home) -> ssl.SSLContext:
    file = home.settings.rdap.ca
    try:
        return ssl.create_default_context(cafile=str(home.path / file) if file else None)
    except (OSError, ssl.SSLError) as error:
        raise SettingError(f"cannot be read: {error}", item="[rdap] ca") from error


def _parsed(data: bytes) -> dict[str, str]:
    found = parse_bootstrap(data)
    if isinstance(found, RdapProblem):
        raise RdapError("bad-bootstrap", found.reason)
    return found


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(BOOTSTRAP_MAX_BYTES + 1)
    except OSError as error:
        raise SettingError(f"cannot be read: {error.strerror}", item=str(file)) from error


def _write(file: Path, data: bytes) -> None:
    file.parent.mkdir(mode=0o700, exist_ok=True)
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    fresh.write_bytes(data)
    fresh.replace(file)


def _stamped(stamp: Path) -> tuple[str, str]:
    lines = stamp.read_text(encoding="ascii", errors="replace").split("\n") if stamp.exists() else []
    return (lines[1], lines[2]) if len(lines) > 2 else ("", "")


def _checked_at(stamp: Path) -> datetime | None:
    try:
        return datetime.fromisoformat(stamp.read_text(encoding="ascii", errors="replace").split("\n")[0])
    except (OSError, ValueError):
        return None
