"""What templates show of a name as it was seen, and whether notices leave by mail."""

from typing import Any

from django import template
from django.conf import settings

from comity.core.roles import DESK
from comity.store.holders import find_holder
from comity.store.mails import list_mails
from comity.store.watches import find_watch
from comity.web.access import role_of
from comity.web.observed import may_look, shown_looks

register = template.Library()


@register.inclusion_tag("web/parts/observed.html", takes_context=True)
def observed(context: Any, case: Any) -> dict[str, Any]:
    """The name of a case as it was last seen, with the button that looks again."""
    request = context["request"]
    watch = find_watch(case.pk)
    return {
        "case": case,
        "looks": shown_looks(case.registrable),
        "may_look": may_look(settings.HOME, role_of(request)),
        "next_at": watch.next_at if watch is not None else None,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("web/parts/letters.html", takes_context=True)
def letters(context: Any, case: Any) -> dict[str, Any]:
    """The letters of a case and what became of them, for the people of the desk: they hold addresses of others."""
    return {"letters": list_mails(case_pk=case.pk, limit=50) if role_of(context["request"]) in DESK else []}


@register.simple_tag
def sends_mail() -> bool:
    """Whether this node has a mail server for its notices."""
    return settings.HOME is not None and bool(settings.HOME.settings.mail.server)


@register.simple_tag
def knows_holder(case: Any) -> bool:
    """Whether an address of the case's registrant is known; which one is not shown here."""
    return find_holder(case.pk) is not None
