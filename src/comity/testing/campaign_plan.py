"""A campaign's plan: which faults strike, where, in which order; a value that follows from a seed and can be printed
and replayed.

The same seed, count, parties and store give the same plan.  When exactly a fault strikes depends on the machine's
speed, as in life; what must hold afterwards does not.
"""

from collections.abc import Sequence
from random import Random
from typing import Final, Literal

import msgspec

from comity.testing.message_line import LINE_FAULTS

Store = Literal["sqlite", "postgresql"]
STORES: Final[tuple[Store, ...]] = ("sqlite", "postgresql")

# Every kind and how often it is drawn.  Those of the line are in LINE_FAULTS.
_SHARES: Final[dict[str, int]] = {
    **dict.fromkeys(LINE_FAULTS, 40),
    "kill": 110,
    "kill-at-step": 130,
    "kill-intake": 30,
    "freeze": 30,
    "partition": 14,
    "writers": 8,
    "clock": 12,
    "full-disk": 8,
    "read-only": 8,
    "restored": 16,
}
FAULTS: Final = tuple(_SHARES)
_STEPS: Final = (
    ("receive.receive_batch", "before"), ("receive.receive_batch", "after"), ("answer.answer", "after"),
    ("courier.store_receipt", "before"), ("courier.store_receipt", "after"), ("courier.note_try:link", "after"),
    ("sent.batch", "after"), ("sent.status", "after"),
    ("take_in.store_once", "before"), ("take_in.store_once", "after"), ("take_in.finish_run:intake_run", "before"),
    ("acknowledge.advance_once", "before"), ("acknowledge.advance_once", "after"),
    ("close.advance_once", "before"), ("close.advance_once", "after"),
)  # fmt: skip
_STEPS_WHO_FETCHES: Final = (
    ("courier.receive_batch", "before"), ("courier.receive_batch", "after"), ("sent.fetch", "after"),
    ("sent.receipt", "after"),
)  # fmt: skip
_STEPS_WHO_IS_AWAITED: Final = (
    ("give.give_entries", "before"), ("give.give_entries", "after"),
    ("give.take_receipt", "before"), ("give.take_receipt", "after"),
)  # fmt: skip
_PARTS: Final = ("links", "courier", "courier", "desk")
_NODES_OF_A_MIX: Final = 3
_DAY_SECONDS: Final = 86_400
_LATE_SECONDS: Final = 2.6  # longer than a campaign's node waits for an answer
_CLOCKS: Final = (_DAY_SECONDS, -_DAY_SECONDS, 3_600, -3_600, 90, -90)


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """One fault.  `node` suffers it; with `partner` it is on the line from the one to the other."""

    kind: str
    node: str
    partner: str = ""
    seconds: float = 0.0
    share: float = 0.0
    part: str = ""
    step: str = ""
    when: str = ""
    nth: int = 1
    ahead_seconds: int = 0


class Plan(msgspec.Struct, frozen=True):
    """The whole campaign.  `fetched`: links as (who fetches, who is awaited); every other ledger is pushed."""

    seed: int
    store: Store
    parties: tuple[str, ...]
    faults: tuple[Fault, ...]
    fetched: tuple[tuple[str, str], ...] = ()


def plan_faults(seed: int, count: int, parties: Sequence[str], store: Store, *, longest_seconds: float) -> Plan:
    """Draw the faults.  `longest_seconds` bounds what lasts: a partition, a frozen process, a full disk.

    Of three or more nodes two are joined by a link that one of them fetches by, since the other cannot reach it.
    """
    chance = Random(f"campaign/{seed}/{store}/{len(parties)}")
    kinds, weights = list(_SHARES), list(_SHARES.values())
    drawn = chance.choices(kinds, weights, k=count)
    if count >= len(kinds):  # each kind at least once, wherever it falls
        for place, kind in zip(chance.sample(range(count), len(kinds)), kinds, strict=True):
            drawn[place] = kind
    fetched: tuple[tuple[str, str], ...] = ()
    if len(parties) >= _NODES_OF_A_MIX:
        who, awaited = chance.sample(list(parties), 2)
        fetched = ((who, awaited),)
    faults = tuple(_fault(kind, chance, parties, fetched, longest_seconds) for kind in drawn)
    return Plan(seed, store, tuple(parties), faults, fetched)


def _fault(
    kind: str, chance: Random, parties: Sequence[str], fetched: Sequence[tuple[str, str]], longest: float
) -> Fault:
    node, partner = chance.sample(list(parties), 2)
    if (partner, node) in fetched:  # no message ever begins where the other cannot be reached
        node, partner = partner, node
    seconds = round(chance.uniform(0.1, 1.0) * longest, 2)
    if kind in LINE_FAULTS:
        late = kind.startswith("delay") and chance.random() < 0.4
        return Fault(kind, node, partner, seconds=_LATE_SECONDS if late else 0.2, share=round(chance.random(), 3))
    match kind:
        case "kill":
            return Fault(kind, node, part=chance.choice(_PARTS))
        case "kill-at-step":
            steps = [*_STEPS]
            steps += _STEPS_WHO_FETCHES if any(who == node for who, _ in fetched) else ()
            steps += _STEPS_WHO_IS_AWAITED if any(awaited == node for _, awaited in fetched) else ()
            step, when = chance.choice(steps)
            return Fault(kind, node, step=step, when=when, nth=chance.choice((1, 1, 2, 3)))
        case "freeze":
            return Fault(kind, node, part=chance.choice(_PARTS), seconds=seconds)
        case "partition":
            return Fault(kind, node, partner, seconds=seconds)
        case "clock":
            return Fault(kind, node, seconds=seconds, ahead_seconds=chance.choice(_CLOCKS))
        case "full-disk" | "read-only":
            return Fault(kind, node, seconds=seconds)
    return Fault(kind, node)
