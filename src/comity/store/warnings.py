"""Early warnings as they are kept: what was told and by whom, and what each zone had of it.

Whoever changes a warning locks its row first (`lock_warning`), after the ledger's.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

import msgspec
from django.db.models import F, Q

from comity.core.categories import Category
from comity.core.errors import NotFoundError
from comity.core.markings import Tlp
from comity.core.warnings import Signs, Warned
from comity.store.enquiries import forget_told
from comity.store.models import CampaignWarning, WarningAnswer

MOST_FROM_A_PARTNER: Final = 1_000  # warnings that still hold
WITHDRAWN: Final = "warning-withdrawn"  # the reason of a finding whose warning was taken back
_AT_ONCE: Final = 500
_LISTED: Final = 200
_ANSWERED_LATE: Final = timedelta(days=30)

_decode_signs: Final = msgspec.json.Decoder(Signs).decode


class FoundName(msgspec.Struct, frozen=True):
    """A name of our zone that signs found: by which kinds, and by what of each."""

    name: str
    signs: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()


_decode_found: Final = msgspec.json.Decoder(tuple[FoundName, ...]).decode


def find_warning(uuid: str) -> CampaignWarning | None:
    """Find a warning by the subject of its entries."""
    return CampaignWarning.objects.filter(uuid=uuid).first()


def get_warning(uuid: str) -> CampaignWarning:
    """Give a warning.  Raises `NotFoundError`."""
    row = find_warning(uuid)
    if row is None:
        raise NotFoundError("no such warning here", item=uuid[:60])
    return row


def markings_of(uuids: Collection[str]) -> dict[str, Tlp]:
    """How warnings are marked, by the subject of their entries."""
    rows = CampaignWarning.objects.filter(uuid__in=list(uuids)).values_list("uuid", "tlp")
    return {uuid: msgspec.convert(tlp, Tlp) for uuid, tlp in rows}


def lock_warning(pk: int) -> CampaignWarning:
    """Let nobody else change a warning until the caller's transaction ends."""
    return CampaignWarning.objects.select_for_update(no_key=True).get(pk=pk)


def list_warnings(*, limit: int = _LISTED) -> list[CampaignWarning]:
    """All warnings, the newest first."""
    return list(CampaignWarning.objects.order_by("-at", "-pk")[:limit])


def add_warning(uuid: str, origin: str, partner: str, warned: Warned, **said: Any) -> CampaignWarning:
    """Keep a warning."""
    return CampaignWarning.objects.create(
        uuid=uuid, origin=origin, partner=partner, zones=list(warned.zones), category=warned.category, tlp=warned.tlp,
        first_day=warned.first_day, last_day=warned.last_day, case_ref=warned.case, text=warned.text,
        signs=msgspec.json.encode(warned.signs), **said,
    )  # fmt: skip


def read_warning(row: CampaignWarning) -> Warned:
    """The warning as a value."""
    return Warned(
        zones=tuple(row.zones), category=msgspec.convert(row.category, Category), tlp=msgspec.convert(row.tlp, Tlp),
        first_day=row.first_day, last_day=row.last_day, case=row.case_ref, text=row.text,
        signs=_decode_signs(row.signs),
    )  # fmt: skip


def forget_warning(row: CampaignWarning, *, at: datetime) -> None:
    """Leave of a warning only that it was: signs, words, and what was found by them go."""
    row.signs, row.case_ref, row.text, row.withdrawn_at = msgspec.json.encode(Signs()), "", "", row.withdrawn_at or at
    row.save(update_fields=["signs", "case_ref", "text", "withdrawn_at"])
    for answer in WarningAnswer.objects.filter(warning=row):
        forget_answer(answer)
    forget_told(row.uuid, kind="warning", reason=WITHDRAWN)


def forget_answer(answer: WarningAnswer) -> None:
    """Leave of an answer only that it was given."""
    answer.found, answer.counts, answer.refused = b"[]", [], []
    answer.names, answer.left_out, answer.fewer, answer.left_out_fewer = 0, 0, False, False
    answer.save(update_fields=["found", "counts", "refused", "names", "left_out", "fewer", "left_out_fewer"])


def count_standing(origin: str, *, today: date) -> int:
    """How many warnings of a partner hold today or later."""
    return CampaignWarning.objects.filter(origin=origin, withdrawn_at=None, last_day__gte=today).count()


