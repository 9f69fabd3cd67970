"""EPP, the protocol between registries and registrars: frames and commands to bytes and back (RFC 5730, 5731,
5734, 5910).

A frame is a length of four octets, which counts itself, and one XML document.  What is written: hello, login, logout,
domain info, and domain update of statuses.  What is read: the greeting, and answers with their result code, their
identifiers and a domain's facts.  What a server sends is untrusted: bounded before it is parsed, no DTD, no
entity, no network; a document that is not what it should be is an `EppProtocolError`, and never guessed at.
"""

import re
from collections.abc import Collection
from typing import Any, ClassVar, Final, Literal
from xml.sax.saxutils import escape

import msgspec
from lxml import etree

from comity.core.epp_statuses import STATUSES
from comity.core.errors import ComityError, InputError

MAX_FRAME_BYTES: Final = 256 * 1024
HEADER_BYTES: Final = 4

EPP: Final = "urn:ietf:params:xml:ns:epp-1.0"
DOMAIN: Final = "urn:ietf:params:xml:ns:domain-1.0"
SEC_DNS: Final = "urn:ietf:params:xml:ns:secDNS-1.1"

_NAMES: Final = {"e": EPP, "d": DOMAIN}
_CLTRID: Final = re.compile(r"[A-Za-z0-9._:/-]{3,64}")
_HOST: Final = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,9}")
_MOST_SERVICES: Final = 100
_MOST_TEXT: Final = 1_000

Verdict = Literal["done", "pending", "transient", "refused", "prohibited", "not-found", "not-allowed", "session-over"]

# What an answer's code means for whoever sent the command (RFC 5730 §3); a code that is not here follows its hundreds.
_VERDICT_OF_CODE: Final[dict[int, Verdict]] = {
    1001: "pending",
    2200: "not-allowed",
    2201: "not-allowed",
    2202: "not-allowed",
    2303: "not-found",
    2304: "prohibited",
    2305: "prohibited",
    2400: "transient",
    2500: "session-over",
    2501: "session-over",
    2502: "session-over",
}


class EppProtocolError(ComityError):
    """An EPP server sent something that is not EPP, or not an answer to what it was asked."""

    code: ClassVar[str] = "epp-malformed"
    http_status: ClassVar[int] = 502


class Greeting(msgspec.Struct, frozen=True):
    """What a server says first: who it is and what it speaks."""

    server: str
    versions: tuple[str, ...]
    languages: tuple[str, ...]
    objects: tuple[str, ...]
    extensions: tuple[str, ...]


class DomainInfo(msgspec.Struct, frozen=True):
    """A domain name as its registry has it: no contacts, since nobody here needs them."""

    name: str
    statuses: tuple[str, ...]
    sponsor: str
    nameservers: tuple[str, ...] = ()


class EppAnswer(msgspec.Struct, frozen=True):
    """A server's answer to one command."""

    code: int
    message: str
    cltrid: str
    svtrid: str
    domain: DomainInfo | None = None

    @property
    def verdict(self) -> Verdict:
        """What the code means for whoever asked."""
        return _VERDICT_OF_CODE.get(self.code) or ("done" if self.code < 2000 else "refused")


def frame(document: bytes) -> bytes:
    """Put a document into a frame.  Raises `InputError` when it is too long."""
    length = len(document) + HEADER_BYTES
    if length > MAX_FRAME_BYTES:
        raise InputError(f"a frame has at most {MAX_FRAME_BYTES} octets", item="EPP")
    return length.to_bytes(HEADER_BYTES, "big") + document


def parse_length(header: bytes) -> int:
    """Answer how many octets follow a frame's header."""
    length = int.from_bytes(header, "big")
    if len(header) != HEADER_BYTES or not HEADER_BYTES < length <= MAX_FRAME_BYTES:
        raise EppProtocolError(f"a frame of {length} octets; {MAX_FRAME_BYTES} are let in", item="EPP")
    return length - HEADER_BYTES


def render_hello() -> bytes:
    """Ask for the greeting."""
    return _document("<hello/>")


def render_login(client: str, password: str, greeting: Greeting, *, cltrid: str) -> bytes:
    """Log in with the services that the greeting offers, all of them and no others (else a server answers 2307)."""
    version = "1.0" if "1.0" in greeting.versions else greeting.versions[0]
    language = "en" if "en" in greeting.languages else greeting.languages[0]
    objects = "".join(f"<objURI>{escape(uri)}</objURI>" for uri in greeting.objects)
    extensions = "".join(f"<extURI>{escape(uri)}</extURI>" for uri in greeting.extensions)
    more = f"<svcExtension>{extensions}</svcExtension>" if extensions else ""
    return _command(
        f"<login><clID>{escape(client)}</clID><pw>{escape(password)}</pw><options><version>{escape(version)}</version>"
        f"<lang>{escape(language)}</lang></options><svcs>{objects}{more}</svcs></login>",
        cltrid,
    )


def render_logout(*, cltrid: str) -> bytes:
    """End the session."""
    return _command("<logout/>", cltrid)


