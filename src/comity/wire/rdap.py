"""What does a registration data server (RDAP, RFC 9083) say of a domain, and which server is asked (RFC 9224)?

The answer is a stranger's: it is bounded before it is parsed, typed while it is parsed, and refused with a code where
it speaks of another name, holds letters that deceive the eye, or is not what RFC 9083 describes.  Taken over are
registrar, abuse contact (RFC 7095), statuses (as EPP's, RFC 8056), dates, name servers and DNSSEC; whatever it says of
a registrant is not read at all.  A date or address that cannot be read is left out.
"""

import re
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from comity.core.harmless import show_unseen
from comity.core.labels import Host, fold_host
from comity.core.mail_addresses import fold_address
from comity.core.observations import Registration

MAX_BYTES: Final = 262_144
BOOTSTRAP_MAX_BYTES: Final = 4_194_304
_MAX_ITEMS: Final = 64
_MAX_TEXT: Final = 200
_DEEPEST: Final = 4  # entities within entities: registrar, its abuse contact, and room
_YEARS: Final = range(1980, 2200)
_STATUS: Final = re.compile(r"[a-z]+(?: [a-z]+){0,4}")

# RFC 8056 §2, where the words do not simply run together.
_STATUSES: Final[dict[str, str]] = {"active": "ok", "associated": "linked"}


class RdapProblem(msgspec.Struct, frozen=True):
    """Why an answer cannot be taken: a stable code and a sentence."""

    code: str
    reason: str


class _Event(msgspec.Struct):
    action: str = msgspec.field(name="eventAction", default="")
    date: str = msgspec.field(name="eventDate", default="")


class _PublicId(msgspec.Struct):
    kind: str = msgspec.field(name="type", default="")
    identifier: str = ""


class _Entity(msgspec.Struct):
    handle: str = ""
    roles: list[str] = []
    public_ids: list[_PublicId] = msgspec.field(name="publicIds", default_factory=list)
    vcard: Any = msgspec.field(name="vcardArray", default=None)
    entities: list["_Entity"] = []


class _NameServer(msgspec.Struct):
    name: str = msgspec.field(name="ldhName", default="")


class _SecureDns(msgspec.Struct):
    is_signed: bool = msgspec.field(name="delegationSigned", default=False)


class _Domain(msgspec.Struct):
    kind: str = msgspec.field(name="objectClassName", default="")
    name: str = msgspec.field(name="ldhName", default="")
    status: list[str] = []
    events: list[_Event] = []
    entities: list[_Entity] = []
    name_servers: list[_NameServer] = msgspec.field(name="nameservers", default_factory=list)
    secure_dns: _SecureDns = msgspec.field(name="secureDNS", default_factory=_SecureDns)


class _Bootstrap(msgspec.Struct):
    services: list[list[list[str]]]


_decode_domain = msgspec.json.Decoder(_Domain).decode
_decode_bootstrap = msgspec.json.Decoder(_Bootstrap).decode


def parse_bootstrap(data: bytes) -> dict[str, str] | RdapProblem:
    """Read IANA's list of servers: the HTTPS address by top-level domain (A-label).  A zone without one is left out."""
    if len(data) > BOOTSTRAP_MAX_BYTES:
        return RdapProblem("too-large", f"{len(data):,} bytes; a bootstrap file has at most {BOOTSTRAP_MAX_BYTES:,}")
    try:
        services = _decode_bootstrap(data).services
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return RdapProblem("malformed", f"not a bootstrap file of RFC 9224: {error}")
    found: dict[str, str] = {}
    for service in services:
        if len(service) < 2:
            return RdapProblem("malformed", "a service is a list of entries and a list of addresses")
        address = next((url for url in service[1] if is_server(url)), "")
        found |= {zone.lower(): address for zone in service[0] if address and zone.isascii()}
    return found


