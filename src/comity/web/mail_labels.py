"""Why a mail waits for a person, in a reader's language (`comity.core.incoming_mail.HELD_WHYS`), and who sent it."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MAIL_TABLES: Final[dict[str, dict[str, Promise]]] = {
    "mail-why": {
        "name-unclear": _("It is not certain whom it accuses"),
        "sender-forged": _("Its sender is forged, as our mail server found"),
        "sender-missing": _("It does not say who sent it"),
        "too-many-reports": _("Its sender has reached the daily limit"),
        "reply-from-somebody-else": _("An answer to our letter, from somebody to whom we did not write"),
        "reply-without-case": _("An answer to a letter that belongs to no case"),
        "reply-not-taken": _("An answer that the case does not take in its present state"),
    },
    "mail-auth": {
        "pass": _("proven by our mail server"),
        "fail": _("found forged by our mail server"),
        "none": _("not proven"),
    },
}
