"""Lists of algorithmic names as they are kept: parts and their answers, our own names, and counts by zone and day.

A count is made anew from the parts of its zone whenever one of them changed; of others' zones it is what was told.
Whoever changes a list locks its row first (`lock_list`), after the ledger's.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any, Final

import msgspec
from django.db.models import Count, F, Max, Q, QuerySet

from comity.core.dga import Counts, DayNames, Part, count_part, fold_counts, next_check, render_answers
from comity.core.dga_dangers import Known, find_dangers
from comity.core.errors import NotFoundError
from comity.store.fields import micros
from comity.store.models import DgaCount, DgaEvent, DgaList, DgaName, DgaPart, DgaTold
from comity.store.rows import NewRows

MOST_PARTS_OF_A_PARTNER: Final = 2_000
_AT_ONCE: Final = 500
_LISTED: Final = 500

_NAMES: Final = NewRows(
    "dga_name",
    {
        "part_id": "int8", "place": "int4", "name": "varchar", "day": "varchar", "dangers": "varchar",
        "check_state": "varchar", "next_at": "int8", "answer": "varchar",
    },
)  # fmt: skip
_decode_days: Final = msgspec.json.Decoder(tuple[DayNames, ...]).decode


def find_list(uuid: str) -> DgaList | None:
    """Find a list by the subject of its entries."""
    return DgaList.objects.filter(uuid=uuid).first()


def lock_list(pk: int) -> DgaList:
    """Let nobody else change a list until the caller's transaction ends."""
    return DgaList.objects.select_for_update(no_key=True).get(pk=pk)  # new parts may refer to it meanwhile


def lists_of(family: str, *, origin: str = "") -> list[DgaList]:
    """The lists of a family, the newest first.  Raises `NotFoundError` where there is none."""
    rows = DgaList.objects.filter(family=family)
    found = list((rows.filter(origin=origin) if origin else rows).order_by("-pk")[:_LISTED])
    if not found:
        raise NotFoundError("no list of this family here", item=family)
    return found


def list_families() -> list[dict[str, Any]]:
    """Each family: how many lists, names that are known here, and when the newest came."""
    rows = DgaList.objects.values("family").annotate(lists=Count("pk"), newest=Max("at")).order_by("family")
    found = {row["family"]: dict(row) for row in rows[:_LISTED]}
    waiting: Counter[str] = Counter()
    names: Counter[str] = Counter()
    for family, counts in DgaCount.objects.filter(list__family__in=found).values_list("list__family", "counts"):
        names[family] += sum(counts.values())
        waiting[family] += counts.get("waiting", 0)
    return [{**row, "names": names[family], "waiting": waiting[family]} for family, row in found.items()]


def read_part(row: DgaPart) -> Part:
    """The names of a part."""
    return Part(row.zone, row.number, row.of, _decode_days(row.days))


def known_hosts(family: str, origin: str, *, but: str) -> dict[tuple[str, str], frozenset[str]]:
    """Hosts that lists of an origin have, but one of them, by (zone, day)."""
    found: dict[tuple[str, str], set[str]] = {}
    for row in DgaPart.objects.filter(list__family=family, list__origin=origin).exclude(list__uuid=but).iterator():
        for day, host in read_part(row).hosts():
            found.setdefault((row.zone, day), set()).add(host)
    return {key: frozenset(hosts) for key, hosts in found.items()}


def add_parts(row: DgaList, parts: Iterable[Part], *, party: str, told_at: datetime | None = None) -> list[DgaPart]:
    """Keep parts of one zone of a list."""
    rows = [
        DgaPart(
            list=row, zone=part.zone, number=part.number, of=part.of, party=party, count=part.count, told_at=told_at,
            last_day="" if not part.days[0].day else part.days[-1].day, days=msgspec.json.encode(part.days),
        )
        for part in parts
    ]  # fmt: skip
    return DgaPart.objects.bulk_create(rows, batch_size=_AT_ONCE)


def add_names(rows: Sequence[DgaPart], known: Known, *, at: datetime) -> None:
    """Keep each name of parts of our own zones, with what makes it dangerous to act on."""
    today = at.astimezone(UTC).date()
    due_at: dict[str, int | None] = {}
    for row in rows:
        values: list[tuple[Any, ...]] = []
        for place, (day, host) in enumerate(read_part(row).hosts()):
            if day not in due_at:
                due = next_check(day, at_day=today, checked=False)
                due_at[day] = None if due is None else micros(datetime.combine(due, time(), UTC))
            dangers = find_dangers(host, known)
            is_protected = "protected" in dangers
            state, due_next = ("protected", None) if is_protected else ("unchecked", due_at[day])
            values.append((row.pk, place, host, day, " ".join(dangers), state, due_next, "waiting"))
        _NAMES.write(values)


