"""Which authority profile a zone has: the program's own, and over it what the node's authority.toml knows better.

The node's file is optional.  What is wrong with it is a `SettingError` that names it with every fault.
"""

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

from comity.core.authority import Profile
from comity.core.errors import InputError, SettingError
from comity.edges.home import Home
from comity.wire.authority_toml import parse_profiles

_OWN: Final = Path(__file__).parent / "authority" / "profiles.toml"


def load_profiles(home: Home) -> tuple[Profile, ...]:
    """Read all profiles of a node; read again when its file changed."""
    file = home.path / "authority.toml"
    try:
        changed = file.stat().st_mtime_ns
    except (FileNotFoundError, NotADirectoryError):
        return _own()
    return _load(file, changed)


def find_profile(home: Home, zone: str) -> Profile | None:
    """The profile of a zone, or None: nothing is known of it."""
    return next((profile for profile in load_profiles(home) if zone in profile.zones), None)


def find_basis(home: Home, zone: str, *, on: date) -> str:
    """The name of the rule that actions in a zone rest on; empty where none is known."""
    profile = find_profile(home, zone)
    rule = profile.basis(on) if profile is not None else None
    return rule.name if rule is not None else ""


@lru_cache(maxsize=1)
def _own() -> tuple[Profile, ...]:
    return parse_profiles(_OWN.read_bytes())


@lru_cache(maxsize=4)
def _load(file: Path, changed: int) -> tuple[Profile, ...]:  # noqa: ARG001 — a changed file is another one
    try:
        return parse_profiles(file.read_bytes(), over=_own())
    except (OSError, InputError) as error:
        raise SettingError(str(error), item=str(file)) from error
