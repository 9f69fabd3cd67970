"""The words templates use: codes as labels, names in both scripts, addresses made harmless, numbers, our few files."""

from typing import Any

from django import template
from django.utils.formats import number_format

from comity.core.harmless import defang
from comity.core.parties import ZONE_UNICODE
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
