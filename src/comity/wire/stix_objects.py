"""Told items as STIX 2.1 objects (docs/spec/stix.md): for outputs, whatever carries them.

A report is an indicator, based on what was observed; a case is an incident with a report that gathers what is bad of
it, our opinion where the desk has decided, and the action taken; a further report is a sighting; an article is a course
of action; a message of a consultation is a note.  `modified` is the item's version; what was withdrawn is `revoked`,
and says no more than STIX requires: the same identifiers, and nothing of what was claimed.
The extension bears the item as it was told, so that nothing is lost on the way back (`wire.stix_document`).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import msgspec

from comity.core.markings import STIX_MARKING, Tlp
from comity.core.outcomes import public_line
from comity.core.told_items import (
    Told,
    ToldArticle,
    ToldCase,
    ToldConsultation,
    ToldKind,
    ToldReport,
    ToldSighting,
)
from comity.wire.stix import identity, stix_moment, stix_time
from comity.wire.stix_shared import TOLD_EXTENSION, StixObject, action, party, sco_id, stix_id, uri_of, write

_TYPES: Final[dict[str, str]] = {"unauthorized-access": "compromised"}
_CONFIRMED: Final = frozenset(
    ("confirmed", "notified", "hold_proposed", "on_hold", "mitigated", "restoring")
)  # by a person

# Of a revoked object these go; what STIX requires or advises in their place says nothing.
_CLAIMS: Final = frozenset(
    ("name", "description", "confidence", "labels", "indicator_types", "report_types", "explanation", "abstract")
)
_REQUIRED: Final[dict[str, dict[str, Any]]] = {
    "indicator": {"name": "withdrawn", "description": "withdrawn", "indicator_types": ["unknown"]},
    "incident": {"name": "withdrawn"},
    "report": {"name": "withdrawn"},
    "course-of-action": {"name": "withdrawn"},
    "opinion": {"opinion": "neutral"},
    "note": {"content": "withdrawn"},
}


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One version of an item as an output writes it.  `told` is None where it was erased."""

    kind: ToldKind
    subject: str
    version: datetime
    since: datetime  # the item's first version
    is_withdrawn: bool
    registrable: str
    category: str
    tlp: Tlp
    clause: str
    memorandum: str
    told: Told | None


def write_version(item: Version, *, publisher: str) -> list[StixObject]:
    """Write the objects of a version, each once; what they refer to and every collection has is in `stix_shared`."""
    built = list(_build(item, publisher))
    if item.is_withdrawn:
        built = [one if isinstance(one, StixObject) else _silent(item, one) for one in built]
    return [one if isinstance(one, StixObject) else write(one) for one in built]


def primary_id(item: Version) -> str:
    """The identifier of the object that an item is, erased or not."""
    if item.kind == "report":
        return f"indicator--{item.subject}"
    if item.kind == "case":
        return f"incident--{item.subject}"
    kinds = {"sighting": "sighting", "article": "course-of-action", "consultation": "note"}
    return f"{kinds[item.kind]}--{item.subject}"


def _build(item: Version, publisher: str) -> Iterator[dict[str, Any] | StixObject]:
    told = item.told
    match told:
        case ToldReport():
            yield from _report(item, told, publisher)
        case ToldCase():
            yield from _case(item, told, publisher)
        case ToldSighting():
            yield {
                **_head(item, "sighting", primary_id(item), publisher), "count": told.count,
                "first_seen": stix_moment(told.first_seen), "last_seen": stix_moment(told.last_seen),
                "sighting_of_ref": f"indicator--{told.of_report}", "where_sighted_refs": [identity(publisher)],
                "description": f"{told.registrable}: reported again",
            }  # fmt: skip
        case ToldArticle():
            yield {
                **_head(item, "course-of-action", primary_id(item), publisher), "name": told.title,
                "description": told.text, "lang": told.language, "labels": ["playbook", *told.categories],
            }  # fmt: skip
        case ToldConsultation():
            yield {
                **_head(item, "note", primary_id(item), publisher), "abstract": told.subject, "content": told.text,
                "object_refs": [identity(publisher)], "labels": ["consultation"],
            }  # fmt: skip
        case None:
            yield _erased(item, publisher)


def _report(item: Version, told: ToldReport, publisher: str) -> Iterator[dict[str, Any] | StixObject]:
    report = told.report
    seen = report.observed_at or item.since
    objects = _addresses(told.host, (told.target,), item.tlp)
    yield from objects
    indicator = {
        **_head(item, "indicator", primary_id(item), publisher),
        "name": f"{report.category}: {told.target[:200]}",
        "indicator_types": [_TYPES.get(report.category, "malicious-activity")],
        "pattern": pattern_of(told.target), "pattern_type": "stix", "valid_from": stix_moment(seen),
        "labels": [report.category],
    }  # fmt: skip
    indicator["description"] = report.narrative or f"{told.host} was reported for {report.category}."
    if report.confidence is not None:
        indicator["confidence"] = round(report.confidence * 100)
    yield indicator
    observed = stix_id("observed-data", item.subject)
    yield {
        **_head(item, "observed-data", observed, publisher, with_item=False), "first_observed": stix_moment(seen),
        "last_observed": stix_moment(max(seen, report.verified_at or seen)), "number_observed": 1,
        "object_refs": [one["id"] for one in objects],
    }  # fmt: skip
    yield _relation(item, primary_id(item), "based-on", observed, publisher)


