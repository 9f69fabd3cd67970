"""Foretell: what a partner was told of a case, word by word, and what it would be told now.

Told: the entries of our ledgers about the case and its reports, opened and shown field by field as the partner reads
them.  Would be told: the case's newest reports that the partner has not got and the next things that could be said of
the case, put to the memorandum as it stands.  A dry run: nothing is stored and nothing leaves.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal

import msgspec

from comity.core.disclosure import Decision, Item, Kind, decide
from comity.core.items import build_item
from comity.core.redaction import redact
from comity.core.roles import may_read
from comity.edges.home import Home
from comity.store.case_peers import find_peers
from comity.store.case_reports import ReportRow
from comity.store.cases import CaseRow, count_approvals
from comity.store.memoranda import StoredMemorandum, find_governing
from comity.store.told import ToldEntry, entries_about
from comity.wire.stix import EXTENSION, CaseEventPayload, ReportPayload, parse_case_event, parse_report

MOST: Final = 50
_REPORTS: Final = 20
_SENT: Final = frozenset(("send", "send-redacted"))
# What could be said next of a case that a partner takes part in.
_NEXT: Final[tuple[tuple[str, Kind], ...]] = (("outcome", "outcome"), ("asked", "inquiry"))
_HIDDEN: Final = frozenset(("memorandum", "salt"))


class Told(msgspec.Struct, frozen=True):
    """One entry of our ledger as the partner reads it.

    `state`: `received` once the partner cosigned it, `on-its-way` before, `erased` when only its hash is left,
    `refused` when the partner did not take it.
    """

    partner: str
    at: datetime
    kind: str
    subject: str
    event: str
    state: Literal["received", "on-its-way", "erased", "refused"]
    fields: dict[str, Any]


class WouldTell(msgspec.Struct, frozen=True):
    """One thing that could be told now: the memorandum's answer, and what the partner would read ({}: nothing)."""

    partner: str
    kind: str
    event: str
    report: str
    decision: Decision
    fields: dict[str, Any]


def told_of(row: CaseRow, report_uuids: Sequence[str]) -> tuple[Told, ...]:
    """What partners were told of a case and of these reports of it, the newest first."""
    entries = entries_about([row.uuid, *report_uuids], direction="out")
    newest = sorted(entries, key=lambda entry: (entry.at, entry.position), reverse=True)[:MOST]
    return tuple(_told(entry) for entry in newest)


def _told(entry: ToldEntry) -> Told:
    event, fields = "", dict[str, Any]()
    if entry.erased_at is None:
        event, fields = _opened(entry)
    state: Literal["received", "on-its-way", "erased", "refused"]
    if entry.erased_at is not None:
        state = "erased"
    elif entry.refused:
        state = "refused"
    else:
        state = "received" if entry.receipted else "on-its-way"
    return Told(entry.partner, entry.at, entry.kind, entry.subject, event, state, fields)


def _opened(entry: ToldEntry) -> tuple[str, dict[str, Any]]:
    if entry.kind == "case-event":
        said = parse_case_event(entry.payload)
        return (said.event, _fields(said)) if isinstance(said, CaseEventPayload) else ("", {})
    reported = parse_report(entry.payload)
    if not isinstance(reported, ReportPayload):
        return entry.kind, _notice(entry.payload)
    return reported.kind, {"target": reported.target, **_fields(reported.report), "clause": reported.clause}


def _notice(payload: bytes) -> dict[str, Any]:
    """What a notice about a report says (a marking, an erasure): the members of its extension."""
    try:
        (one,) = msgspec.json.decode(payload, type=_Notice).objects
    except (msgspec.DecodeError, ValueError):
        return {}
    said = one.extensions.get(EXTENSION, {})
    return {name: value for name, value in said.items() if name not in _HIDDEN and value not in ("", [], {}, None)}


class _Object(msgspec.Struct):
    extensions: dict[str, dict[str, Any]] = {}


class _Notice(msgspec.Struct):
    objects: tuple[_Object, ...]


def _fields(value: Any) -> dict[str, Any]:
    """A struct as names and values, empty ones left out."""
    said = msgspec.to_builtins(value, builtin_types=(datetime,))
    return {name: one for name, one in said.items() if name not in _HIDDEN and one not in ("", [], {}, None, False)}


def would_tell(
    home: Home, row: CaseRow, reports: Sequence[ReportRow], already: Sequence[Told], *, role: str, at: datetime
) -> tuple[WouldTell, ...]:
    """What partners would be told of a case now; `already` is what they were told, `role` who asks."""
    found: list[WouldTell] = []
    if row.party not in {"", home.party} and row.state != "closed":
        had = {one.subject for one in already if one.kind == "report"}
        found += _reports_for(home, row, [one for one in reports[:_REPORTS] if one.uuid not in had], role, at)
    for peer in find_peers({row.pk}).get(row.pk, ()):
        stored = find_governing(peer.partner, at=at)
        for event, kind in _NEXT:
            item = Item(
                kind=kind, sender=home.party, recipient=peer.partner, zone=row.zone, category=row.category, sent_today=0
            )
            decision = _decide(item, stored, at)
            fields = _event_fields(row) if decision.verdict in _SENT else {}
            found.append(WouldTell(peer.partner, kind, event, "", decision, fields))
    return tuple(found)


def _reports_for(home: Home, row: CaseRow, reports: Sequence[ReportRow], role: str, at: datetime) -> list[WouldTell]:
    stored = find_governing(row.party, at=at)
    approvals = count_approvals([row]).get(row.pk, 0) if row.protected else 0
    found = []
    for one in reports:
        item = build_item(
            one.report, sender=home.party, recipient=row.party, zone=row.zone,
            memorandum=stored.memorandum if stored else None, protected=row.protected, approvals=approvals, at=at,
        )  # fmt: skip
        decision = _decide(item, stored, at)
        is_shown = decision.verdict in _SENT and may_read(role, one.report.tlp)
        fields = _fields(redact(one.report, decision)) if is_shown else {}
        found.append(WouldTell(row.party, item.kind, item.kind, one.uuid, decision, fields))
    return found


def _event_fields(row: CaseRow) -> dict[str, Any]:
    said = {
        "registrable": row.registrable, "category": row.category, "disposition": row.disposition, "action": row.action,
    }  # fmt: skip
    return {name: value for name, value in said.items() if value}


def _decide(item: Item, stored: StoredMemorandum | None, at: datetime) -> Decision:
    if stored is None:
        return decide(item, None, at=at)
    return decide(item, stored.memorandum, at=at, status=stored.status)
