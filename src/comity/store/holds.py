"""Names that are held: what they were before, which statuses are ours to take off, until when, and what else holds
them.

Two cases may hold one name.  A status that the first hold added serves the second too; when one of them ends, what
the other still stands for stays, and becomes the other's to take off (`hand_over`).
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

import msgspec
from django.db.models import Q

from comity.store.models import Hold
from comity.wire.canonical import canonical

_AT_ONCE: Final = 500
_STANDING: Final = ("beginning", "held")


class HeldName(msgspec.Struct, frozen=True, kw_only=True):
    """One hold."""

    pk: int
    case_pk: int
    ref: str
    name: str
    driver: str
    state: str
    former: tuple[str, ...]
    added: tuple[str, ...]
    wanted: tuple[str, ...]
    reason: str
    do_not_release: bool
    since: datetime
    until: datetime
    warned_at: datetime | None
    asked_at: datetime | None
    ended_at: datetime | None


def begin_hold(
    *, case_pk: int, step_pk: int, name: str, driver: str, former: Sequence[str], added: Sequence[str],
    wanted: Sequence[str], reason: str, until: datetime, at: datetime,
) -> None:  # fmt: skip
    """Write down, before the first command leaves, what a name was and what becomes ours.  Once for each step."""
    Hold.objects.get_or_create(
        step_id=step_pk,
        defaults={
            "case_id": case_pk, "registrable": name, "driver": driver, "state": "beginning",
            "former": canonical(sorted(former)), "added": canonical(sorted(added)), "wanted": canonical(sorted(wanted)),
            "reason": reason, "since": at, "until": until,
        },
    )  # fmt: skip


def confirm_hold(step_pk: int, *, at: datetime) -> None:
    """The name is held now."""
    Hold.objects.filter(step_id=step_pk, state="beginning").update(state="held", since=at)


def drop_hold(step_pk: int, *, at: datetime) -> None:
    """Nothing of it was done."""
    Hold.objects.filter(step_id=step_pk, state="beginning").update(state="dropped", ended_at=at)


def list_held_days() -> Iterator[tuple[str, date]]:
    """Every name that was or is held, with the day (UTC) since when; a hold of which nothing was done is none."""
    rows = Hold.objects.exclude(state__in=["beginning", "dropped"]).order_by("registrable", "since")
    for name, since in rows.values_list("registrable", "since").iterator(chunk_size=10_000):
        yield name, since.date()


def holds_of_case(case_pk: int) -> list[HeldName]:
    """Every hold that a case had, newest first."""
    return [_held(row) for row in Hold.objects.filter(case_id=case_pk).select_related("case").order_by("-id")[:20]]


def standing_holds(case_pks: Sequence[int]) -> dict[int, HeldName]:
    """The hold that is in place for each of the cases that has one."""
    found: dict[int, HeldName] = {}
    for start in range(0, len(case_pks), _AT_ONCE):
        rows = Hold.objects.filter(case_id__in=case_pks[start : start + _AT_ONCE], state__in=_STANDING)
        found.update((row.case_id, _held(row)) for row in rows.select_related("case").order_by("id"))
    return found


def were_held(case_pks: Sequence[int]) -> frozenset[int]:
    """Which of the cases have a hold in place, or had one that is over."""
    found: set[int] = set()
    for start in range(0, len(case_pks), _AT_ONCE):
        rows = Hold.objects.filter(case_id__in=case_pks[start : start + _AT_ONCE]).exclude(state="dropped")
        found.update(rows.values_list("case_id", flat=True))
    return frozenset(found)


def other_holds(hold: HeldName) -> list[HeldName]:
    """What else holds the same name, oldest first."""
    rows = Hold.objects.filter(registrable=hold.name, state__in=_STANDING).exclude(pk=hold.pk)
    return [_held(row) for row in rows.select_related("case").order_by("id")]


def ours_alone(hold: HeldName) -> tuple[str, ...]:
    """What is to be taken off when this hold ends: what it added and nothing else stands for."""
    needed = {status for other in other_holds(hold) for status in other.wanted}
    return tuple(sorted(set(hold.added) - needed))


def end_hold(hold: HeldName, *, at: datetime) -> None:
    """The hold is over; what it added and another still stands for becomes the other's to take off."""
    left = set(hold.added)
    for other in other_holds(hold):
        taken = left & set(other.wanted)
        if taken:
            Hold.objects.filter(pk=other.pk).update(added=canonical(sorted(set(other.added) | taken)))
            left -= taken
    Hold.objects.filter(pk=hold.pk).update(state="restored", ended_at=at)


def holds_due(*, at: datetime, warn: timedelta, limit: int = 500) -> list[HeldName]:
    """Holds whose time is over, or will be within `warn` and of which nobody was warned; the first one first."""
    is_due = Q(until__lte=at, asked_at=None) | Q(until__lte=at + warn, warned_at=None)
    rows = Hold.objects.filter(is_due, state="held", until__lte=at + warn).select_related("case").order_by("until")
    return [_held(row) for row in rows[:limit]]


def note_warned(pk: int, *, at: datetime) -> bool:
    """Write down that people were warned; False: they were before."""
    return bool(Hold.objects.filter(pk=pk, warned_at=None).update(warned_at=at))


def note_asked(pk: int, *, at: datetime) -> bool:
    """Write down that a person was asked, or that the restoration began; False: before."""
    return bool(Hold.objects.filter(pk=pk, asked_at=None).update(asked_at=at))


def _held(row: Hold) -> HeldName:
    return HeldName(
        pk=row.pk, case_pk=row.case_id, ref=row.case.ref, name=row.registrable, driver=row.driver, state=row.state,
        former=_words(row.former), added=_words(row.added), wanted=_words(row.wanted), reason=row.reason,
        do_not_release=row.do_not_release, since=row.since, until=row.until, warned_at=row.warned_at,
        asked_at=row.asked_at, ended_at=row.ended_at,
    )  # fmt: skip


def _words(body: bytes) -> tuple[str, ...]:
    return msgspec.json.decode(bytes(body), type=tuple[str, ...])
