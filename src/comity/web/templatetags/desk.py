"""The words templates use: codes as labels, names in both scripts, addresses made harmless, numbers, our few files."""

from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from comity.core.harmless import defang
from comity.core.mail_addresses import hide_address
from comity.core.parties import ZONE_UNICODE
from comity.core.personal_data import mask
from comity.web import assets
from comity.web.access import READERS, STAFF
from comity.web.defang import defang_text
from comity.web.labels import label
from comity.web.names import u_label_of

register = template.Library()

register.filter("label", label)
register.filter("defang", defang)
register.filter("defang_text", defang_text)
register.filter("u_label", u_label_of)
register.filter("hide_address", hide_address)
register.filter("masked", mask)


@register.filter
def zone(code: str) -> str:
    """A zone as people write it: .РФ for xn--p1ai."""
    return ZONE_UNICODE.get(code, f".{code}" if code else "")


@register.filter
def reads(role: str) -> bool:
    """Are cases and reports for this role?"""
    return role in READERS


@register.filter
def works_here(role: str) -> bool:
    """Are memoranda and links for this role?"""
    return role in STAFF


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


@register.inclusion_tag("web/parts/picture.html", takes_context=True)
def picture(context: Any, name: str, alt: str) -> dict[str, Any]:
    """A picture, or its text where the reader wants no pictures."""
    return {"address": assets.asset_url(name), "alt": alt, "reading": context.get("reading")}
