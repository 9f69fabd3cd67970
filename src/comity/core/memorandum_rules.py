"""What no schema can say about a memorandum: its parts must agree with one another (docs/spec/memorandum.md §4).

Every rule has an id that never changes and gives all its findings, not the first.  `find_placeholders` lists what a
draft may still leave open and a proposal may not.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from comity.core.categories import Category
from comity.core.memoranda import PLACEHOLDER_DIGEST, PLACEHOLDER_KEY, Memorandum, Problem
from comity.core.parties import PARTY_OF_ZONE

# The evidence fields that a clause may require: those `evidence.fields_present` can find in a report.
EVIDENCE_FIELDS: Final = frozenset(
    {
        "url", "host", "observed_at", "verified_at", "screenshot", "impersonated_party", "narrative",
        "sha256_or_sandbox_report", "malware_family_or_verdict", "malware_family", "protocol_or_port",
        "sandbox_or_traffic_proof", "log_extract", "attack_kind", "message_with_headers", "linked_report",
        "second_source",
    }
)  # fmt: skip


def find_problems(memorandum: Memorandum) -> tuple[Problem, ...]:
    """All disagreements within a memorandum that the schema let through."""
    return tuple(problem for rule in _RULES for problem in rule(memorandum))


def find_placeholders(memorandum: Memorandum) -> tuple[Problem, ...]:
    """What must be filled in before anybody may sign."""
    found = []
    if memorandum.legal_text.digest == PLACEHOLDER_DIGEST:
        found.append(
            Problem("legal_text.digest", "placeholder", "the digest of the legal text is still to be filled in")
        )
    if memorandum.supersedes is not None and memorandum.supersedes.digest == PLACEHOLDER_DIGEST:
        found.append(
            Problem("supersedes.digest", "placeholder", "the digest of the former version is still to be filled in")
        )
    found += [
        Problem(
            f"parties[{at}].keys[{number}].public",
            "placeholder",
            f"the public key of {party.id} is still to be filled in",
        )
        for at, party in enumerate(memorandum.parties)
        for number, key in enumerate(party.keys)
        if key.public == PLACEHOLDER_KEY
    ]
    return tuple(found)


def _identity(memorandum: Memorandum) -> Iterator[Problem]:
    former = memorandum.supersedes
    if former is None and memorandum.version > 1:
        yield Problem("supersedes", "version-without-former", "a version above 1 says which one it supersedes")
    if former is not None and former.version != memorandum.version - 1:
        yield Problem("supersedes.version", "not-the-former-version", f"must be {memorandum.version - 1}")
    if memorandum.expires is not None and memorandum.expires <= memorandum.effective:
        yield Problem("expires", "ends-before-it-begins", "must be later than `effective`")
    if memorandum.legal_text.prevails not in memorandum.legal_text.languages:
        yield Problem("legal_text.prevails", "not-a-language-of-the-text", "must be one of legal_text.languages")


def _clause_numbers(memorandum: Memorandum) -> Iterator[Problem]:
    numbered = {
        name: part.clause
        for name in memorandum.__struct_fields__
        if hasattr(part := getattr(memorandum, name), "clause")
    }
    counts = Counter(numbered.values())
    for name, number in numbered.items():
        if number == "1":
            yield Problem(f"{name}.clause", "clause-is-taken", "1 is identity, term and parties")
        elif counts[number] > 1:
            yield Problem(f"{name}.clause", "clause-is-taken", f"{number} numbers more than one clause")


def _parties(memorandum: Memorandum) -> Iterator[Problem]:
    ids = Counter(party.id for party in memorandum.parties)
    zones = Counter(zone for party in memorandum.parties for zone in party.zones)
    for at, party in enumerate(memorandum.parties):
        if ids[party.id] > 1:
            yield Problem(f"parties[{at}].id", "party-twice", f"{party.id} stands twice")
        for number, zone in enumerate(party.zones):
            owner = PARTY_OF_ZONE.get(zone)
            if owner is not None and owner.id != party.id:
                yield Problem(f"parties[{at}].zones[{number}]", "zone-of-another", f"{zone} is the zone of {owner.id}")
            if zones[zone] > 1:
                yield Problem(f"parties[{at}].zones[{number}]", "zone-twice", f"{zone} stands twice")
        kids = Counter(key.kid for key in party.keys)
        for number, key in enumerate(party.keys):
            if kids[key.kid] > 1:
                yield Problem(f"parties[{at}].keys[{number}].kid", "key-twice", f"{key.kid} stands twice")
            if key.not_after < key.not_before:
                yield Problem(
                    f"parties[{at}].keys[{number}].not_after", "ends-before-it-begins", "earlier than not_before"
                )


def _scope(memorandum: Memorandum) -> Iterator[Problem]:
    listed = Counter(category.id for category in memorandum.scope.categories)
    for at, category in enumerate(memorandum.scope.categories):
        path = f"scope.categories[{at}]"
        if category.id in memorandum.scope.excluded_categories:
            yield Problem(f"{path}.id", "allowed-and-excluded", f"{category.id} is excluded as well")
        if listed[category.id] > 1:
            yield Problem(f"{path}.id", "category-twice", f"{category.id} stands twice")
        for number, other in enumerate(category.only_with):
            if other == category.id or other not in listed:
                yield Problem(
                    f"{path}.only_with[{number}]", "not-in-scope", f"{other} is not another category in scope"
                )
        evidence = memorandum.evidence
        places: dict[str, Mapping[Category, object]] = {
            "evidence.required": evidence.required,
            "evidence.max_age_since_verified": evidence.max_age_since_verified,
            "clocks.severity_of": memorandum.clocks.severity_of,
        }
        for place, table in places.items():
            if category.id not in table:
                yield Problem(f"{place}.{category.id}", "category-without-terms", f"says nothing about {category.id}")


def _evidence(memorandum: Memorandum) -> Iterator[Problem]:
    for category, names in memorandum.evidence.required.items():
        for number, name in enumerate(names):
            if name not in EVIDENCE_FIELDS:
                path = f"evidence.required.{category}[{number}]"
                yield Problem(path, "unknown-evidence-field", f"{name} is not a field of a report")


def _kinds(memorandum: Memorandum) -> Iterator[Problem]:
    ids = {party.id for party in memorandum.parties}
    for name in memorandum.exchange.kinds.__struct_fields__:
        terms = getattr(memorandum.exchange.kinds, name)
        if terms is None:
            continue
        path = f"exchange.kinds.{name}"
        if terms.both and terms.senders:
            yield Problem(path, "two-directions", "say either `both` or `from`")
        for number, sender in enumerate(terms.senders):
            if sender not in ids:
                yield Problem(f"{path}.from[{number}]", "not-a-party", f"{sender} is not a party")


def _clocks(memorandum: Memorandum) -> Iterator[Problem]:
    for severity in ("critical", "high", "normal"):
        if severity not in memorandum.clocks.basis:
            yield Problem(f"clocks.basis.{severity}", "severity-without-basis", "says nothing about this severity")


_RULES: Final[tuple[Callable[[Memorandum], Iterator[Problem]], ...]] = (
    _identity, _clause_numbers, _parties, _scope, _evidence, _kinds, _clocks,
)  # fmt: skip
