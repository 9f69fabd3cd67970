"""Release a period to the public: what the transparency page says of it, because a policy officer says so.

Before that nothing is shown.  What is released is kept as bytes and never counted anew; whoever releases a period again
replaces it by what stands now, and both stay in the store with their names.
"""

from datetime import UTC, datetime

from django.db import transaction

from comity.core.errors import ConflictError, ForbiddenError
from comity.core.periods import Period, period_of
from comity.core.roles import Actor
from comity.core.zone_figures import MEASURES, THRESHOLD, ZoneFigures, count_zone, suppress
from comity.edges.home import Home
from comity.store.links import list_links
from comity.store.memoranda import find_in_force
from comity.store.models import Release
from comity.store.statistics import add_release, list_agreed
from comity.store.zone_figures import read_beside, read_own_cases
from comity.wire.statistics import digest_of, period_part
from comity.wire.transparency import AgreedPart, TransparencyDocument, render_transparency


def count_own(home: Home, period: Period, *, at: datetime) -> ZoneFigures:
    """Count what was reported about names of this node's zones."""
    return count_zone(read_own_cases(home.party, home.zones, period, at=at), read_beside(home.zones, period))


def measures_to_publish(*, at: datetime) -> tuple[str, ...]:
    """What clause 8 of the memoranda in force obliges to publish, together; all of it where none is in force."""
    found = [stored for link in list_links() if (stored := find_in_force(link.partner, at)) is not None]
    if not found:
        return MEASURES
    named = {measure for stored in found for measure in stored.memorandum.safeguards.transparency.publish}
    return tuple(measure for measure in MEASURES if measure in named)


def draft_release(home: Home, period: Period, *, at: datetime) -> TransparencyDocument:
    """What would be released now.  Raises `ConflictError` for a period that is not over."""
    if at < period.end:
        raise ConflictError("is not over yet", item=period.name)
    publish = measures_to_publish(at=at)
    agreed = [AgreedPart(row.reporter, row.answerer, row.period, row.digest) for row in list_agreed(_within(period))]
    return TransparencyDocument(
        party=home.party,
        zones=tuple(home.zones),
        period=period_part(period),
        counted_at=at.astimezone(UTC).replace(microsecond=0),
        threshold=THRESHOLD,
        publish=publish,
        figures=suppress(count_own(home, period, at=at), publish),
        agreed=tuple(agreed),
    )


def release_statistics(home: Home, period: Period, actor: Actor, *, at: datetime) -> Release:
    """Count a period, take out what the public may not read, and show it from now on."""
    if actor.role != "policy-officer":
        raise ForbiddenError("a policy officer releases figures to the public", item=actor.name)
    body = render_transparency(draft_release(home, period, at=at))
    row = Release(period=period.name, digest=digest_of(body), body=body, actor=actor.name, role=actor.role, at=at)
    with transaction.atomic():
        add_release(row)
    return row


def _within(period: Period) -> list[str]:
    """The period, and the months of a half-year."""
    if period.kind == "month":
        return [period.name]
    year, first = period.start.year, period.start.month
    months = [period_of(datetime(year, month, 1, tzinfo=UTC), "month").name for month in range(first, first + 6)]
    return [period.name, *months]
