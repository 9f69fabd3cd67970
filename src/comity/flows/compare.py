"""Compare: what would a partner have seen these last days under another text, beside the one in force?

A dry run over what really happened: every item that was put to the memorandum is decided once more under both texts, as
of the time it was decided, in that order, each text with its own daily caps.  Both texts are taken as in force for
all of the time, since the question is what they admit and not when they begin.  Nothing is stored and nothing leaves.
A great many items are cut to the newest, and the answer says so.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from comity.core.disclosure import Decision, Item, decide
from comity.core.items import build_item
from comity.core.memoranda import Memorandum
from comity.core.quotas import day_of
from comity.edges.home import Home
from comity.store.memoranda import find_in_force
from comity.store.past_items import PastItem, read_past_items

DAYS: Final = 30
MOST_DAYS: Final = 366
MOST_ITEMS: Final = 5_000
MOST_CHANGES: Final = 500
_SENT: Final = frozenset(("send", "send-redacted"))


class Row(msgspec.Struct, frozen=True):
    """How many items got one answer: the verdict, by which clause and why."""

    verdict: str
    clause: str
    reason: str
    now: int
    then: int


class Changed(msgspec.Struct, frozen=True):
    """An item that the other text would answer differently."""

    registrable: str
    case_ref: str
    category: str
    kind: str
    at: datetime
    now: Decision
    then: Decision


class Comparison(msgspec.Struct, frozen=True):
    """The answer; `in_force` is the digest of the text it is compared with, empty where none is in force."""

    in_force: str
    days: int
    items: int
    cut: bool
    rows: tuple[Row, ...]
    changed: tuple[Changed, ...]
    changed_total: int

    def sums(self) -> dict[str, tuple[int, int]]:
        """How many items each verdict has, now and then."""
        sums: dict[str, tuple[int, int]] = {}
        for row in self.rows:
            now, then = sums.get(row.verdict, (0, 0))
            sums[row.verdict] = (now + row.now, then + row.then)
        return sums


def compare(
    home: Home, partner: str, draft: Memorandum, *, at: datetime, days: int = DAYS, most: int = MOST_ITEMS
) -> Comparison:
    """Decide the items of the last days about a partner under the text in force and under `draft`."""
    days = min(max(days, 1), MOST_DAYS)
    since = at - timedelta(days=days)
    stored = find_in_force(partner, at=at)
    past, cut = read_past_items(partner, since=since, most=most)
    now = _decide_all(home, partner, _as_in_force(stored.memorandum, since) if stored else None, past)
    then = _decide_all(home, partner, _as_in_force(draft, since), past)
    rows = Counter((one.verdict, one.clause, one.reason) for one in now)
    others = Counter((one.verdict, one.clause, one.reason) for one in then)
    changed = [
        Changed(item.registrable, item.case_ref, item.category, item.kind, item.at, before, after)
        for item, before, after in zip(past, now, then, strict=True)
        if (before.verdict, before.redact) != (after.verdict, after.redact)
    ]
    return Comparison(
        in_force=stored.digest if stored else "",
        days=days,
        items=len(past),
        cut=cut,
        rows=tuple(Row(*key, rows[key], others[key]) for key in sorted(rows.keys() | others.keys(), key=_order)),
        changed=tuple(changed[-MOST_CHANGES:][::-1]),
        changed_total=len(changed),
    )


def _order(key: tuple[str, str, str]) -> tuple[int, str, str]:
    return (("send", "send-redacted", "hold", "refuse").index(key[0]), key[1], key[2])


def _as_in_force(memorandum: Memorandum, since: datetime) -> Memorandum:
    return msgspec.structs.replace(memorandum, effective=min(memorandum.effective, since), expires=None)


def _decide_all(home: Home, partner: str, memorandum: Memorandum | None, past: Sequence[PastItem]) -> list[Decision]:
    sent: Counter[tuple[object, str]] = Counter()
    decisions = []
    for one in past:
        place = day_of(one.at), one.kind
        decision = decide(_item(home, partner, memorandum, one, sent[place]), memorandum, at=one.at)
        sent[place] += decision.verdict in _SENT
        decisions.append(decision)
    return decisions


def _item(home: Home, partner: str, memorandum: Memorandum | None, one: PastItem, sent_today: int) -> Item:
    if one.report is None:
        return Item(
            kind=one.kind, sender=home.party, recipient=partner, zone=one.zone, category=one.category,
            sent_today=sent_today,
        )  # fmt: skip
    return build_item(
        one.report, sender=home.party, recipient=partner, zone=one.zone, memorandum=memorandum, at=one.at,
        kind=one.kind, protected=one.protected, sent_today=sent_today, approvals=one.approvals,
    )  # fmt: skip
