"""STIX bundles of anybody, 2.0 and 2.1, as documents: indicators and sightings become reports (docs/spec/stix.md §7).

Each name of an indicator's pattern is a record; a sighting makes one for each name of its indicator anew.  The
category comes from words by a declared table (`wire.stix_meanings`), or from a malware that the indicator indicates;
where they say none the record is a problem, never a guess.  A bare address, observed data without a category and what
was revoked claim nothing, and are told as problems with their text.  Nothing says that a person looked, so a report of
a foreign indicator is a machine's.  Objects of ours (an output, a ledger's payload) come back as the very report they
were written from.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final
from uuid import uuid5

import msgspec

from comity.core.markings import Tlp
from comity.core.reports import Problem, Record, Report, find_problems
from comity.core.told_items import ToldReport
from comity.wire.canonical import canonical
from comity.wire.documents import MAX_NAMED, Document, NotUnderstood
from comity.wire.stix import EXTENSION, NAMESPACE, PayloadProblem, parse_report
from comity.wire.stix_meanings import SAYS_NO_CATEGORY, TLP_OF, fold_category, strictest
from comity.wire.stix_members import confidence_of, phases_of, text_of, texts_of, time_of, tlp_defined
from comity.wire.stix_pattern import PatternProblem, parse_pattern
from comity.wire.stix_shared import TOLD_EXTENSION
from comity.wire.stix_split import Split, split_objects

_SIGN: Final = re.compile(rb'"(?:type"\s*:\s*"bundle"|id"\s*:\s*"bundle--)')
_ID: Final = re.compile(r"([a-z][a-z0-9-]{1,100})--[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_CONTEXT: Final = frozenset(
    ("identity", "relationship", "malware", "marking-definition", "extension-definition", "report", "grouping")
)
_ADDRESSES: Final = {"domain-name": "domain", "url": "url"}
_LONGEST_RAW: Final = 1 << 20
_LONGEST_NAME: Final = 4_096


class _Claim(msgspec.Struct, frozen=True):
    """An indicator that named something, until the whole is read."""

    split: Split
    id: str
    names: tuple[str, ...]
    sha256: str
    words: tuple[str, ...]
    tlps: tuple[str, ...]


def is_stix(head: bytes) -> bool:
    """Whether a document begins as a STIX bundle does."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" and _SIGN.search(head) is not None


def read_stix(data: bytes) -> Document:
    """Read a bundle.  Raises `InputError` where the whole cannot be read."""
    reading = _Reading()
    for split in split_objects(data):
        reading.take(split)
    return reading.finish()


