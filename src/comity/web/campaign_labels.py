"""What the codes of campaigns are in words: signs, what became of a sibling, why not related, what differs in names."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

CAMPAIGN_TABLES: Final[dict[str, dict[str, Promise]]] = {
    "sign": {
        "servers": _("Same name servers"),
        "burst": _("Same days"),
        "pattern": _("Same pattern"),
        "target": _("Same protected label"),
        "registrar": _("Same registrar"),
        "registrant": _("Same registrant"),
    },
    "sibling": {
        "open": pgettext_lazy("sibling", "Not decided"),
        "enquiry-made": pgettext_lazy("sibling", "Enquiry made"),
        "not-related": pgettext_lazy("sibling", "Not related"),
    },
    "not-related": {
        "other-owner": _("Somebody else's, for a use of its own"),
        "shared-services": _("Shares only a host or a registrar"),
        "chance": _("Alike by chance"),
        "other": _("Another reason, in words"),
    },
    "unused-sign": {
        "says-nothing": _("too common to say anything"),
        "too-wide": _("would propose too many names"),
    },
    "pattern-part": {
        "number": _("number"),
        "word": _("word"),
        "digits": _("digits"),
        "letters": pgettext_lazy("pattern", "letters"),
        "letters-or-digits": _("letters or digits"),
        "drawn-digits": _("random digits"),
        "drawn-letters": _("random letters"),
        "drawn-letters-or-digits": _("random letters or digits"),
    },
}
