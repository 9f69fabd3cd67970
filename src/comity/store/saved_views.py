"""Each person's own views of the inbox: a name for an address, and which of them is shown first.

A view is nobody's business but its owner's, so nothing here is written into any log; a name that is taken is replaced.
"""

from typing import Final

from django.db import transaction

from comity.core.errors import ConflictError
from comity.store.models import SavedView

MOST_VIEWS: Final = 30
LONGEST_NAME: Final = 60


def list_views(person_pk: int) -> list[SavedView]:
    """List a person's views, by name."""
    return list(SavedView.objects.filter(person_id=person_pk).order_by("name"))


def keep_view(person_pk: int, name: str, query: str, *, is_default: bool) -> None:
    """Keep a view under a name; of two defaults the later one is it.  Raises `ConflictError` for one too many."""
    with transaction.atomic():
        views = SavedView.objects.filter(person_id=person_pk)
        if views.exclude(name=name).count() >= MOST_VIEWS:
            raise ConflictError(f"a person keeps at most {MOST_VIEWS} views", item=name)
        if is_default:
            views.filter(is_default=True).update(is_default=False)
        views.update_or_create(person_id=person_pk, name=name, defaults={"query": query, "is_default": is_default})


def drop_view(person_pk: int, view_pk: int) -> bool:
    """Forget a view of a person; answers whether there was one."""
    return bool(SavedView.objects.filter(person_id=person_pk, pk=view_pk).delete()[0])
