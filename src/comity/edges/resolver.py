"""Ask the node's resolver whether a name resolves: addresses, name servers and where its mail goes.

Each outcome is told apart: the name exists or not (NXDOMAIN), it has no addresses, the resolver failed (SERVFAIL),
refused, did not answer in time, answered with a loop of aliases or with what is no DNS message.  An answer that does
not fit into a datagram is asked for again over TCP.  Addresses are only told, never connected to, so a name that
points inward (DNS rebinding) leads this node nowhere.
"""

import ipaddress
import time
from typing import Final

import dns.exception
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
from dns.rdtypes.ANY.MX import MX

from comity.core.errors import SettingError
from comity.core.labels import Host, fold_host
from comity.core.observations import Answer, Resolution
from comity.edges.home import Home

_PAYLOAD_BYTES: Final = 1232
_TRY_SECONDS: Final = 3.0
_TRIES: Final = 2  # a datagram may be lost
_MOST: Final = 64  # records of a kind that are kept
_KINDS: Final = ("A", "AAAA", "NS", "MX")
_RCODES: Final[dict[int, Answer]] = {
    int(dns.rcode.NXDOMAIN): "nxdomain",
    int(dns.rcode.SERVFAIL): "servfail",
    int(dns.rcode.REFUSED): "refused",
}


def resolve(home: Home, name: str) -> Resolution:
    """Ask about a name, given as A-labels.  Raises `SettingError` where no resolver is named."""
    server = home.settings.dns.server
    try:
        ipaddress.ip_address(server)
    except ValueError:
        raise SettingError(f"{server!r} is no resolver's address", item="[dns] server") from None
    until = time.monotonic() + home.settings.dns.deadline_seconds
    seen: dict[str, tuple[str, ...]] = {}
    answers: dict[str, Answer] = {}
    for kind in _KINDS:
        answers[kind], seen[kind] = _ask(home, name, kind, until)
        if answers[kind] == "nxdomain":
            return Resolution(name=name, answer="nxdomain")
    failed = tuple(kind for kind in _KINDS if answers[kind] not in {"resolves", "no-data"})
    addresses = seen["A"] + seen["AAAA"]
    about_addresses = [answers[kind] for kind in ("A", "AAAA") if kind in failed]
    return Resolution(
        name=name,
        answer="resolves" if addresses else about_addresses[0] if about_addresses else "no-data",
        addresses=addresses,
        name_servers=seen["NS"],
        mail_hosts=seen["MX"],
        unanswered=failed,
    )


def _ask(home: Home, name: str, kind: str, until: float) -> tuple[Answer, tuple[str, ...]]:
    """One question: what came of it, and the records."""
    question = dns.message.make_query(name, kind, use_edns=0, payload=_PAYLOAD_BYTES)
    answer: Answer = "timeout"
    for _try in range(_TRIES):
        left = until - time.monotonic()
        if left <= 0:
            return "timeout", ()
        try:
            response, _ = dns.query.udp_with_fallback(
                question, home.settings.dns.server, timeout=min(left, _TRY_SECONDS), port=home.settings.dns.port,
                ignore_unexpected=True, ignore_errors=True,
            )  # fmt: skip
        except dns.exception.Timeout:
            continue
        except (OSError, EOFError):
            answer = "timeout"  # nobody listens there, or broke off: it is not the name's
            continue
        except (dns.exception.DNSException, ValueError):
            return "malformed", ()
        return _read(response, kind)
    return answer, ()


def _read(response: dns.message.Message, kind: str) -> tuple[Answer, tuple[str, ...]]:
    code = int(response.rcode())
    if code not in {int(dns.rcode.NOERROR), int(dns.rcode.NXDOMAIN)}:
        return _RCODES.get(code, "malformed"), ()
    if not isinstance(response, dns.message.QueryMessage):
        return "malformed", ()
    try:
        chain = response.resolve_chaining()
    except dns.message.ChainTooLong:
        return "cname-loop", ()
    except (dns.exception.DNSException, ValueError):
        return "malformed", ()
    if code == int(dns.rcode.NXDOMAIN) and not chain.cnames:  # after aliases it is the last one's (RFC 6604)
        return "nxdomain", ()
    if chain.answer is None:
        return "no-data", ()
    texts = sorted({_text(rdata, kind) for rdata in chain.answer} - {""})[:_MOST]
    return ("resolves" if texts else "no-data"), tuple(texts)


def _text(rdata: object, kind: str) -> str:
    if kind in {"A", "AAAA"}:
        return str(getattr(rdata, "address", ""))
    target = rdata.exchange if isinstance(rdata, MX) else getattr(rdata, "target", dns.name.root)
    host = fold_host(target.to_text(omit_final_dot=True))
    return host.ascii if isinstance(host, Host) else ""  # the root: a null MX (RFC 7505) says that there is no mail
