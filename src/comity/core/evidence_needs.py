"""Which evidence a case of a category should have, and which of it is there (FIELD C.1, the table by category).

A checklist for the desk, not a gate: a memorandum's clauses say what must be there before anything leaves, and the
score says how strong it is.  Fields bear the names of `evidence.required` in a memorandum; `registration_data` and
`signs_of_compromise` are the node's own.  What a category must not ask for is not in its list.
"""

from collections.abc import Collection, Iterable
from typing import Final, Literal

import msgspec

from comity.core.categories import Category
from comity.core.evidence import fields_present
from comity.core.reports import Report

Need = Literal["required", "recommended"]

_R: Final = "required"
_r: Final = "recommended"
_ALL: Final[dict[str, Need]] = {"observed_at": _R, "verified_at": _R, "narrative": _R, "registration_data": _R}

NEEDS: Final[dict[Category, dict[str, Need]]] = {
    "phishing": {
        "url": _R, "screenshot": _R, "impersonated_party": _R, "host": _r, "message_with_headers": _r,
        "signs_of_compromise": _r, **_ALL,
    },
    "malware": {
        "url": _R, "sha256_or_sandbox_report": _R, "malware_family_or_verdict": _R, "host": _r, "screenshot": _r,
        "message_with_headers": _r, "signs_of_compromise": _r, **_ALL,
    },
    "botnet-c2": {
        "host": _R, "malware_family_or_verdict": _R, "protocol_or_port": _R, "sandbox_or_traffic_proof": _R,
        "sha256_or_sandbox_report": _r, "log_extract": _r, "signs_of_compromise": _r, **_ALL,
    },
    "unauthorized-access": {
        "host": _R, "log_extract": _R, "attack_kind": _R, "signs_of_compromise": _R, "url": _r, "screenshot": _r,
        **_ALL,
    },
    "spam-vector": {
        "host": _R, "message_with_headers": _R, "linked_report": _R, "screenshot": _r, "impersonated_party": _r, **_ALL,
    },
}  # fmt: skip

# What a piece attached to the case is evidence of, by its kind.
_ATTACHED: Final[dict[str, tuple[str, ...]]] = {
    "screenshot": ("screenshot",),
    "mail": ("message_with_headers",),
    "sandbox-report": ("sha256_or_sandbox_report", "sandbox_or_traffic_proof", "malware_family_or_verdict"),
    "traffic": ("sandbox_or_traffic_proof",),
    "log": ("log_extract",),
}


class Wanted(msgspec.Struct, frozen=True):
    """One line of the checklist."""

    field: str
    need: Need
    is_there: bool


def fields_of_case(
    reports: Iterable[Report], attached: Iterable[str], *, is_registration_known: bool
) -> frozenset[str]:
    """Name the evidence fields that a case has: of any report, of anything attached, of what was looked up."""
    found: set[str] = set()
    for report in reports:
        found |= fields_present(report)
        if report.disposition == "compromised":
            found.add("signs_of_compromise")
    for kind in attached:
        found.update(_ATTACHED.get(kind, ()))
    if is_registration_known:
        found.add("registration_data")
    return frozenset(found)


def checklist(category: Category, present: Collection[str]) -> tuple[Wanted, ...]:
    """List what a category wants, what is required first, and whether it is there."""
    wanted = [Wanted(field, need, field in present) for field, need in NEEDS[category].items()]
    return tuple(sorted(wanted, key=lambda one: one.need != _R))


def missing(lines: Iterable[Wanted]) -> tuple[str, ...]:
    """Name the required fields that are not there."""
    return tuple(one.field for one in lines if one.need == _R and not one.is_there)
