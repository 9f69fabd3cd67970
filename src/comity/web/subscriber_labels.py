"""What people read where subscribers are written as codes; `comity.web.labels` looks them up with all others."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Labels = dict[str, Promise]

SUBSCRIBER_KIND: Final[Labels] = {
    "party": _("A partner registry without a node"),
    "cert": _("A national CERT"),
    "resolver": _("An operator of resolvers"),
    "public": _("Everybody"),
}

TOLD_KIND: Final[Labels] = {
    "report": _("Told reports"),
    "case": _("Told cases"),
    "sighting": _("Told further sightings"),
    "article": _("Told articles"),
    "consultation": _("Told messages of consultations"),
}

KEY_KIND: Final[Labels] = {"token": _("Access token"), "certificate": _("Client certificate")}

SUBSCRIBER_TABLES: Final[dict[str, Labels]] = {
    "subscriber-kind": SUBSCRIBER_KIND,
    "told-kind": TOLD_KIND,
    "key-kind": KEY_KIND,
}