def is_server(url: str) -> bool:
    """Answer whether an address can be that of a server that is asked: HTTPS, a host, nothing of a user or query."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url
    return plain and parts.scheme == "https" and bool(parts.hostname) and port != 0 and not (
        parts.username or parts.query or parts.fragment
    )  # fmt: skip


def parse_domain(data: bytes, *, asked: str) -> Registration | RdapProblem:
    """Read the answer about one name, given as A-labels."""
    if len(data) > MAX_BYTES:
        return RdapProblem("too-large", f"{len(data):,} bytes; an answer has at most {MAX_BYTES:,}")
    try:
        domain = _decode_domain(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return RdapProblem("malformed", f"not an answer of RFC 9083: {error}")
    if domain.kind != "domain":
        return RdapProblem("not-a-domain", "the answer is not about a domain")
    if domain.name.lower().removesuffix(".") != asked:
        return RdapProblem("other-name", "the answer is about another name than was asked")
    registrar = next((one for one in domain.entities[:_MAX_ITEMS] if "registrar" in one.roles), _Entity())
    texts = {"registrar": _card(registrar.vcard, "fn") or registrar.handle, "registrar_id": _identifier(registrar)}
    if any(show_unseen(text) != text for text in texts.values()):
        return RdapProblem("unsafe-text", "the registrar's name holds letters that are not seen")
    hosts = [fold_host(one.name, strict=False) for one in domain.name_servers[:_MAX_ITEMS]]
    servers = tuple(sorted({host.ascii for host in hosts if isinstance(host, Host)}))
    if len(domain.name_servers) > _MAX_ITEMS or not all(isinstance(host, Host) for host in hosts):
        return RdapProblem("bad-name-server", "a name server has no name that could be one, or there are too many")
    statuses = {_status(word) for word in domain.status[:_MAX_ITEMS]}
    return Registration(
        name=asked,
        registrar=" ".join(texts["registrar"].split())[:_MAX_TEXT],
        registrar_id=texts["registrar_id"][:_MAX_TEXT],
        abuse_email=_abuse_email(registrar) or _abuse_email(_Entity(entities=domain.entities)),
        statuses=tuple(sorted(statuses - {""})),
        name_servers=servers,
        registered_at=_when(domain.events, "registration"),
        changed_at=_when(domain.events, "last changed"),
        expires_at=_when(domain.events, "expiration"),
        is_signed=domain.secure_dns.is_signed,
    )


def _status(word: str) -> str:
    """RDAP's word as EPP writes it: `client hold` is clientHold."""
    word = word.lower()
    if not _STATUS.fullmatch(word) or len(word) > _MAX_TEXT:
        return ""
    first, *rest = word.split(" ")
    return _STATUSES.get(word, first + "".join(part.capitalize() for part in rest))


def _when(events: list[_Event], action: str) -> datetime | None:
    """The moment of an event; None where none is told, or none that can be read with its zone."""
    for event in events[:_MAX_ITEMS]:
        if event.action.lower() == action:
            try:
                at = datetime.fromisoformat(event.date)
                return at.astimezone(UTC) if at.tzinfo is not None and at.year in _YEARS else None
            except (ValueError, OverflowError):
                return None
    return None


def _identifier(registrar: _Entity) -> str:
    ids = registrar.public_ids[:_MAX_ITEMS]
    return next((one.identifier for one in ids if one.kind.lower() == "iana registrar id"), "") or registrar.handle


def _abuse_email(entity: _Entity, depth: int = 0) -> str:
    """The address of the first abuse contact below an entity; what is the registrant's is not read."""
    for one in entity.entities[:_MAX_ITEMS]:
        if "registrant" in one.roles:
            continue
        if "abuse" in one.roles:
            folded = fold_address(_card(one.vcard, "email").removeprefix("mailto:"))
            if isinstance(folded, str):
                return folded
        if depth < _DEEPEST and (found := _abuse_email(one, depth + 1)):
            return found
    return ""


def _card(vcard: Any, wanted: str) -> str:
    """The first value of a property of a jCard; empty where there is none that is a text."""
    if not isinstance(vcard, list) or len(vcard) < 2 or not isinstance(vcard[1], list):
        return ""
    for line in vcard[1][:_MAX_ITEMS]:
        if isinstance(line, list) and len(line) > 3 and line[0] == wanted and isinstance(line[3], str):
            return line[3]
    return ""
