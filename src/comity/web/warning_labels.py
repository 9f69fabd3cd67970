"""What the codes of warnings and of intersections are in words."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

WARNING_WHY: Final[dict[str, Promise]] = {
    "no-clause-of-warnings": _("the memorandum has no clause of warnings"),
    "signs-not-allowed": _("the clause lets none of these signs out"),
    "signs-withheld": _("some signs are withheld"),
    "allowed-without-some-signs": _("allowed without some signs"),
    "names-not-allowed": _("the clause lets numbers out and no names"),
    "needs-release": _("a supervisor must release it"),
    "intersection-not-allowed": _("the clause does not allow such sets to be compared"),
    "set-too-large": _("the set is larger than the clause allows"),
}

WARNING_QUESTION: Final[dict[str, Promise]] = {
    "warning-signs": _("May these signs be told?"),
    "warning-answer": _("May this answer be told?"),
    "intersection": _("May these sets be compared?"),
}

WARNING_TABLES: Final[dict[str, dict[str, Promise]]] = {
    "warning-sign": {
        "pattern": _("Pattern of names"),
        "name-servers": _("Set of name servers"),
        "label": _("Label that is imitated"),
        "name-token": _("Token of a name"),
        "registrant-token": _("Token of a registrant"),
    },
    "warning-answer-state": {
        "found": _("Swept"),
        "would-match-too-much": _("Refused: would match too much"),
        "not-swept": _("Could not be looked for"),
    },
    "warning-told": {
        "counts": _("numbers"),
        "names": _("names"),
    },
    "intersection-over": {
        "names": pgettext_lazy("sets", "Names"),
        "registrants": pgettext_lazy("sets", "Registrants"),
    },
    "intersection-message": {
        "request": _("Request"),
        "setup": _("Answer: the other set"),
        "response": _("Answer: the request, encrypted twice"),
    },
    "intersection-state": {
        "asked": pgettext_lazy("intersection", "Asked"),
        "waiting": _("Waits for a supervisor"),
        "answered": pgettext_lazy("intersection", "Answered"),
        "finished": pgettext_lazy("intersection", "Finished"),
        "refused": pgettext_lazy("intersection", "Declined"),
        "expired": pgettext_lazy("intersection", "Ran out without an answer"),
        "failed": pgettext_lazy("intersection", "Failed"),
    },
}
