"""How a feed stands and why a visit failed, in the reader's language."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FEED_TABLES: Final[dict[str, dict[str, Promise]]] = {
    "feed-standing": {
        "well": _("Well"),
        "new": _("Not fetched yet"),
        "stopped": _("Stopped by a person"),
        "held": _("Waits for a person"),
        "failing": _("Failing"),
        "stale": _("Too old"),
    },
    "feed-error": {
        "held": _("The list is empty or has lost most of its rows."),
        "unreachable": _("The server cannot be reached."),
        "timed-out": _("It did not come in time."),
        "certificate": _("The server’s certificate is refused."),
        "cut-off": _("The download broke off; it is continued."),
        "too-large": _("It is larger than declared."),
        "damaged": _("The file is damaged; nothing of it was taken."),
        "malformed": _("It is not in the declared format; nothing of it was taken."),
        "refused": _("The server does not let us in."),
        "not-found": _("Nothing is there."),
        "server-error": _("The server has a fault."),
        "rate-limited": _("The server asks us to wait."),
        "private-address": _("Its address is of a private network."),
        "bad-redirect": _("The server sent us to an address that is not followed."),
        "too-many-redirects": _("The server sent us on too often."),
        "turns-round": _("The server gives the same pages again."),
        "reporter-stopped": _("A person decided that its reports are not taken."),
        "disk": _("The node’s disk refused to write."),
    },
}
