"""Findings on pages: {{ row|explained }}, {% marked_name row %}, and the part of a case: {% case_findings case %}."""

from typing import Any, Final

from django import template

from comity.store.enquiry_lists import enquiries_about
from comity.store.models import Case, SweepFinding
from comity.web.finding_words import mark_name, sentence_of
from comity.web.templatetags.desk import percent

register = template.Library()
_ALMOST: Final = 0.99
_HALF: Final = 0.005  # of a hundredth: from there it would be told as all of it

register.filter("explained", sentence_of)


@register.filter
def likely(score: float) -> str:
    """A score as per cent; nothing that a sweep finds is certain, so a hundred is told of none."""
    return "> " + percent(_ALMOST) if score >= _ALMOST + _HALF else percent(score)


@register.inclusion_tag("web/parts/marked_name.html")
def marked_name(row: SweepFinding) -> dict[str, Any]:
    """A name that was found, harmless, with the protected label marked."""
    return {"name": mark_name(row)}


@register.inclusion_tag("web/parts/findings.html")
def case_findings(case: Case) -> dict[str, Any]:
    """What sweeps found of the name of a case, whatever became of it."""
    return {"rows": enquiries_about([case.registrable])}
