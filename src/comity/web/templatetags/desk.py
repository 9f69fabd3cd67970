"""The words templates use: codes as labels, names in both scripts, addresses made harmless, numbers, our few files."""

from collections.abc import Mapping
from typing import Any

import msgspec
from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from comity.core.consultation_items import WRITERS
from comity.core.harmless import defang, show_unseen
from comity.core.mail_addresses import hide_address
from comity.core.parties import ZONE_UNICODE
from comity.core.personal_data import mask
from comity.core.techniques import BY_ID
from comity.flows.look import MAY_LOOK
from comity.web import assets
from comity.web.access import READERS, STAFF
from comity.web.defang import defang_text
from comity.web.labels import label
from comity.web.names import u_label_of
from comity.web.navigation import Shown, places_for

register = template.Library()

register.filter("label", label)
register.filter("defang", defang)
register.filter("defang_text", defang_text)
register.filter("u_label", u_label_of)
register.filter("hide_address", hide_address)
register.filter("masked", mask)


@register.filter
def shown(text: str) -> str:
    """A letter or a label with what would not be seen written out."""
    return show_unseen(text)


@register.filter
def item(table: Mapping[str, Any], key: str) -> Any:
    """What a table holds under a key, or nothing."""
    return table.get(key, "")


@register.filter
def source_head(source: str) -> str:
    """The list or place that an answer comes from."""
    return source.partition(":")[0]


@register.filter
def source_rest(source: str) -> str:
    """Which of its kind."""
    return source.partition(":")[2]


@register.filter
def plainly(value: Any) -> str:
    """A value as JSON says it, a text as it is."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


@register.filter
def zone(code: str) -> str:
    """A zone as people write it: .РФ for xn--p1ai."""
    return ZONE_UNICODE.get(code, f".{code}" if code else "")


@register.filter
def reads(role: str) -> bool:
    """Are cases and reports for this role?"""
    return role in READERS


@register.filter
def writes(role: str) -> bool:
    """May this role write to partners?"""
    return role in WRITERS


@register.filter
def may_look_at_persons(role: str) -> bool:
    """May this role see personal data, having said why?"""
    return role in MAY_LOOK


@register.filter
def works_here(role: str) -> bool:
    """Are memoranda and links for this role?"""
    return role in STAFF


@register.filter
def technique(code: str, language: str) -> str:
    """What a technique of FIRST's matrix is called; one that this version does not know is shown as it is written."""
    known = BY_ID.get(code)
    return known.name(language) if known else code


@register.filter
def count(number: int) -> str:
    """A number with its thousands apart, as the reader's language does."""
    return number_format(number, force_grouping=True)


@register.filter
def percent(share: float) -> str:
    """A share as whole per cent; the sign stands as the reader's language puts it."""
    return _("%(number)s%%") % {"number": number_format(round(100 * share))}


@register.simple_tag
def asset(name: str) -> str:
    """The address of one of our own files."""
    return assets.asset_url(name)


@register.simple_tag(takes_context=True)
def places(context: Any) -> list[Shown]:
    """What the head of this page offers to whoever reads it."""
    user = context.get("user")
    signed_in = user is not None and user.is_authenticated
    return places_for(user.role if signed_in else "", context.get("section", ""), signed_in=signed_in)


@register.inclusion_tag("web/parts/picture.html", takes_context=True)
def picture(context: Any, name: str, alt: str) -> dict[str, Any]:
    """A picture, or its text where the reader wants no pictures."""
    return {"address": assets.asset_url(name), "alt": alt, "reading": context.get("reading")}
