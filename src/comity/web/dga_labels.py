"""What the codes of algorithmic names are in words: answers, what was found, why a name is dangerous to act on."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

DGA_TABLES: Final[dict[str, dict[str, Promise]]] = {
    "dga-answer": {
        "waiting": _("Waiting for an answer"),
        "blocked": _("Blocked for registration"),
        "sinkholed": _("Redirected to a sinkhole"),
        "registered-by-victim": _("Registered by somebody legitimate: not touched"),
        "not-registered": pgettext_lazy("name", "Not registered"),
        "declined": _("Declined"),
        "already-acted": _("Already acted upon"),
    },
    "dga-check": {
        "unchecked": _("Not checked yet"),
        "unregistered": pgettext_lazy("name", "Not registered"),
        "undelegated": _("Not in the DNS"),
        "registered": pgettext_lazy("name", "Registered"),
        "protected": pgettext_lazy("name", "Protected"),
        "failed": _("Could not be checked"),
    },
    "dga-danger": {
        "protected": pgettext_lazy("name", "Protected"),
        "short": _("Short"),
        "known-elsewhere": _("Well known under another ending"),
        "known-words": _("Made of known words"),
        "idn": _("In letters of its own script"),
    },
    "dga-refusal": {
        "protected": _("protected by a guard list"),
        "registered": _("registered: answer one by one"),
        "not-checked": _("not known to be unregistered: check first, or answer one by one"),
        "dangerous": _("dangerous to act on: answer one by one"),
        "needs-supervisor": _("dangerous to act on: a supervisor answers"),
    },
    "dga-event": {
        "taken": _("List taken"),
        "checked": _("Checked against the zone"),
        "answered": _("Answered"),
    },
}