def refold(row: DgaList, zones: Iterable[str]) -> int:
    """Count the zones of a list anew from their parts; tells how many counts changed.  The list is locked."""
    parts = DgaPart.objects.filter(list=row, zone__in=set(zones)).iterator()
    return keep_counts(row, fold_counts(count_part(read_part(part), part.answers) for part in parts))


def keep_counts(row: DgaList, counts: Counts) -> int:
    """Write down counts that are others than before; the list is locked.  Tells how many changed."""
    zones = {zone for zone, _day in counts}
    known = {(one.zone, one.day): one for one in DgaCount.objects.filter(list=row, zone__in=zones)}
    version = row.version + 1
    changed = []
    for (zone, day), counter in sorted(counts.items()):
        told = {answer: number for answer, number in sorted(counter.items()) if number}
        before = known.get((zone, day))
        if before is None or before.counts != told:
            changed.append(DgaCount(list=row, zone=zone, day=day, counts=told, version=version))
    if changed:
        DgaCount.objects.bulk_create(
            changed, batch_size=_AT_ONCE, update_conflicts=True, unique_fields=["list", "zone", "day"],
            update_fields=["counts", "version"],
        )  # fmt: skip
        row.version = version
        row.save(update_fields=["version"])
    return len(changed)


def counts_of(lists: Iterable[DgaList], *, zones: Iterable[str] | None = None) -> Counts:
    """How lists of a family stand together, by zone and day."""
    rows = DgaCount.objects.filter(list__in=[row.pk for row in lists])
    if zones is not None:
        rows = rows.filter(zone__in=list(zones))
    return fold_counts(
        {(zone, day): Counter(counts)} for zone, day, counts in rows.values_list("zone", "day", "counts")
    )


def changed_counts(row: DgaList, *, since: int, zones: Iterable[str]) -> list[DgaCount]:
    """Counts of these zones that changed after a version of the list, by zone and day."""
    rows = DgaCount.objects.filter(list=row, version__gt=since, zone__in=list(zones))
    return list(rows.order_by("zone", "day"))


def parts_of(row: DgaList, *, party: str = "") -> "QuerySet[DgaPart]":
    """The parts of a list by zone and number."""
    rows = DgaPart.objects.filter(list=row)
    return (rows.filter(party=party) if party else rows).order_by("zone", "number")


def find_part(row: DgaList, zone: str, number: int) -> DgaPart | None:
    """Find one part of a list."""
    return DgaPart.objects.filter(list=row, zone=zone, number=number).first()


def count_parts_from(origin: str, *, today: str) -> int:
    """How many parts of a partner's lists are kept whose days are not over."""
    rows = DgaPart.objects.filter(list__origin=origin)
    return rows.filter(Q(last_day="") | Q(last_day__gte=today)).count()


def note_asked(parts: Sequence[DgaPart]) -> None:
    """Write down what the memorandum said about parts, and which of them were told."""
    DgaPart.objects.bulk_update(parts, ["told_at", "verdict", "clause", "reason", "asked_at"], batch_size=_AT_ONCE)


def note_told(row: DgaList, partner: str, **said: Any) -> None:
    """Write down up to which version a partner knows how a list stands, or why not."""
    DgaTold.objects.update_or_create(list=row, partner=partner, defaults=said)


def told_version(row: DgaList, partner: str) -> DgaTold | None:
    """Up to which version a partner knows how a list stands."""
    return DgaTold.objects.filter(list=row, partner=partner).first()


def untold_shares(own: str, *, asked_before: datetime, today: str) -> dict[tuple[int, str], int]:
    """Parts of lists of ours that a person offered and that wait, by (list, partner); those asked lately wait on."""
    rows = DgaPart.objects.filter(asked_at__lt=asked_before, list__origin=own, told_at=None)
    rows = rows.exclude(party__in=("", own)).filter(Q(last_day="") | Q(last_day__gte=today))
    return {(pk, party): number for pk, party, number in rows.values_list("list", "party").annotate(Count("pk"))}


def untold_answers(own: str, *, asked_before: datetime) -> list[DgaPart]:
    """Parts that we answered and whose origin was not told so."""
    rows = DgaPart.objects.exclude(list__origin=own).filter(answered_at__isnull=False, told_at=None)
    rows = rows.filter(Q(asked_at=None) | Q(asked_at__lt=asked_before))
    return list(rows.select_related("list").order_by("list", "zone", "number")[:_AT_ONCE])


def answers_of(part: DgaPart) -> str:
    """The answers about our names of a part, as they cross."""
    rows = DgaName.objects.filter(part=part).order_by("place")
    return render_answers(rows.values_list("answer", flat=True).iterator())


