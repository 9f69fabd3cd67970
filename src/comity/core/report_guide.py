"""Which category is meant, and where to go with what does not belong here: plain questions for the public form.

A citizen says what happened in everyday words; `GUIDE` leads each sentence to one of the five categories or to the
place that is responsible (FIELD C.1, R2, R16, R17).  Child sexual abuse material has no form, no field, no upload: its
sentence leads to hotlines, and only that somebody was sent there is counted.  `fields_for` says which of the fields of
FIELD C.1 the form for people who know the field asks for; `route` says who is responsible for a name.
"""

from collections.abc import Collection
from typing import Final, Literal

import msgspec

from comity.core.categories import Category
from comity.core.names import Name, NameRefusal
from comity.core.reports import Problem, Report

Elsewhere = Literal[
    "child-abuse", "content", "copyright", "trademark", "politics", "payment-dispute", "spam-alone", "something-else"
]
Routed = Literal["here", "partner", "registry", "unknown-zone", "address", "no-name"]
Need = Literal["required", "optional"]

CHILD_ABUSE: Final = "child-abuse"


class Lead(msgspec.Struct, frozen=True):
    """One sentence of the guide (its code; the words are the pages') and where it leads: exactly one of the two."""

    code: str
    category: Category | None = None
    elsewhere: Elsewhere | None = None


GUIDE: Final[tuple[Lead, ...]] = (
    Lead("false-page", category="phishing"),
    Lead("harmful-file", category="malware"),
    Lead("control-server", category="botnet-c2"),
    Lead("break-in", category="unauthorized-access"),
    Lead("spam-that-leads", category="spam-vector"),
    Lead("spam-alone", elsewhere="spam-alone"),
    Lead("content", elsewhere="content"),
    Lead("copyright", elsewhere="copyright"),
    Lead("trademark", elsewhere="trademark"),
    Lead("politics", elsewhere="politics"),
    Lead("payment-dispute", elsewhere="payment-dispute"),
    Lead("child-abuse", elsewhere="child-abuse"),
    Lead("something-else", elsewhere="something-else"),
)
_LEADS: Final = {lead.code: lead for lead in GUIDE}

# Who takes reports of child sexual abuse material: the international network, whose page leads to each country's own.
HOTLINES: Final[tuple[tuple[str, str], ...]] = (("INHOPE", "https://inhope.org/"),)

ALREADY_TOLD: Final = ("none", "registrar", "host", "trusted-notifier", "police")

_ENVELOPE: Final[tuple[tuple[str, Need], ...]] = (
    ("name", "required"),
    ("observed_at", "required"),
    ("narrative", "required"),
)
_OF_CATEGORY: Final[dict[Category, tuple[tuple[str, Need], ...]]] = {
    "phishing": (("impersonated_party", "required"), ("screenshot", "required"), ("sandbox_report", "optional")),
    "malware": (
        ("malware_family", "required"), ("sha256", "optional"), ("sandbox_report", "optional"),
        ("screenshot", "optional"),
    ),
    "botnet-c2": (
        ("malware_family", "required"), ("protocol", "required"), ("port", "optional"), ("sha256", "optional"),
        ("sandbox_report", "optional"),
    ),
    "unauthorized-access": (("attack_kind", "required"), ("log_extract", "required"), ("screenshot", "optional")),
    "spam-vector": (
        ("linked_report", "required"), ("message", "required"), ("impersonated_party", "optional"),
        ("screenshot", "optional"),
    ),
}  # fmt: skip
_TAIL: Final[tuple[tuple[str, Need], ...]] = (
    ("disposition", "optional"),
    ("requested_action", "optional"),
    ("legal_basis", "optional"),
)


def find_lead(code: str) -> Lead | None:
    """Find a sentence of the guide by its code."""
    return _LEADS.get(code)


def fields_for(category: Category) -> tuple[tuple[str, Need], ...]:
    """List what the form for people who know the field asks about a category, in its order."""
    return (*_ENVELOPE, *_OF_CATEGORY[category], *_TAIL)


def find_missing(report: Report) -> list[Problem]:
    """List what the form for people who know the field requires and a report lacks."""
    has = {field for field in Report.__struct_fields__ if getattr(report, field)}
    has |= {piece.kind.replace("-", "_") for piece in report.evidence}
    missing = [
        Problem("field-missing", field)
        for field, need in fields_for(report.category)
        if need == "required" and field not in has
    ]
    if report.category == "malware" and not has & {"sha256", "sandbox_report"}:
        missing.append(Problem("field-missing", "sha256"))
    if report.category == "botnet-c2" and not has & {"sandbox_report", "traffic"}:
        missing.append(Problem("field-missing", "sandbox_report"))
    return missing


def route(name: Name | NameRefusal, *, own: Collection[str], partners: Collection[str]) -> Routed:
    """Tell who is responsible for a name: this node, a party it has a memorandum with, another registry, nobody known.

    `own`, `partners`: the zones of each.  An address of digits has no registry: it is its host's business.
    """
    if isinstance(name, NameRefusal):
        return "address" if name.code.startswith("ip") else "no-name"
    if name.zone in own:
        return "here"
    if name.zone in partners:
        return "partner"
    return "registry" if name.party else "unknown-zone"
