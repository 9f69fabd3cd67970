"""What the codes of sweeps are in words: kinds of findings, how an enquiry stands, why it was dismissed, changes."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

FINDING_TABLES: Final[dict[str, dict[str, Promise]]] = {
    "finding-kind": {
        "indicator": _("Reported elsewhere"),
        "exact": _("The protected label itself"),
        "edit": _("One letter apart"),
        "keyboard": _("Keyboard slip"),
        "confusable": _("Letters that look alike"),
        "transliteration": _("The other script"),
        "combination": _("With other words"),
        "affix": _("With a part of a domain name"),
        "pattern": _("Pattern of names"),
        "sibling": _("Belongs to a case"),
        "warning": _("A partner’s warning"),
    },
    "enquiry-state": {
        "open": pgettext_lazy("enquiry", "Open"),
        "case-opened": pgettext_lazy("enquiry", "Case opened"),
        "joined-case": pgettext_lazy("enquiry", "Joined a case"),
        "dismissed": pgettext_lazy("enquiry", "Dismissed"),
        "gone": pgettext_lazy("enquiry", "Name left the zone"),
    },
    "dismissal": {
        "owners-own": _("The protected owner’s own name"),
        "own-meaning": _("A word or name with a meaning of its own"),
        "harmless-site": _("Looked at: a harmless site"),
        "nothing-there": _("Nothing is at the name"),
        "indicator-wrong": _("What it was compared with is wrong or old"),
        "other": _("Another reason, in the note"),
    },
    "enquiry-event": {
        "dismissed": pgettext_lazy("enquiry", "Dismissed"),
        "case-opened": pgettext_lazy("enquiry", "Case opened"),
        "joined-case": pgettext_lazy("enquiry", "Joined a case"),
        "gone": pgettext_lazy("enquiry", "Name left the zone"),
        "score-rose": _("Asked anew: the score is clearly higher"),
        "name-returned": _("Asked anew: the name was away and came back"),
        "held": _("A protected name: the report waits for an approver"),
    },
    "name-change": {
        "new": pgettext_lazy("name", "New"),
        "dropped": pgettext_lazy("name", "Dropped"),
        "returned": pgettext_lazy("name", "Came back"),
        "servers-changed": _("Other name servers"),
        "ds-changed": _("DS record changed"),
    },
    "burst": {
        "burst-of-servers": _("Same name servers"),
        "burst-of-template": _("Same shape of name"),
        "burst-of-first-word": _("Same first word"),
        "burst-of-last-word": _("Same last word"),
    },
    "sweep-state": {"taking": _("Being taken in"), "taken": _("Taken in")},
}
