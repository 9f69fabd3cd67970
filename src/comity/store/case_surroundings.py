"""What the store knows around many names at once: newest reports, hosts below, what was last seen from outside.

One statement for each question whatever the number of cases; a case with very many reports is read up to its newest.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

import msgspec
from django.db import connection

from comity.core.case_score import MOST_REPORTS, ScoredReport
from comity.core.observations import Registration, Resolution
from comity.core.reports import Report
from comity.store.cases import CaseRow
from comity.store.models import Observation

_AT_ONCE: Final = 500

_decode: Final = msgspec.json.Decoder(Report).decode


def newest_reports(rows: Sequence[CaseRow]) -> dict[int, list[ScoredReport]]:
    """Read the newest reports of each case, at most `MOST_REPORTS`; one that cannot be read is left out."""
    found: dict[int, list[ScoredReport]] = {row.pk: [] for row in rows}
    few = [row.pk for row in rows if row.report_count <= MOST_REPORTS]
    many = [row.pk for row in rows if row.report_count > MOST_REPORTS]
    with connection.cursor() as cursor:
        for start in range(0, len(few), _AT_ONCE):
            part = few[start : start + _AT_ONCE]
            marks = ", ".join(["%s"] * len(part))
            cursor.execute(
                f"SELECT case_id, uuid, body FROM report WHERE case_id IN ({marks}) ORDER BY id DESC",  # noqa: S608 — marks only
                part,
            )
            for pk, uuid, body in cursor.fetchall():
                _add(found[pk], uuid, bytes(body))
        for pk in many:
            cursor.execute(
                "SELECT uuid, body FROM report WHERE case_id = %s ORDER BY id DESC LIMIT %s", [pk, MOST_REPORTS]
            )
            for uuid, body in cursor.fetchall():
                _add(found[pk], uuid, bytes(body))
    return found


def _add(reports: list[ScoredReport], uuid: str, body: bytes) -> None:
    if len(reports) >= MOST_REPORTS:
        return
    try:
        reports.append(ScoredReport(uuid, _decode(body)))
    except msgspec.DecodeError:  # of an older or newer form: it says nothing that could be scored
        return


def count_subdomains(case_pks: Collection[int]) -> dict[int, int]:
    """How many different hosts below its name the reports of each case name."""
    found: dict[int, int] = {}
    pks = list(case_pks)
    with connection.cursor() as cursor:
        for start in range(0, len(pks), _AT_ONCE):
            part = pks[start : start + _AT_ONCE]
            marks = ", ".join(["%s"] * len(part))
            query = f"SELECT case_id, count(DISTINCT host) FROM report WHERE case_id IN ({marks})"  # noqa: S608 — marks only
            cursor.execute(f"{query} AND host <> registrable GROUP BY case_id", part)
            found.update(cursor.fetchall())
    return found


def registered_at(registrables: Collection[str]) -> dict[str, datetime]:
    """When each of these names was registered, as the newest look that says so says."""
    found: dict[str, datetime] = {}
    for registrable, body in _looks(registrables, ("rdap", "epp")):
        told = msgspec.json.decode(body, type=Registration).registered_at
        if told is not None:
            found[registrable] = told
    return found


def has_mail(registrables: Collection[str]) -> dict[str, bool]:
    """Which of these names the newest look at the DNS named mail hosts for; of the others nothing is known."""
    found: dict[str, bool] = {}
    for registrable, body in _looks(registrables, ("dns",)):
        found[registrable] = bool(msgspec.json.decode(body, type=Resolution).mail_hosts)
    return {registrable: True for registrable, told in found.items() if told}


def _looks(registrables: Collection[str], kinds: tuple[str, ...]) -> list[tuple[str, bytes]]:
    """The looks that learned something, oldest first: the last word about each name is the newest."""
    names = sorted(set(registrables))
    found: list[tuple[str, bytes]] = []
    for start in range(0, len(names), _AT_ONCE):
        rows = Observation.objects.filter(registrable__in=names[start : start + _AT_ONCE], kind__in=kinds, error="")
        told = rows.order_by("pk").values_list("registrable", "body")
        found += [(name, bytes(body)) for name, body in told if body]
    return found