def waiting_warnings(own: str, *, asked_before: datetime, today: date) -> list[CampaignWarning]:
    """Warnings of ours that have not left; those asked lately wait on."""
    rows = CampaignWarning.objects.filter(origin=own, told_at=None, withdrawn_at=None, last_day__gte=today)
    return list(rows.filter(asked_at__lt=asked_before).order_by("pk")[:_AT_ONCE])


def due_warnings(own: str, zone: str, *, today: date, as_of: date) -> list[int]:
    """The rows of the warnings of partners that hold today and for which a zone's snapshot was not swept yet.

    Partners take turns: one that tells many lets no other wait until all of its own are done.
    """
    rows = CampaignWarning.objects.exclude(origin=own).filter(
        withdrawn_at=None, first_day__lte=today, last_day__gte=today
    )
    done = answered_before(own, zone, as_of=as_of)
    turns: Counter[str] = Counter()
    due: list[tuple[int, int]] = []
    for pk, origin, zones in rows.order_by("pk").values_list("pk", "origin", "zones"):
        if zone in zones and pk not in done:
            turns[origin] += 1
            due.append((turns[origin], pk))
    return [pk for _turn, pk in sorted(due)]


def find_holding(pk: int, *, today: date) -> CampaignWarning | None:
    """A warning by its row; None where it was withdrawn, or has passed, meanwhile."""
    return CampaignWarning.objects.filter(pk=pk, withdrawn_at=None, last_day__gte=today).first()


def find_answer(row: CampaignWarning, zone: str) -> WarningAnswer | None:
    """Find what a zone had of a warning."""
    return WarningAnswer.objects.filter(warning=row, zone=zone).first()


def get_answer(uuid: str, zone: str) -> WarningAnswer:
    """Give what a zone had of a warning.  Raises `NotFoundError`."""
    row = WarningAnswer.objects.filter(warning__uuid=uuid, zone=zone).select_related("warning").first()
    if row is None:
        raise NotFoundError("this zone was not swept for the warning", item=f"{uuid[:60]} {zone[:63]}")
    return row


def answers_of(rows: Iterable[CampaignWarning]) -> dict[int, list[WarningAnswer]]:
    """The answers to warnings, by warning, each by zone."""
    found: dict[int, list[WarningAnswer]] = {}
    answers = WarningAnswer.objects.filter(warning__in=[row.pk for row in rows]).order_by("warning", "zone")
    for answer in answers:
        found.setdefault(answer.warning_id, []).append(answer)
    return found


def keep_answer(row: CampaignWarning, zone: str, **said: Any) -> WarningAnswer:
    """Write down what a zone had, in the place of what was written before."""
    answer, _new = WarningAnswer.objects.update_or_create(warning=row, zone=zone, defaults=said)
    answer.warning = row
    return answer


def read_found(answer: WarningAnswer) -> tuple[FoundName, ...]:
    """The names that were found; of a partner's zone those that it told."""
    return _decode_found(answer.found)


def write_found(found: Sequence[FoundName]) -> bytes:
    """Names as they are kept."""
    return msgspec.json.encode(found)


def waiting_answers(own: str, *, asked_before: datetime) -> list[WarningAnswer]:
    """Answers about our zones that were not told and may be now; those asked lately wait on.

    Of a warning that passed long ago nobody waits for an answer: it is not asked about for ever.
    """
    rows = WarningAnswer.objects.exclude(warning__origin=own).filter(told_at=None, warning__withdrawn_at=None)
    rows = rows.filter(warning__last_day__gte=(asked_before - _ANSWERED_LATE).date())
    rows = rows.filter(Q(asked_at=None) | Q(asked_at__lt=asked_before))
    rows = rows.exclude(reason="needs-release", release="")  # nobody but a person changes that
    return list(rows.select_related("warning").order_by("pk")[:_AT_ONCE])


def answered_before(own: str, zone: str, *, as_of: date) -> set[int]:
    """Warnings of partners for which a zone was swept as of a snapshot or a later one."""
    rows = WarningAnswer.objects.exclude(warning__origin=own).filter(zone=zone, as_of__gte=as_of)
    return set(rows.annotate(pk_of=F("warning")).values_list("pk_of", flat=True))
