"""Where in a text does the host stand, and what is the canonical form of its URL?

URLs are read as browsers read them (WHATWG URL): backslashes are slashes, what stands before the last `@` is
userinfo, a host may be percent-encoded, tabs and line ends inside do not count, a host whose last label is a number
is an IPv4 address.  The host is cut out here and folded by `comity.core.labels`; the rest is ada's, an independent
reader of URLs.  When the two see different hosts the text is refused: whoever wrote it, its readers would disagree
about whom it accuses.

A text without a scheme is a host, or a URL without its scheme when a path or query follows.  docs/spec/names.md
§§2, 3, 5.
"""

import re
from typing import Final
from urllib.parse import unquote_to_bytes

import ada_url
import msgspec

from comity.core.defang import refang
from comity.core.labels import SIMPLE_TEXT, Host, HostProblem, fold_host

MAX_INPUT: Final = 16_384
"""Letters of a text that is read at all."""
MAX_PORT: Final = 65_535
IPV4: Final = ("ip-address", "its last label is a number: it is read as an IPv4 address")
DEFAULT_PORTS: Final[dict[str, str]] = {"http": "80", "https": "443"}

CLEAN_URL: Final = re.compile(
    r"(https?)://([A-Za-z0-9._-]+)(?::([1-9][0-9]{0,3}))?"
    r"(/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*(?:\?[A-Za-z0-9._~!$&()*+,;=:@%/?-]*)?)?(?:#[!-~]*)?"
).fullmatch
"""A URL that is canonical but for its host, unless a dot segment hides in it: (scheme, host, port, path and query)."""

_BLANKS: Final = " \t\n\r"
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_IGNORED_IN_URLS: Final = str.maketrans("", "", "\t\n\r")
_SPECIAL: Final = re.compile(r"(?:https?|ftp|wss?):[/\\]*", re.IGNORECASE)
_OTHER_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[/\\]{2}")
_AUTHORITY: Final = re.compile(r"[^/\\?#]*")
_PORT: Final = re.compile(r"[0-9]{0,256}")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_IPV6: Final = re.compile(r"[0-9A-Fa-f:.]+")


class Place(msgspec.Struct, frozen=True):
    """The host of a text, folded, and its canonical URL; `url` is empty for a bare host (with or without a port)."""

    host: Host
    url: str


def find_place(text: str) -> Place | HostProblem:
    """Find the host of a text and fold it."""
    if len(text) > MAX_INPUT:
        return HostProblem("too-long", f"{len(text)} characters; {MAX_INPUT} are read at most")
    if SIMPLE_TEXT(text):  # nothing but a host: what follows would find no more
        host = _fold_authority(text)
        return host if isinstance(host, HostProblem) else Place(host, "")
    meant = refang(text.strip(_BLANKS))
    if not meant:
        return HostProblem("empty", "nothing is there")
    if control := _CONTROL.search(meant):
        return HostProblem("bad-character", f"U+{ord(control.group()):04X} is a control character")
    joined = meant.translate(_IGNORED_IN_URLS)
    if scheme := _SPECIAL.match(joined):
        authority = _authority(joined, scheme.end())
        host = _fold_authority(authority.rpartition("@")[2])
        return host if isinstance(host, HostProblem) else _place(joined, host)
    if _OTHER_SCHEME.match(joined):
        return HostProblem(
            "unsupported-scheme", f"{joined.partition(':')[0][:32]!r} is not http, https, ftp, ws or wss"
        )
    return _find_without_scheme(meant.removeprefix("//").removeprefix("*."))


def _find_without_scheme(text: str) -> Place | HostProblem:
    authority = _authority(text, 0)
    if "@" in authority:
        return HostProblem("ambiguous", "an e-mail address, or a URL with userinfo and no scheme")
    host = _fold_authority(authority)
    if isinstance(host, HostProblem):
        return host
    return Place(host, "") if len(authority) == len(text) else _place(f"http://{text}", host)


def _authority(text: str, start: int) -> str:
    found = _AUTHORITY.match(text, start)
    return found.group() if found else ""


def _fold_authority(authority: str) -> Host | HostProblem:
    """Fold `host[:port]`; whatever is an IP address is refused."""
    if authority.startswith("[") or (authority.count(":") > 1 and _IPV6.fullmatch(authority)):
        return HostProblem("ip-address", "an IPv6 address is no name")
    written, _, port = authority.partition(":")
    if not _PORT.fullmatch(port) or int(port or 0) > MAX_PORT:
        return HostProblem("bad-port", f"{port[:32]!r} is no port")
    if "%" in written:
        try:
            written = unquote_to_bytes(written).decode()
        except UnicodeError:  # a lone surrogate cannot be encoded either
            return HostProblem("bad-percent", "the percent-encoded host is not UTF-8")
    host = fold_host(written)
    if isinstance(host, Host) and _NUMBER.fullmatch(host.ascii.rpartition(".")[2]):
        return HostProblem(*IPV4)
    return host


def _place(url: str, host: Host) -> Place | HostProblem:
    """Let ada normalise the URL and see whether it finds the same host."""
    try:
        href = ada_url.normalize_url(url)
    except ValueError:
        return HostProblem("bad-url", "it is no URL by the WHATWG standard")
    scheme, _, rest = href.partition("://")
    authority, _, path = rest.partition("/")
    seen, colon, port = authority.rpartition("@")[2].partition(":")
    if seen.removesuffix(".") != host.ascii:
        return HostProblem("ambiguous", f"readers of URLs differ about its host: {host.ascii!r} or {seen[:253]!r}")
    return Place(host, f"{scheme}://{host.ascii}{colon}{port}/{path.partition('#')[0]}")
