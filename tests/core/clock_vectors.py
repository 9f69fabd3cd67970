"""docs/spec/vectors/clocks.json, read: calendars, terms and entries as any implementation finds them there."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from comity.core.calendars import DAY_NAMES, Calendar, hours_of
from comity.core.cases import CaseEntry
from comity.core.clock_terms import Terms, own_terms
from comity.core.clocks import Clock
from comity.core.promises import Basis, Promise

FILE = Path(__file__).resolve().parents[2] / "docs" / "spec" / "vectors" / "clocks.json"
VECTORS = json.loads(FILE.read_text(encoding="utf-8"))
DEBTOR, CREDITOR = "oac.by", "cctld.ru"
_BY_DEBTOR = frozenset(("accepted", "asked", "paused", "resumed", "outcome", "refused"))
_ENTRY_OF = {"info": "info_sent", "withdrawn": "withdrawal_sent", "given-up": "no_receipt_timeout"}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def calendar(name: str | None) -> Calendar | None:
    if name is None:
        return None
    said = VECTORS["calendars"][name]
    opens, closes = hours_of(said["hours"])
    return Calendar(
        tz=ZoneInfo(said["tz"]), tz_name=said["tz"], workdays=frozenset(map(DAY_NAMES.index, said["workdays"])),
        opens=opens, closes=closes, off=frozenset(map(date.fromisoformat, said["off"])),
        on=frozenset(map(date.fromisoformat, said["on"])),
    )  # fmt: skip


def terms(said: Any) -> Terms:
    """A severity of the defaults, or what is said."""
    if isinstance(said, str):
        return own_terms(said)
    return Terms(
        limits=said["limits"], working=said["working"], pause_when=frozenset(said["pause_when"]),
        pause_max=timedelta(seconds=said["pause_max_seconds"]),
        marks=tuple((step["percent"], step["to"]) for step in said["escalate"]),
    )  # fmt: skip


def entries(said: list[dict[str, str]]) -> list[CaseEntry]:
    return [
        CaseEntry(
            seq=number, event=one["event"], from_state=one["from"], to_state=one["to"], at=moment(one["at"]),
            party=DEBTOR, role="analyst", reason=one.get("reason", ""), clock=one.get("clock", ""),
        )
        for number, one in enumerate(said, 1)
    ]  # fmt: skip


def promise(words: list[dict[str, str]], basis: Basis) -> tuple[Promise, list[CaseEntry]]:
    """What the creditor has of these words."""
    reported = tuple(moment(one["at"]) for one in words if one["word"] == "report")
    made = []
    for number, one in enumerate((one for one in words if one["word"] != "report"), 1):
        word, at = one["word"], moment(one["at"])
        heard = word in _BY_DEBTOR
        made.append(
            CaseEntry(
                seq=number, event="note" if heard else _ENTRY_OF[word], from_state="referred", to_state="referred",
                at=at + timedelta(days=1) if heard else at, party=DEBTOR if heard else CREDITOR,
                role="partner" if heard else "analyst", reason=one.get("reason", ""), said=word if heard else "",
                said_at=at if heard else None,
            )
        )  # fmt: skip
    owed = Promise(partner=DEBTOR, by=DEBTOR, to=CREDITOR, reported=reported, joined_at=min(reported), basis=basis)
    return owed, made


def said_of(clock: Clock) -> dict[str, Any]:
    """A clock as the vectors give it."""
    return {
        "clock": clock.kind,
        "number": clock.number,
        "started_at": written(clock.started_at),
        "due_at": written(clock.due_at),
        "stopped_at": None if clock.stopped_at is None else written(clock.stopped_at),
        "pauses": [
            {"reason": one.reason, "since": written(one.since), "until": written(one.until), "open": one.open}
            for one in clock.pauses
        ],
        "told": [
            {"percent": one.percent, "to": one.to, "at": written(one.at), "noted": one.noted_at is not None}
            for one in clock.marks
        ],
    }


def written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
