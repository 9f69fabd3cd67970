"""The library beside a case: {% load shelf %}{% case_playbooks case %}."""

from typing import Any

from django import template

from comity.store.models import Case
from comity.web.access import role_of
from comity.web.desk_steps import home_of_node
from comity.web.languages import language_of
from comity.web.shelf import language_of_page, playbooks_for

register = template.Library()


@register.inclusion_tag("web/parts/playbooks.html", takes_context=True)
def case_playbooks(context: Any, case: Case) -> dict[str, Any]:
    """The playbooks of the case's category, in the page's language where there is one."""
    request = context["request"]
    spoken = language_of_page(getattr(request, "LANGUAGE_CODE", "") or language_of(request))
    found = playbooks_for(case.category, role=role_of(request), language=spoken)
    return {"playbooks": found, "own_party": home_of_node().party}
