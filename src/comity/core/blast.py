"""Would a pattern find too much?  The guard on its blast radius.

A pattern that a partner told, or that was found from examples, may match half a zone.  Before it is run its share is
estimated on a sample; when it was run its count is known.  Over the limit it is refused with the number, and nothing
that it found is kept: not the first names of it either, because which these are says nothing about them.
"""

import math
from collections.abc import Mapping
from typing import Final, Literal

import msgspec

_SURE: Final = 4.0  # standard deviations: a sample refuses only what the whole would


class BlastLimits(msgspec.Struct, frozen=True):
    """How many names of a zone a pattern may find: one in `one_in`, never over `names`; up to `always` in any zone."""

    one_in: int = 10_000
    names: int = 2_000
    always: int = 50

    def most(self, zone_size: int) -> int:
        """The most names of a zone of this size."""
        return min(self.names, max(self.always, zone_size // self.one_in))


class Refusal(msgspec.Struct, frozen=True):
    """A pattern that is not applied to a zone; `names` is its count, or what a sample says that it is about."""

    pattern: str
    zone: str
    names: int
    zone_size: int
    most: int
    known: Literal["counted", "estimated"]

    @property
    def sentence(self) -> str:
        """Why, for a person."""
        about = "" if self.known == "counted" else "about "
        share = f", one in {max(1, self.zone_size // self.names):,}" if self.names else ""
        return (
            f"{self.pattern} would find {about}{self.names:,} of the {self.zone_size:,} names of {self.zone}{share}; "
            f"at most {self.most:,} may be: it is refused, and nothing that it found is kept"
        )


def check_blast(
    counts: Mapping[tuple[str, str], int], zone_sizes: Mapping[str, int], limits: BlastLimits
) -> tuple[Refusal, ...]:
    """Refuse what was run and found too much: `counts` by (pattern, zone).  A zone of unknown size counts as empty."""
    refused = []
    for (pattern, zone), count in sorted(counts.items()):
        size = zone_sizes.get(zone, 0)
        if count > limits.most(size):
            refused.append(Refusal(pattern, zone, count, size, limits.most(size), "counted"))
    return tuple(refused)


def estimate_blast(
    counts: Mapping[tuple[str, str], int],
    samples: Mapping[str, int],
    zone_sizes: Mapping[str, int],
    limits: BlastLimits,
) -> tuple[Refusal, ...]:
    """Refuse before it is run what a sample shows to find too much: `counts` in samples of so many names of each zone.

    What is near the limit passes: the run counts it.
    """
    refused = []
    for (pattern, zone), count in sorted(counts.items()):
        sample, size = samples.get(zone, 0), zone_sizes.get(zone, 0)
        if not sample or not count:
            continue
        times = size / sample
        least = (count - _SURE * math.sqrt(count)) * times
        if least > limits.most(size):
            refused.append(Refusal(pattern, zone, round(count * times), size, limits.most(size), "estimated"))
    return tuple(refused)
