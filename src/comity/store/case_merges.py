"""Which cases follow which, both ways.  Everything that writes is called inside the caller's transaction."""

from collections.abc import Collection, Iterable

from django.db import connection

from comity.store.models import Case, CaseMerge


def lock_cases(pks: Collection[int]) -> None:
    """Let nobody else change these cases before this transaction ends (on SQLite nobody else writes anyway)."""
    if connection.vendor == "postgresql":
        list(Case.objects.select_for_update().filter(pk__in=sorted(pks)).order_by("pk").values_list("pk"))


def find_parents(pks: Collection[int]) -> dict[int, int]:
    """Which case each of these follows, or followed until it was closed with it."""
    return dict(CaseMerge.objects.filter(case_id__in=list(pks)).values_list("case_id", "parent_id"))


def find_followers(parent_pks: Collection[int]) -> dict[int, list[int]]:
    """The cases that follow each of these and are merged now, in the order in which they were opened."""
    rows = CaseMerge.objects.filter(parent_id__in=list(parent_pks), case__state="merged").order_by("case_id")
    found: dict[int, list[int]] = {}
    for case, parent in rows.values_list("case_id", "parent_id"):
        found.setdefault(parent, []).append(case)
    return found


def list_followers(parent_pk: int, *, limit: int) -> list[int]:
    """The cases that follow a case, or were closed with it, in the order in which they were opened."""
    rows = CaseMerge.objects.filter(parent_id=parent_pk).order_by("case_id")
    return list(rows.values_list("case_id", flat=True)[:limit])


def keep_merges(merged: Iterable[tuple[int, int]], ended: Collection[int]) -> None:
    """Write which case follows which from now on, and which stand on their own again."""
    pairs = dict(merged)
    CaseMerge.objects.filter(case_id__in=[*ended, *pairs]).delete()
    CaseMerge.objects.bulk_create([CaseMerge(case_id=case, parent_id=parent) for case, parent in pairs.items()])
