"""Authority profiles as TOML, the program's own and a node's: read, checked, and laid one over the other.

    [profile.cn]
    zones = ["cn"]
    login = "registry"
    rules = [{ name = "…", mark = "established", source = "…", since = 2022-07-12 }]
    [profile.cn.cells]
    undelegates = { mark = "established", words = ["registry"], source = "…" }

A cell that is unknown says `{ mark = "unknown" }`.  A node's file may hold a whole profile or only the cells that
it knows better; what it does not say stays.  Everything wrong is told, each with the profile it is in.
"""

import tomllib
from typing import Final

import msgspec

from comity.core.authority import Cell, EppLogin, OnExpiry, Profile, Rule, why_not_profile
from comity.core.errors import InputError

MAX_BYTES: Final = 256 * 1024


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """A profile as it is written; what is None is not said."""

    zones: tuple[str, ...] | None = None
    rules: tuple[Rule, ...] | None = None
    cells: dict[str, Cell] = {}
    login: EppLogin | None = None
    hold_days: int | None = None
    warn_days: int | None = None
    on_expiry: OnExpiry | None = None
    second_person: bool | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    profile: dict[str, _Written] = {}


def parse_profiles(data: bytes, *, over: tuple[Profile, ...] = ()) -> tuple[Profile, ...]:
    """Read profiles, laid over others.  Raises `InputError` with every fault."""
    if len(data) > MAX_BYTES:
        raise InputError(f"at most {MAX_BYTES} octets", item="authority.toml")
    try:
        written = msgspec.convert(tomllib.loads(data.decode("utf-8")), _File).profile
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError, RecursionError) as error:
        raise InputError(str(error), item="authority.toml") from None
    known = {profile.id: profile for profile in over}
    for name, one in written.items():
        known[name] = _lay(known.get(name) or Profile(id=name, zones=(), rules=(), cells={}), one)
    faults = [f"{profile.id}: {fault}" for profile in known.values() for fault in why_not_profile(profile)]
    faults += [f"{profile.id}: names no zone" for profile in known.values() if not profile.zones]
    zones = [zone for profile in known.values() for zone in profile.zones]
    faults += sorted({f"{zone}: is in two profiles" for zone in zones if zones.count(zone) > 1})
    if faults:
        raise InputError("; ".join(faults), item="authority.toml")
    return tuple(known.values())


def _lay(below: Profile, said: _Written) -> Profile:
    fields = {
        name: value
        for name in ("zones", "rules", "login", "hold_days", "warn_days", "on_expiry", "second_person")
        if (value := getattr(said, name)) is not None
    }
    return msgspec.structs.replace(below, cells={**below.cells, **said.cells}, **fields)
