"""A finding as a page shows it: its sentence in the reader's language, and its name with what it is about marked.

The name stays harmless: its dots are broken.  What is marked is the protected label within the label, in the script
in which it is written; where it is not there as such (a letter is other), nothing is marked and the sentence says it.
"""

from typing import Final

import msgspec
from django.utils.translation import get_language

from comity.core.harmless import defang
from comity.store.models import SweepFinding
from comity.web.names import u_label_of
from comity.wire.decision_texts import LANGUAGES, Language
from comity.wire.finding_texts import explain

_LABELLED: Final = frozenset(("exact", "combination", "affix", "sibling"))


class MarkedName(msgspec.Struct, frozen=True):
    """A name in three parts, the second of which is marked; `a_label` where the name is shown in its own script."""

    before: str
    marked: str
    after: str
    a_label: str = ""


def sentence_of(row: SweepFinding) -> str:
    """Say in the reader's language why a name was found."""
    return explain(row.kind, row.subject, row.reason, row.detail, spoken())


def spoken() -> Language:
    """The language of the page, as the texts of `wire` call it."""
    asked = (get_language() or "en").lower()
    return next((one for one in LANGUAGES if one == asked), "en")


def mark_name(row: SweepFinding) -> MarkedName:
    """Take a name apart around the protected label that it contains."""
    shown = u_label_of(row.name) or row.name
    a_label = defang(row.name) if shown != row.name else ""
    if row.kind in _LABELLED:
        for subject in filter(None, (u_label_of(row.subject), row.subject)):
            at = shown.find(subject)
            if at >= 0:
                after = shown[at + len(subject) :]
                return MarkedName(_broken(shown[:at]), _broken(subject), _broken(after), a_label)
    return MarkedName(_broken(shown), "", "", a_label)


def _broken(part: str) -> str:
    return part.replace(".", "[.]")
