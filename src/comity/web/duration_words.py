"""A duration of a memorandum in the reader's language: "24 hours", "10 days"; what cannot be read stays as written."""

import re
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

_PARTS: Final = re.compile(
    r"P(?=[0-9T])(?:([0-9]+)Y)?(?:([0-9]+)M)?(?:([0-9]+)W)?(?:([0-9]+)D)?"
    r"(?:T(?=[0-9])(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)S)?)?"
)


def say_duration(text: str) -> str:
    """Say it in words."""
    match = _PARTS.fullmatch(text)
    if match is None:
        return text
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    said = [
        ngettext("%(count)d year", "%(count)d years", years) % {"count": years} if years else "",
        ngettext("%(count)d month", "%(count)d months", months) % {"count": months} if months else "",
        ngettext("%(count)d week", "%(count)d weeks", weeks) % {"count": weeks} if weeks else "",
        ngettext("%(count)d day", "%(count)d days", days) % {"count": days} if days else "",
        ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours} if hours else "",
        ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes} if minutes else "",
        ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds} if seconds else "",
    ]
    return " ".join(filter(None, said)) or _("at once")
