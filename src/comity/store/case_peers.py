"""Who else takes part in a case: the same matter at partners' nodes.

A partner to which a report of the case was sent is a peer even before it named its own case; a case that a partner
reported has the partner's case as peer.  One peer of one case stands here once, whatever was reported.
"""

from collections.abc import Collection
from datetime import datetime

import msgspec
from django.db import connection

from comity.store.models import Case, CasePeer, Decision, LedgerEntry
from comity.wire.stix import ReportPayload, parse_report

_MARKS_AT_ONCE = 5_000
_SENT = ("send", "send-redacted")


class Peer(msgspec.Struct, frozen=True):
    """A partner that takes part in a case, its own cases about the matter as far as known, and when ours was opened."""

    partner: str
    remote_cases: tuple[str, ...]
    opened_at: datetime


def find_peers(case_pks: Collection[int]) -> dict[int, list[Peer]]:
    """Who takes part in each of these cases.

    A partner does when a report in the case was sent to it, or when a case of its own is joined to it.  Having the zone
    is not enough: what the memorandum withheld must not show by an acknowledgement either.
    """
    found: dict[int, dict[str, list[str]]] = {}
    opened: dict[int, datetime] = {}
    pks = list(case_pks)
    for start in range(0, len(pks), _MARKS_AT_ONCE):
        part = pks[start : start + _MARKS_AT_ONCE]
        for pk, opened_at in Case.objects.filter(pk__in=part).values_list("pk", "opened_at"):
            found[pk] = {}
            opened[pk] = opened_at
        told = Decision.objects.filter(case_id__in=part, report_id__isnull=False, direction="out", verdict__in=_SENT)
        for pk, partner in told.values_list("case_id", "partner").distinct():
            found[pk][partner] = []
        rows = CasePeer.objects.filter(case_id__in=part).values_list("case_id", "partner", "remote_case")
        for pk, partner, remote in rows:
            found[pk].setdefault(partner, []).append(remote)
    return {
        pk: [Peer(partner, tuple(cases), opened[pk]) for partner, cases in peers.items()] for pk, peers in found.items()
    }


def cases_of_peer(partner: str, remote_cases: Collection[str]) -> dict[str, list[str]]:
    """Our cases (UUIDs) that take part in a partner's cases, by the partner's case."""
    found: dict[str, list[str]] = {}
    remotes = list(dict.fromkeys(remote_cases))
    for start in range(0, len(remotes), _MARKS_AT_ONCE):
        part = remotes[start : start + _MARKS_AT_ONCE]
        rows = CasePeer.objects.filter(partner=partner, remote_case__in=part).values_list("remote_case", "case__uuid")
        for remote, uuid in rows:
            found.setdefault(remote, []).append(uuid)
    return found


def known_peers(partner: str, remote_cases: Collection[str]) -> set[tuple[int, str, str]]:
    """Which (case key, partner, partner's case) stand here already, of those about the partner's cases."""
    known: set[tuple[int, str, str]] = set()
    remotes = list(dict.fromkeys(remote_cases))
    for start in range(0, len(remotes), _MARKS_AT_ONCE):
        part = remotes[start : start + _MARKS_AT_ONCE]
        rows = CasePeer.objects.filter(partner=partner, remote_case__in=part).values_list("case_id", "remote_case")
        known.update((case_pk, partner, remote) for case_pk, remote in rows)
    return known


def find_origins(report_uuids: Collection[str]) -> set[tuple[str, str]]:
    """The partners and the partners' cases that these reports came from: (partner, the partner's case)."""
    found: set[tuple[str, str]] = set()
    uuids = list(report_uuids)
    for start in range(0, len(uuids), _MARKS_AT_ONCE):
        part = uuids[start : start + _MARKS_AT_ONCE]
        rows = LedgerEntry.objects.filter(subject__in=part, kind="report", ledger__direction="in", refused="")
        for partner, data in rows.values_list("ledger__link__partner", "payload"):
            payload = parse_report(bytes(data))
            if isinstance(payload, ReportPayload):
                found.add((partner, str(payload.case)))
    return found


def add_peers(peers: Collection[tuple[int, str, str]]) -> None:
    """Remember (case key, partner, the partner's case); what is known already stays as it is."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO case_peer (case_id, partner, remote_case) VALUES (%s, %s, %s) "
            "ON CONFLICT (partner, remote_case, case_id) DO NOTHING",
            sorted(set(peers)),
        )
