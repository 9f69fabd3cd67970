"""Names of a list to the zones and days they belong to: what is whose, and what is left out and why.

Every line that named something is counted once: kept, or why not.  A name is kept where it is itself what a registry
registers, and no suffix under which others have their names: of a host below somebody's domain the domain would be
accused.  A day that has passed cannot be prepared for.  What one version of a list said already is not said again by
the next.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from comity.core.dga import MOST_NAMES
from comity.core.errors import TooLargeError
from comity.core.guards import Guard
from comity.core.name_batches import fold_many
from comity.core.names import Name, NameFolder
from comity.core.parties import PARTY_OF_ZONE

# What a line may come to, beside the codes of refused names (docs/spec/names.md §7).
KEPT: Final = "kept"
DUPLICATE: Final = "duplicate"
KNOWN_ALREADY: Final = "known"
PAST: Final = "past"
HELD: Final = "held"
NOT_REGISTRABLE: Final = "not-registrable"
_MOST_EXAMPLES: Final = 20
_LONGEST_EXAMPLE: Final = 120


class LeftOut(msgspec.Struct, frozen=True):
    """An example of what was left out: where it stood, why, and how it begins."""

    line: int
    code: str
    text: str


class Split:
    """Gathers a list, batch by batch."""

    def __init__(self, folder: NameFolder, guard: Guard, *, on: date) -> None:
        self._folder, self._guard = folder, guard
        self._today = on.isoformat()
        self.counts: Counter[str] = Counter()
        self.left_out: list[LeftOut] = []
        self.held: dict[str, str] = {}  # protected hosts, by the list that names them
        self.shares: dict[tuple[str, str], set[str]] = {}  # (zone, day) → hosts

    def add(self, texts: Sequence[str], days: Sequence[str], lines: Sequence[int]) -> None:
        """Take a batch: names as they were written, the day of each (ISO or empty), where each stood.

        Raises `TooLargeError` over the most names that a list may have.
        """
        if not texts:
            return
        counts, shares, guard = self.counts, self.shares, self._guard
        for text, day, line, found in zip(texts, days, lines, fold_many(texts, folder=self._folder), strict=True):
            if not isinstance(found, Name):
                self.leave_out(line, found.code, text)
                continue
            host = found.ascii
            if host != found.registrable or not found.registrable_private:
                self.leave_out(line, NOT_REGISTRABLE, text)
                continue
            if day and day < self._today:
                counts[PAST] += 1
                continue
            zone = found.zone or host.rpartition(".")[2]
            key = (zone, day)
            hosts = shares.get(key)
            if hosts is None:
                hosts = shares[key] = set()
            if host in hosts:
                counts[DUPLICATE] += 1
            elif found.zone and (label := guard.find(host, host)):
                counts[DUPLICATE if host in self.held else HELD] += 1
                self.held[host] = label
            else:
                hosts.add(host)
                counts[KEPT] += 1
        if counts[KEPT] > MOST_NAMES:
            raise TooLargeError(f"a list has at most {MOST_NAMES} names; split it by zones or days", item="names")

    def forget(self, known: Mapping[tuple[str, str], frozenset[str]]) -> None:
        """Leave out the hosts that earlier versions of the list have, given by (zone, day)."""
        for key, hosts in self.shares.items():
            again = hosts & known.get(key, frozenset())
            hosts.difference_update(again)
            self.counts[KNOWN_ALREADY] += len(again)
            self.counts[KEPT] -= len(again)

    def leave_out(self, line: int, code: str, text: str) -> None:
        """Count what cannot be a name of the list, and keep the first few."""
        self.counts[code] += 1
        if len(self.left_out) < _MOST_EXAMPLES:
            self.left_out.append(LeftOut(line, code, text[:_LONGEST_EXAMPLE]))

    def by_zone(self) -> dict[str, list[tuple[str, Iterable[str]]]]:
        """The hosts of each zone, by day; a zone of no party is there too, under its own name."""
        zones: dict[str, list[tuple[str, Iterable[str]]]] = {}
        for (zone, day), hosts in sorted(self.shares.items()):
            if hosts:
                zones.setdefault(zone, []).append((day, hosts))
        return zones

    @property
    def foreign(self) -> int:
        """How many of the kept names are in no party's zone."""
        return sum(len(hosts) for (zone, _day), hosts in self.shares.items() if zone not in PARTY_OF_ZONE)