def render_info(name: str, *, cltrid: str) -> bytes:
    """Ask what the registry knows of a name and of the hosts it is delegated to."""
    domain = f'<domain:info xmlns:domain="{DOMAIN}"><domain:name hosts="del">{_host(name)}</domain:name></domain:info>'
    return _command(f"<info>{domain}</info>", cltrid)


def render_update(name: str, *, add: Collection[str], remove: Collection[str], cltrid: str) -> bytes:
    """Add statuses to a name and remove others.  Raises `InputError` when there is nothing to do."""
    unknown = sorted((set(add) | set(remove)) - set(STATUSES))
    if unknown or not (add or remove) or set(add) & set(remove):
        raise InputError(f"no such update of statuses: {unknown}", item=name)
    parts = "".join(
        f"<domain:{part}>{_statuses(which)}</domain:{part}>" for part, which in (("add", add), ("rem", remove)) if which
    )
    domain = f'<domain:update xmlns:domain="{DOMAIN}"><domain:name>{_host(name)}</domain:name>{parts}</domain:update>'
    return _command(f"<update>{domain}</update>", cltrid)


def parse_greeting(data: bytes) -> Greeting:
    """Read a greeting.  Raises `EppProtocolError`."""
    root = _parse(data)
    greeting = root.find("e:greeting", _NAMES)
    if greeting is None:
        raise EppProtocolError("the server did not greet", item="EPP")
    menu = "e:svcMenu/"
    found = Greeting(
        server=_text(greeting, "e:svID"),
        versions=_texts(greeting, menu + "e:version"),
        languages=_texts(greeting, menu + "e:lang"),
        objects=_texts(greeting, menu + "e:objURI"),
        extensions=_texts(greeting, menu + "e:svcExtension/e:extURI"),
    )
    if not (found.versions and found.languages and DOMAIN in found.objects):
        raise EppProtocolError("the greeting offers no domain names", item=found.server)
    return found


def parse_answer(data: bytes) -> EppAnswer:
    """Read an answer.  Raises `EppProtocolError`."""
    root = _parse(data)
    response = root.find("e:response", _NAMES)
    if response is None:
        raise EppProtocolError("the server did not answer with a response", item="EPP")
    result = response.find("e:result", _NAMES)
    code = result.get("code", "") if result is not None else ""
    if result is None or not re.fullmatch(r"[12][0-9]{3}", code):
        raise EppProtocolError("the answer has no result code", item="EPP")
    return EppAnswer(
        code=int(code),
        message=_text(result, "e:msg"),
        cltrid=_text(response, "e:trID/e:clTRID"),
        svtrid=_text(response, "e:trID/e:svTRID"),
        domain=_domain(response),
    )


def _domain(response: Any) -> DomainInfo | None:
    data = response.find("e:resData/d:infData", _NAMES)
    if data is None:
        return None
    statuses = tuple(sorted({one.get("s", "") for one in data.findall("d:status", _NAMES)}))
    if not set(statuses) <= set(STATUSES):
        raise EppProtocolError("the answer has a status that RFC 5731 does not know", item="EPP")
    hosts = _texts(data, "d:ns/d:hostObj") + _texts(data, "d:ns/d:hostAttr/d:hostName")
    return DomainInfo(
        name=_text(data, "d:name").lower(),
        statuses=statuses,
        sponsor=_text(data, "d:clID"),
        nameservers=tuple(sorted(host.lower() for host in hosts)),
    )


def _parse(data: bytes) -> Any:
    if len(data) > MAX_FRAME_BYTES:
        raise EppProtocolError("the document is too long", item="EPP")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise EppProtocolError(f"the document is not well-formed: {str(error)[:200]}", item="EPP") from None
    if root.getroottree().docinfo.doctype:
        raise EppProtocolError("the document declares a DTD", item="EPP")
    if root.tag != f"{{{EPP}}}epp":
        raise EppProtocolError("the document is not EPP 1.0", item="EPP")
    return root


def _text(element: Any, path: str) -> str:
    found = element.find(path, _NAMES)
    return " ".join("".join(found.itertext()).split())[:_MOST_TEXT] if found is not None else ""


def _texts(element: Any, path: str) -> tuple[str, ...]:
    found = element.findall(path, _NAMES)[:_MOST_SERVICES]
    return tuple(text for one in found if (text := " ".join("".join(one.itertext()).split())[:_MOST_TEXT]))


def _command(body: str, cltrid: str) -> bytes:
    if not _CLTRID.fullmatch(cltrid):
        raise InputError("an operation's identifier has 3 to 64 letters, digits or . _ : / -", item=cltrid)
    return _document(f"<command>{body}<clTRID>{cltrid}</clTRID></command>")


def _document(body: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8" standalone="no"?><epp xmlns="{EPP}">{body}</epp>'.encode()


def _statuses(statuses: Collection[str]) -> str:
    return "".join(f'<domain:status s="{status}"/>' for status in sorted(statuses))


def _host(name: str) -> str:
    if not _HOST.fullmatch(name):
        raise InputError("is not a domain name in A-labels", item=name[:100])
    return name
