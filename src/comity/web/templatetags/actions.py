"""The words of plans and profiles for templates, and the part of the case page that shows its plans and holds."""

from typing import Any

from django import template

from comity.store.models import Case
from comity.web.desk_steps import home_of_node
from comity.web.plan_file import actions_of_case
from comity.web.plan_words import plan_label

register = template.Library()

register.filter("plan_label", plan_label)


@register.inclusion_tag("web/parts/case_actions.html", takes_context=True)
def case_actions(context: Any, case: Case, role: str) -> dict[str, Any]:
    """Plans and holds of a case, and the way to plan one."""
    return {"case": case, "actions": actions_of_case(home_of_node(), case, role), "here": context.get("here")}
