"""What feeds say of the name of a case."""

from datetime import UTC, datetime
from typing import Any

from django import template

from comity.core.errors import SettingError
from comity.flows.list_feeds import Sightings, read_sightings
from comity.store.models import Case
from comity.web.access import role_of
from comity.web.desk_steps import home_of_node

register = template.Library()


@register.inclusion_tag("web/parts/sightings.html", takes_context=True)
def sightings(context: Any, case: Case) -> dict[str, Any]:
    """The part of the case page; a wrong declaration must not take the page away."""
    try:
        found = read_sightings(
            home_of_node(), case.registrable, case.category, role=role_of(context["request"]), at=datetime.now(UTC)
        )
    except SettingError:
        found = Sightings((), 0.0)
    return {"sightings": found}
