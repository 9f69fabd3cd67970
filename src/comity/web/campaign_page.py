"""What the page of a case's siblings shows: the picture, the signs in words, each sibling with its reasons."""

import re
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from comity.core.campaigns import NOT_RELATED, Sign
from comity.core.harmless import defang
from comity.store.campaigns import KeptCampaign
from comity.web.campaign_picture import draw_campaign
from comity.web.labels import label
from comity.web.names import u_label_of

_DIFFERS: Final = re.compile(r"‹([a-z-]+)(?: ([0-9-]+))?›")


def campaign_context(kept: KeptCampaign) -> dict[str, Any]:
    """All that the page shows of a campaign."""
    found = kept.campaign
    states = {row.name: row.state for row in kept.siblings}
    groups = [
        (
            list(dict.fromkeys(label(found.signs[place].kind, "sign") for place in signs)),
            [(_shown(member.name), states[member.name]) for member in members],
        )
        for signs, members in found.bundles()
    ]
    return {
        "kept": kept,
        "found": found,
        "picture": draw_campaign(_shown(found.seed), groups) if groups else None,
        "rows": [(row, [sign_words(found.signs[place]) for place in row.signs]) for row in kept.siblings],
        "open": kept.counts.get("open", 0),
        "dropped": [(sign_words(one.sign), one.why) for one in found.dropped],
        "reasons": NOT_RELATED,
    }


def sign_words(sign: Sign) -> str:
    """Say a sign with its numbers in the reader's language."""
    head = label(sign.kind, "sign")
    if sign.key:
        shown = _DIFFERS.sub(_part, sign.key) if sign.kind == "pattern" else sign.key
        head = _("%(sign)s: %(what)s") % {"sign": head, "what": shown}
    numbers = {"holders": _number(sign.holders), "names": _number(sign.names)}
    if sign.is_estimate:
        rare = _("about %(holders)s of %(names)s names have it") % numbers
    else:
        rare = _("%(holders)s of %(names)s names have it") % numbers
    if sign.kind != "burst":
        return f"{head} ({rare})"
    usual = {"seen": _number(sign.seen), "usual": number_format(round(sign.expected, 2))}
    return f"{head} ({rare}; " + _("with another sign too: %(seen)s, usual would be %(usual)s") % usual + ")"


def _part(match: re.Match[str]) -> str:
    number = f" {match[2]}" if match[2] else ""
    return f"‹{label(match[1], 'pattern-part')}{number}›"


def _shown(name: str) -> str:
    return defang(u_label_of(name) or name)


def _number(number: int) -> str:
    return number_format(number, force_grouping=True)
