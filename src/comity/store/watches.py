"""Watches over names: begun by an action, ended by its undoing, and which are due."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from django.db.models import F

from comity.core.cases import CaseChange
from comity.core.watching import Known, next_look
from comity.store.models import Watch

WATCHED_STATES: Final = frozenset({"on_hold", "mitigated"})
_ENDS: Final = frozenset({"cured", "granted", "restored", "interim_restore", "recurrence_seen", "retract"})
_AT_ONCE: Final = 500

_decode: Final = msgspec.json.Decoder(Known).decode


def begin_watches(changes: Sequence[CaseChange], *, at: datetime) -> None:
    """Begin a watch where an action was taken, and end it where it was undone; in the caller's transaction."""
    begun = {change.case_pk: change for change in changes if change.action and change.to_state in WATCHED_STATES}
    rows = [
        Watch(
            case_id=pk, registrable=change.registrable, action=change.action, since=at, next_at=next_look(at, at=at),
            looks=0, is_alarming=False, known=b"{}",
        )
        for pk, change in begun.items()
    ]  # fmt: skip
    Watch.objects.bulk_create(
        rows,
        batch_size=_AT_ONCE,
        update_conflicts=True,
        unique_fields=["case"],
        update_fields=["action", "since", "next_at", "looks", "is_alarming", "known"],
    )
    ended = [change.case_pk for change in changes if change.event in _ENDS and change.case_pk not in begun]
    for start in range(0, len(ended), _AT_ONCE):
        end_watches(ended[start : start + _AT_ONCE])


def end_watches(case_pks: Sequence[int]) -> None:
    """Watch these cases' names no longer."""
    Watch.objects.filter(case_id__in=case_pks).update(next_at=None, is_alarming=False)


def due_watches(at: datetime, *, limit: int) -> list[Watch]:
    """The watches whose time has come, the longest due first."""
    return list(Watch.objects.filter(next_at__lte=at).select_related("case").order_by("next_at", "pk")[:limit])


def claim_watch(watch: Watch, *, until: datetime) -> bool:
    """Take a watch for one look; False where somebody else has it, or it ended."""
    return Watch.objects.filter(pk=watch.pk, next_at=watch.next_at).update(next_at=until) == 1


def known_of(watch: Watch) -> Known:
    """What the watch remembers."""
    return _decode(watch.known)


def keep_look(pk: int, known: Known, *, claimed: datetime, next_at: datetime | None, is_alarming: bool) -> bool:
    """Write down what is known now; False where the watch ended or began anew meanwhile."""
    found = Watch.objects.filter(pk=pk, next_at=claimed)
    return (
        found.update(known=msgspec.json.encode(known), next_at=next_at, is_alarming=is_alarming, looks=F("looks") + 1)
        == 1
    )


def find_watch(case_pk: int) -> Watch | None:
    """The watch over a case's name."""
    return Watch.objects.filter(case_id=case_pk).first()


def count_not_holding() -> int:
    """How many names are on hold by the case, and not in truth."""
    return Watch.objects.filter(is_alarming=True, next_at__isnull=False, case__state="on_hold").count()