class _Reading:
    """What of a bundle was read so far."""

    def __init__(self) -> None:
        self._records: list[tuple[int, Record]] = []
        self._claims: list[_Claim] = []
        self._sightings: list[Split] = []
        self._own: dict[str, Report] = {}
        self._malware: dict[str, str] = {}
        self._indicates: dict[str, list[str]] = {}
        self._titles: dict[str, str] = {}
        self._tlps: dict[str, Tlp] = dict(TLP_OF)
        self._carried: set[str] = set()  # what indicators and observations rest on: no claim of its own
        self._addresses: list[tuple[Split, str]] = []
        self._left: list[NotUnderstood] = []
        self._uncounted = 0

    def take(self, split: Split) -> None:
        """Read one object."""
        value = split.value
        if not isinstance(value, dict):
            self._refuse(split, "", "malformed", "an object is expected")
            return
        kind, stix_id = value.get("type"), value.get("id")
        matched = _ID.fullmatch(stix_id) if isinstance(stix_id, str) else None
        if split.twice:
            self._refuse(split, "", "duplicate-key", f"the key {split.twice[0][:40]!r} stands twice")
        elif _has_lone_surrogate(split):
            self._refuse(split, "", "bad-text", "a text in it is no Unicode (half of a surrogate pair)")
        elif not isinstance(kind, str) or matched is None or matched[1] != kind:
            self._refuse(split, "", "bad-id", "type and id do not say the same of what it is")
        elif kind == "indicator":
            self._indicator(split, value, matched.group())
        elif kind == "sighting":
            self._sightings.append(split)
        elif kind in _ADDRESSES:
            self._addresses.append((split, matched.group()))
        elif kind == "observed-data":
            self._observed(split, value)
        elif kind in _CONTEXT:
            self._context(kind, value, matched.group())
        else:
            self._leave(matched.group(), f"{kind} is not modelled here")

    def finish(self) -> Document:
        """Make the records, now that everything is known that an object refers to."""
        reports: dict[str, list[Report]] = {}
        for claim in self._claims:
            made = list(self._records_of(claim))
            reports[claim.id] = [record.report for record in made if record.report is not None]
            self._records += [(claim.split.place, record) for record in made]
        for stix_id, own in self._own.items():
            reports[stix_id] = [own]
        for split in self._sightings:
            self._records += [(split.place, record) for record in self._sighted(split, reports)]
        for split, stix_id in self._addresses:
            if stix_id not in self._carried:
                name = text_of(split.value, "value")
                self._refuse(split, name, "not-a-claim", "an address by itself says nothing of abuse")
        if self._uncounted:
            self._left.append(NotUnderstood("document", f"{self._uncounted} further things were not understood"))
        self._records.sort(key=lambda placed: placed[0])
        return Document(records=tuple(record for _, record in self._records), not_understood=tuple(self._left))

    def _indicator(self, split: Split, value: dict[str, Any], stix_id: str) -> None:
        if value.get("revoked") is True:
            self._refuse(split, "", "revoked", "its maker took it back")
            return
        own = self._read_own(value, stix_id)
        if own is not None:
            self._own[stix_id] = own
            self._records.append((split.place, _record(split, own)))
            return
        if value.get("pattern_type", "stix") != "stix":
            self._refuse(split, "", "other-pattern", f"a pattern of {str(value.get('pattern_type'))[:40]} is not read")
            return
        pattern = parse_pattern(text_of(value, "pattern"))
        if isinstance(pattern, PatternProblem):
            self._refuse(split, "", "bad-pattern", f"pattern, letter {pattern.place + 1}: {pattern.reason}")
            return
        for path in pattern.left if pattern.names else ():
            self._leave(stix_id, f"{path}: not modelled here")
        if not pattern.names:
            named = ", ".join((*pattern.left, *("file:hashes" for _ in pattern.sha256[:1])))[:200]
            self._refuse(split, "", "no-name", f"the pattern names no domain and no URL: {named}")
            return
        words = [*texts_of(value, "labels"), *texts_of(value, "indicator_types"), *phases_of(value)]
        self._claims.append(
            _Claim(split, stix_id, pattern.names, pattern.sha256[0] if len(pattern.sha256) == 1 else "", tuple(words),
                   tuple(texts_of(value, "object_marking_refs")))
        )  # fmt: skip

    def _read_own(self, value: dict[str, Any], stix_id: str) -> Report | None:
        """The report that an object of ours was written from; None where it is no object of ours or not a good one."""
        extensions = value.get("extensions")
        if not isinstance(extensions, dict):
            return None
        if EXTENSION in extensions:
            read = parse_report(canonical({"type": "bundle", "id": "bundle", "objects": [value]}))
            if not isinstance(read, PayloadProblem):
                return msgspec.structs.replace(read.report, report_id=read.report.report_id or read.report_id)
            self._leave(stix_id, f"the comity extension is not good: {read.reason}"[:300])
            return None
        told = extensions.get(TOLD_EXTENSION)
        if not isinstance(told, dict) or "item" not in told:
            return None
        try:
            item = msgspec.convert(told["item"], ToldReport)
        except msgspec.ValidationError as error:
            self._leave(stix_id, f"the comity extension is not good: {error}"[:300])
            return None
        report = msgspec.structs.replace(item.report, report_id=item.report.report_id or item.report_id)
        problems = find_problems(report)
        if problems:
            self._leave(stix_id, f"the comity extension is not good: {problems[0].message}")
            return None
        return report

    def _records_of(self, claim: _Claim) -> Iterator[Record]:
        value, words = claim.split.value, list(claim.words)
        families = [self._malware[one] for one in self._indicates.get(claim.id, ()) if one in self._malware]
        category = fold_category(words) or ("malware" if families else None)
        if category is None:
            unknown = ", ".join(word for word in words if word.lower() not in SAYS_NO_CATEGORY)[:200]
            if unknown:
                self._leave(claim.id, f"no category is known for: {unknown}")
            for name in claim.names:
                yield _problem(claim.split, name, "no-category", "its words say no category of ours")
            return
        tlp = self._tlp(claim)
        seen, until = time_of(value.get("valid_from")), time_of(value.get("valid_until"))
        if (seen is None and "valid_from" in value) or (until is None and "valid_until" in value):
            for name in claim.names:
                yield _problem(claim.split, name, "bad-time", "valid_from or valid_until is no time of ours")
            return
        confidence = value.get("confidence")
        title = text_of(value, "description") or ": ".join(
            filter(None, (self._titles.get(claim.id), text_of(value, "name")))
        )
        for place, name in enumerate(claim.names):
            report = Report(
                name=name[:_LONGEST_NAME], category=category,
                report_id=uuid5(NAMESPACE, f"{claim.id}/{name}/{place}"), url=name if "://" in name else "",
                observed_at=seen, reported_at=time_of(value.get("created")), narrative=title[:2000], tlp=tlp,
                confidence=confidence_of(confidence), malware_family=families[0][:200] if families else "",
                sha256=claim.sha256, source_ref=claim.id, machine_only=True,
                tags=tuple(words[:100]) + ((f"valid-until:{until:%Y-%m-%dT%H:%M:%SZ}",) if until else ()),
            )  # fmt: skip
            problems = find_problems(report)
            if len(name) > _LONGEST_NAME or problems:
                reason = problems[0] if problems else Problem("bad-field", "the name is too long")
                yield _problem(claim.split, name[:_LONGEST_NAME], reason.code, reason.message)
            else:
                yield _record(claim.split, report)

    def _sighted(self, split: Split, reports: dict[str, list[Report]]) -> Iterator[Record]:
        value = split.value
        stix_id, of = text_of(value, "id"), text_of(value, "sighting_of_ref")
        if value.get("revoked") is True:
            yield _problem(split, "", "revoked", "its maker took it back")
            return
        last = time_of(value.get("last_seen")) or time_of(value.get("modified"))
        if not reports.get(of):
            yield _problem(split, "", "not-a-claim", "it is a sighting of nothing that this document claims")
            return
        for place, report in enumerate(reports[of]):
            again = msgspec.structs.replace(
                report, report_id=uuid5(NAMESPACE, f"{stix_id}/{report.name}/{place}"), source_ref=stix_id,
                observed_at=last, verified_at=None, reported_at=time_of(value.get("created")),
            )  # fmt: skip
            yield _record(split, again)

    def _observed(self, split: Split, value: dict[str, Any]) -> None:
        """Observed data: what it rests on; of the form of STIX 2.0 the names stand in it."""
        self._carried.update(texts_of(value, "object_refs"))
        objects = value.get("objects")
        held = objects.values() if isinstance(objects, dict) else ()
        names = [text_of(one, "value") for one in held if isinstance(one, dict) and one.get("type") in _ADDRESSES]
        if names and value.get("revoked") is True:
            self._refuse(split, names[0], "revoked", "its maker took it back")
        elif names and fold_category(texts_of(value, "labels")):
            claim = _Claim(
                Split(split.place, {**value, "valid_from": value.get("last_observed", "")}, split.text, ()),
                text_of(value, "id"), tuple(dict.fromkeys(names)), "", tuple(texts_of(value, "labels")),
                tuple(texts_of(value, "object_marking_refs")),
            )  # fmt: skip
            self._claims.append(claim)
        else:
            for name in names:
                self._refuse(split, name, "not-a-claim", "what was observed says nothing of abuse")
            if not names and not value.get("object_refs"):
                self._leave(text_of(value, "id"), "observed-data: no domain and no URL is in it")

    def _context(self, kind: str, value: dict[str, Any], stix_id: str) -> None:
        if kind == "malware":
            self._malware[stix_id] = text_of(value, "name")
        elif kind == "relationship" and value.get("relationship_type") == "indicates":
            self._indicates.setdefault(text_of(value, "source_ref"), []).append(text_of(value, "target_ref"))
        elif kind == "relationship" and value.get("relationship_type") == "based-on":
            self._carried.add(text_of(value, "target_ref"))
        elif kind in {"report", "grouping"}:
            refs = texts_of(value, "object_refs")
            self._carried.update(refs)
            for ref in refs:
                self._titles.setdefault(ref, text_of(value, "name")[:500])
        elif kind == "marking-definition" and stix_id not in TLP_OF:
            tlp = tlp_defined(value)
            if tlp is None:
                self._leave(stix_id, "this marking is not known; TLP:AMBER is the least that is kept")
            else:
                self._tlps[stix_id] = tlp

    def _tlp(self, claim: _Claim) -> Tlp:
        known = [self._tlps[ref] for ref in claim.tlps if ref in self._tlps]
        unknown = [ref for ref in claim.tlps if ref not in self._tlps]
        default: list[Tlp] = ["TLP:AMBER"] if unknown or not known else []
        return strictest([*known, *default]) or "TLP:AMBER"

    def _refuse(self, split: Split, name: str, code: str, message: str) -> None:
        self._records.append((split.place, _problem(split, name, code, message)))

    def _leave(self, item: str, reason: str) -> None:
        if len(self._left) < MAX_NAMED:
            self._left.append(NotUnderstood(item[:200], reason))
        else:
            self._uncounted += 1


def _has_lone_surrogate(split: Split) -> bool:
    if "\\u" not in split.text:
        return False
    try:
        json.dumps(split.value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _record(split: Split, report: Report) -> Record:
    raw = split.text if len(split.text) <= _LONGEST_RAW else None
    return Record(line=split.place, raw=raw, name=report.name or report.url or report.host, report=report)


def _problem(split: Split, name: str, code: str, message: str) -> Record:
    raw = split.text if len(split.text) <= _LONGEST_RAW else None
    return Record(line=split.place, raw=raw, name=name, report=None, problem=Problem(code, message))
