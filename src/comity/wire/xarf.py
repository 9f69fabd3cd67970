"""A notice as a machine reads it: one XARF v4 report (xarf.org, schemas 4.2.0) for a case.

It says what the node says and no more: the party is reporter and sender, whoever reported to it is in no field; of the
registrant nothing is told.  `domain` is left out for names with A-labels, which the schema's pattern has no room for;
the name stands in `source_identifier`.  Content reports need the exact URL: where none is known there is no XARF
report, for an invented one would accuse a page that nobody saw.
"""

import re
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from comity.core.observations import Registration
from comity.core.reports import Report
from comity.wire.canonical import canonical

VERSION: Final = "4.2.0"
_DESCRIPTION: Final = 1000
_ORGANISATION: Final = 200
_PLAIN_DOMAIN: Final = re.compile(r"([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]{2,}")
_C2_PROTOCOLS: Final = frozenset({"http", "https", "tcp", "udp", "dns", "irc", "p2p"})


class XarfFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a report is made of.  `report` and `target` are as the audience may read them (`core.onward`)."""

    report_id: str  # a UUID of version 4
    party: str
    organisation: str
    contact: str
    at: datetime
    host: str
    category: str
    disposition: str
    report: Report
    target: str
    registration: Registration | None = None
    score: float | None = None


def render_xarf(facts: XarfFacts) -> bytes | None:
    """Write the report as canonical JSON; None where XARF has no type that would be true."""
    body = _body(facts)
    if body is None:
        return None
    who = {"org": facts.organisation[:_ORGANISATION], "contact": facts.contact, "domain": facts.party}
    report: dict[str, Any] = {
        "xarf_version": VERSION,
        "report_id": facts.report_id,
        "timestamp": _time(facts.report.observed_at or facts.at),
        "reporter": who,
        "sender": who,
        "source_identifier": facts.host,
        "description": _description(facts.report),
        "tags": [f"comity:{facts.category}"] + ([f"disposition:{facts.disposition}"] if facts.disposition else []),
        **body,
    }
    if facts.report.port is not None:
        report["source_port"] = facts.report.port
    if facts.score is not None:
        report["confidence"] = facts.score
    return canonical({name: value for name, value in report.items() if value not in ("", None)})


def _body(facts: XarfFacts) -> dict[str, Any] | None:
    report = facts.report
    if facts.category == "botnet-c2":
        protocol = report.protocol.lower()
        return {
            "category": "infrastructure",
            "type": "botnet",
            "c2_server": facts.host,
            "c2_protocol": protocol if protocol in _C2_PROTOCOLS else "custom" if protocol else None,
            "malware_family": report.malware_family[:200] or None,
            "compromise_evidence": _evidence(report) or "The name was observed as a botnet controller.",
        }
    if facts.category == "spam-vector":
        return {"category": "messaging", "type": "spam", "protocol": "other"}
    url = facts.target if urlsplit(facts.target).scheme in {"http", "https"} and facts.target.isascii() else ""
    if facts.category == "unauthorized-access" and not url:
        method = report.attack_kind or "not known"
        return {"category": "infrastructure", "type": "compromised_server", "compromise_method": method}
    if not url:
        return None
    return _content(facts, url)


def _content(facts: XarfFacts, url: str) -> dict[str, Any]:
    report = facts.report
    body: dict[str, Any] = {"category": "content", "url": url}
    if _PLAIN_DOMAIN.fullmatch(facts.host):
        body["domain"] = facts.host
    if report.verified_at is not None:
        body["verified_at"] = _time(report.verified_at)
    if report.impersonated_party:
        body["target_brand"] = report.impersonated_party
    if facts.registration is not None:
        body |= _registered(facts.registration)
    if facts.category == "phishing":
        return body | {"type": "phishing"}
    if facts.category == "malware":
        body |= {"type": "malware", "malware_family": report.malware_family or None}
        return body | ({"file_hashes": {"sha256": report.sha256}} if report.sha256 else {})
    return body | {"type": "remote_compromise", "compromise_type": "other"}


def _registered(seen: Registration) -> dict[str, Any]:
    whois = {
        "created_date": _time(seen.registered_at) if seen.registered_at else None,
        "updated_date": _time(seen.changed_at) if seen.changed_at else None,
        "expiry_date": _time(seen.expires_at) if seen.expires_at else None,
    }
    said: dict[str, Any] = {"whois": {name: value for name, value in whois.items() if value}}
    if seen.registrar:
        said["registrar"] = seen.registrar
    if seen.name_servers:
        said["nameservers"] = list(seen.name_servers)
    return {name: value for name, value in said.items() if value}


def _description(report: Report) -> str:
    evidence = _evidence(report)
    room = _DESCRIPTION - (len(evidence) + 1 if evidence else 0)
    return "\n".join(text for text in (report.narrative[: max(room, 0)], evidence[:_DESCRIPTION]) if text)


def _evidence(report: Report) -> str:
    """The pieces of evidence by kind and hash, a line each; the bytes themselves do not travel by mail."""
    lines = [f"{piece.kind} sha256:{piece.sha256}" for piece in report.evidence if piece.sha256]
    if report.sha256:
        lines.append(f"file sha256:{report.sha256}")
    return "\n".join(lines[:8])


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
