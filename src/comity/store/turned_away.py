"""Who was told to go elsewhere, as a sum a day and place: of child sexual abuse material nothing else is ever kept."""

from datetime import datetime

from django.db import connection
from django.db.models import Sum

from comity.store.models import TurnedAway

_COUNT = """
INSERT INTO turned_away (day, place, count) VALUES (%s, %s, 1)
ON CONFLICT (day, place) DO UPDATE SET count = turned_away.count + 1"""


def count_turned_away(place: str, *, at: datetime) -> None:
    """Count one."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [at.date().isoformat(), place])


def turned_away() -> dict[str, int]:
    """Add up by place."""
    return dict(TurnedAway.objects.values_list("place").annotate(total=Sum("count")).order_by("place"))
