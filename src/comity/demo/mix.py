"""The demo's distributions, read from data/demo.json: the shares of everything that a registry's feed has in it.

Each share in the file is marked: S from a published source, D derived from one, A an assumption for demo data only.
"""

import json
from importlib import resources
from random import Random
from typing import Any, Final

import msgspec


class Mix(msgspec.Struct, frozen=True):
    """The shares as the file says them; a key that the file lacks is an error when the program starts, not later."""

    category_mix: dict[str, float]
    zones: dict[str, dict[str, float]]
    whose: dict[str, float]
    foreign_zones: dict[str, float]
    lines: dict[str, float]
    compromised_share: dict[str, float]
    lookalike_kinds: dict[str, float]
    weak: dict[str, float]
    second_page_share: float
    campaign_share: float
    campaign_size: dict[str, float]
    outcome_of_confirmed: dict[str, float]
    dismissed_share: float


class Chooser:
    """Draws words by their shares."""

    def __init__(self, shares: dict[str, float]) -> None:
        self.words: Final = tuple(shares)
        self.weights: Final = tuple(shares.values())

    def draw(self, rng: Random) -> str:
        """Draw one word."""
        return rng.choices(self.words, self.weights)[0]


def load_mix() -> Mix:
    """Read the distributions that came with the program."""
    text = (resources.files("comity.demo") / "data" / "demo.json").read_bytes()
    return msgspec.convert(_without_marks(json.loads(text)), Mix)


def _without_marks(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: _without_marks(inner) for key, inner in value.items() if key not in {"mark", "note"}}