def _case(item: Version, told: ToldCase, publisher: str) -> Iterator[dict[str, Any] | StixObject]:
    incident = primary_id(item)
    if told.party != publisher:
        yield party(told.party)
    yield {
        **_head(item, "incident", incident, publisher), "name": f"{told.category}: {told.registrable}",
        "labels": [told.category, told.state],
    }  # fmt: skip
    addresses = _addresses(told.registrable, told.targets, item.tlp)
    yield from addresses
    yield {
        **_head(item, "report", stix_id("report", item.subject), publisher, with_item=False),
        "name": f"{told.category}: {told.registrable}", "report_types": ["indicator"],
        "published": stix_moment(item.since), "object_refs": [incident, *(one["id"] for one in addresses)],
        "labels": [told.category],
    }  # fmt: skip
    opinion = _opinion_of(told)
    yield {
        **_head(item, "opinion", stix_id("opinion", item.subject), publisher, with_item=False),
        "opinion": opinion or "neutral", "object_refs": [incident],
        "explanation": told.outcome or told.state,
    }  # fmt: skip
    taken = action(told.action)
    if taken is not None:
        yield taken
        yield _relation(item, taken.id, "related-to", incident, publisher)


def _opinion_of(told: ToldCase) -> str:
    """What the desk thinks of what was reported: decided by a person, or not yet."""
    if told.outcome:
        line = public_line(told.outcome)
        if line == "insufficient-grounds" or told.outcome in {"withdrawn", "restored_on_appeal"}:
            return "strongly-disagree"
        return "strongly-agree" if line in {"taken-off", "restored"} else "agree"
    return "agree" if told.state in _CONFIRMED else ""


def _erased(item: Version, publisher: str) -> dict[str, Any]:
    """What can be said of an item that was erased: that it is no more."""
    kind = primary_id(item).partition("--")[0]
    built = _head(item, kind, primary_id(item), publisher)
    if kind == "indicator":
        return built | {
            "pattern": pattern_of(item.registrable), "pattern_type": "stix", "valid_from": stix_moment(item.since),
            "name": f"{item.category}: {item.registrable}", "indicator_types": ["unknown"], "labels": [item.category],
        }  # fmt: skip
    if kind == "note":
        return built | {"content": "erased", "abstract": "erased", "object_refs": [identity(publisher)]}
    return built | {"name": f"{item.category}: {item.registrable}" if item.registrable else "erased"}


def _silent(item: Version, built: dict[str, Any]) -> dict[str, Any]:
    """A revoked object without what it claimed: a version that takes a word back must not say it again."""
    if not built.get("revoked"):
        return built
    kept = {name: value for name, value in built.items() if name not in _CLAIMS}
    required = _REQUIRED.get(built["type"], {})
    if built["type"] == "indicator":
        kept["pattern"] = pattern_of(item.registrable)
    if "extensions" in kept:
        told = kept["extensions"][TOLD_EXTENSION]
        kept["extensions"] = {TOLD_EXTENSION: {name: value for name, value in told.items() if name != "item"}}
    return kept | required


def _head(item: Version, kind: str, stix_object: str, publisher: str, *, with_item: bool = True) -> dict[str, Any]:
    head: dict[str, Any] = {
        "type": kind, "spec_version": "2.1", "id": stix_object, "created_by_ref": identity(publisher),
        "created": stix_time(item.since), "modified": stix_time(item.version),
        "object_marking_refs": [STIX_MARKING[item.tlp]],
    }  # fmt: skip
    if item.is_withdrawn:
        head["revoked"] = True
    if with_item:
        extension: dict[str, Any] = {"extension_type": "property-extension", "clause": item.clause}
        if item.memorandum:
            extension["memorandum"] = item.memorandum
        if item.told is not None:
            extension["item"] = msgspec.to_builtins(item.told)
        head["extensions"] = {TOLD_EXTENSION: extension}
    return head


def _relation(item: Version, source: str, kind: str, target: str, publisher: str) -> dict[str, Any]:
    return {
        **_head(item, "relationship", stix_id("relationship", source, kind, target), publisher, with_item=False),
        "relationship_type": kind, "source_ref": source, "target_ref": target,
    }  # fmt: skip


def _addresses(host: str, targets: tuple[str, ...], tlp: Tlp) -> list[dict[str, Any]]:
    values = [("domain-name", host)]
    values += [("url", uri_of(target)) if "://" in target else ("domain-name", target) for target in targets]
    return [
        {
            "type": kind, "spec_version": "2.1", "id": sco_id(kind, value), "value": value,
            "object_marking_refs": [STIX_MARKING[tlp]],
        }
        for kind, value in dict.fromkeys(values)
    ]  # fmt: skip


def pattern_of(target: str) -> str:
    """The STIX pattern of a canonical URL or host (§9: a backslash and a quote are escaped, nothing else is)."""
    quoted = target.replace("\\", "\\\\").replace("'", "\\'")
    return f"[{'url' if '://' in target else 'domain-name'}:value = '{quoted}']"
