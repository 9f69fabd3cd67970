"""Members of STIX objects of strangers: what each of them is where it is what it should be, and nothing otherwise."""

from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from comity.core.markings import Tlp
from comity.wire.stix_meanings import fold_tlp, strictest
from comity.wire.stix_shared import TLP_EXTENSION

_YEARS: Final = range(2000, 2200)
_LONGEST_TIME: Final = 40
_MOST_CONFIDENCE: Final = 100


def tlp_defined(value: dict[str, Any]) -> Tlp | None:
    """The TLP label that a marking definition of either version defines; the strictest where it says several."""
    extensions, definition = value.get("extensions"), value.get("definition")
    found = [value.get("name")]
    if isinstance(extensions, dict) and isinstance(extensions.get(TLP_EXTENSION), dict):
        found.append(extensions[TLP_EXTENSION].get("tlp_2_0"))
    if isinstance(definition, dict):
        found.append(definition.get("tlp"))
    return strictest(tlp for word in found if isinstance(word, str) and (tlp := fold_tlp(word)) is not None)


def text_of(value: dict[str, Any], member: str) -> str:
    """A text; empty where the member is none."""
    found = value.get(member)
    return found if isinstance(found, str) else ""


def texts_of(value: dict[str, Any], member: str) -> list[str]:
    """The texts of a list."""
    found = value.get(member)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def phases_of(value: dict[str, Any]) -> list[str]:
    """The names of kill-chain phases."""
    found = value.get("kill_chain_phases")
    phases = [one.get("phase_name") for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return [one for one in phases if isinstance(one, str)]


def confidence_of(value: Any) -> float | None:
    """A confidence of 0 to 100 as a share; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_CONFIDENCE:
        return None
    return value / _MOST_CONFIDENCE


def time_of(value: Any) -> datetime | None:
    """A time in UTC of the years 2000 to 2199; None for anything else."""
    if not isinstance(value, str) or len(value) > _LONGEST_TIME:
        return None
    try:
        at = msgspec.convert(value, datetime)
    except msgspec.ValidationError:
        return None
    return at.astimezone(UTC) if at.tzinfo is not None and at.year in _YEARS else None