def keep_answers(part: DgaPart, answers: Sequence[str]) -> None:
    """Set the answers of our names of a part, in their order."""
    names = list(DgaName.objects.filter(part=part).order_by("place"))
    for name, answer in zip(names, answers, strict=True):
        name.answer = answer
    DgaName.objects.bulk_update(names, ["answer"], batch_size=_AT_ONCE)


def set_answer(pks: Sequence[int], answer: str) -> None:
    """Give names of ours one answer."""
    for start in range(0, len(pks), _AT_ONCE):
        DgaName.objects.filter(pk__in=pks[start : start + _AT_ONCE]).update(answer=answer)


def find_names(lists: Iterable[DgaList], asked: Mapping[str, str]) -> "QuerySet[DgaName]":
    """Names of ours in lists, by `zone`, `day`, `until` (with `day`: a span), `state`, `answer`, `name`, `danger`."""
    rows = DgaName.objects.filter(part__list__in=[row.pk for row in lists])
    columns = {"zone": "part__zone", "state": "check_state", "answer": "answer", "name": "name"}
    for word, column in columns.items():
        if asked.get(word):
            rows = rows.filter(**{column: asked[word]})
    if asked.get("until"):
        rows = rows.filter(day__gte=asked.get("day", "") or "0", day__lte=asked["until"])
    elif asked.get("day"):
        rows = rows.filter(day="" if asked["day"] == "undated" else asked["day"])
    if asked.get("danger"):
        rows = rows.exclude(dangers="") if asked["danger"] == "any" else rows.filter(dangers__contains=asked["danger"])
    return rows.order_by("day", "name", "pk")


def due_names(at: datetime, *, limit: int) -> list[DgaName]:
    """Names of ours whose time to be looked at has come, the longest due first."""
    return list(DgaName.objects.filter(next_at__lte=at).order_by("next_at", "pk")[:limit])


def keep_check(pks: Sequence[int], *, state: str, at: datetime, registered_at: datetime | None = None) -> None:
    """Write down what was found of names, where nobody protects them."""
    for start in range(0, len(pks), _AT_ONCE):
        rows = DgaName.objects.filter(pk__in=pks[start : start + _AT_ONCE]).exclude(check_state="protected")
        rows.update(check_state=state, checked_at=at, registered_at=registered_at)


def set_due(pks: Sequence[int], next_at: datetime | None) -> None:
    """Say when names are looked at next."""
    for start in range(0, len(pks), _AT_ONCE):
        DgaName.objects.filter(pk__in=pks[start : start + _AT_ONCE]).update(next_at=next_at)


def count_checks(lists: Iterable[DgaList]) -> dict[str, int]:
    """How many of our names were found how."""
    rows = DgaName.objects.filter(part__list__in=[row.pk for row in lists]).values_list("check_state")
    return dict(rows.annotate(Count("pk")).order_by("check_state"))


def add_event(row: DgaList, **said: Any) -> None:
    """Write down who did what with a list."""
    DgaEvent.objects.create(list=row, **said)


def events_of(lists: Iterable[DgaList]) -> list[DgaEvent]:
    """What people did, the newest first."""
    rows = DgaEvent.objects.filter(list__in=[row.pk for row in lists]).select_related("list")
    return list(rows.order_by("-pk")[:50])


def begin_telling(row: DgaList, partner: str, *, at: datetime) -> None:
    """From now on a partner is told how a list stands: it has a part."""
    DgaTold.objects.get_or_create(list=row, partner=partner, defaults={"at": at})


def stale_statuses(own: str, *, asked_before: datetime) -> list[tuple[DgaList, str]]:
    """Lists of ours of which a partner that has a part was not told how they stand now."""
    rows = DgaTold.objects.filter(list__origin=own, version__lt=F("list__version"))
    rows = rows.filter(Q(verdict__in=("", "send")) | Q(at__lt=asked_before))
    return [(row.list, row.partner) for row in rows.select_related("list").order_by("list", "partner")]


def forget_part(row: DgaList, part: DgaPart) -> None:
    """Delete a part with its names, and count its zone anew; the list is locked."""
    DgaName.objects.filter(part=part).delete()
    part.delete()
    DgaCount.objects.filter(list=row, zone=part.zone).delete()
    refold(row, [part.zone])


def forget_answers(row: DgaList, part: DgaPart) -> None:
    """Let all names of a part wait again; the list is locked."""
    part.answers, part.answered_at = "", None
    part.save(update_fields=["answers", "answered_at"])
    refold(row, [part.zone])


def forget_counts(row: DgaList, keys: Iterable[tuple[str, str]]) -> None:
    """Delete counts of others' zones and days."""
    for zone, day in keys:
        DgaCount.objects.filter(list=row, zone=zone, day=day).delete()
