"""Where protected names are read from (FIELD C.6 R5): popularity, our own lists, the operator's; once a process.

The popularity list of the configuration is text, `rank,name` or a name a line in order of rank, gzip or not; only
ranks under `popularity_rank_under` protect.  Where none is configured, the ten thousand most popular names of three of
the MISP warning lists that came with the program stand in; their lists of banks, dynamic DNS and shared hosting are
always used.
"""

import gzip
import importlib.util
import zlib
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from comity.core.errors import SettingError
from comity.core.guards import Guard, GuardList, join_guard_lists, parse_guard_list
from comity.edges.home import GuardSettings, Home

_OWN: Final = Path(__file__).parent / "guard"
# In this order: the first list that names a name is the one a person is told.
_OWN_LISTS: Final = ("state", "banks", "dns-infrastructure", "registrars", "media", "shared-suffix")
_POPULAR: Final = ("tranco10k", "majestic_million", "cisco_top10k")
_OTHERS: Final = {"bank-website": "banks", "dynamic-dns": "shared-suffix", "lots-project": "shared-suffix"}


class _WarningList(msgspec.Struct):
    list: list[str]


def load_guard(home: Home | None) -> Guard:
    """Read all guard lists of a node; read once, then remembered.  Raises `SettingError` that names the list.

    Without a node: those that came with the program.
    """
    return _load(*_places(home))


def guard_digest(home: Home | None) -> str:
    """Say which lists are in force, by the SHA-256 of what they protect; computed once.  Raises `SettingError`."""
    return _digest(*_places(home))


def _places(home: Home | None) -> tuple[str, int, tuple[tuple[str, str], ...]]:
    if home is None:
        return "", GuardSettings().popularity_rank_under, ()
    guard = home.settings.guard
    popularity = str(home.path / guard.popularity) if guard.popularity else ""
    further = tuple((label, str(home.path / path)) for label, path in sorted(guard.lists.items()))
    return popularity, guard.popularity_rank_under, further


@lru_cache(maxsize=8)
def _digest(popularity: str, rank_under: int, further: tuple[tuple[str, str], ...]) -> str:
    guard = _load(popularity, rank_under, further)
    made = sha256()
    for part in (guard.names, guard.trees):
        made.update("\n".join(sorted(f"{name} {label}" for name, label in part.items())).encode() + b"\0")
    return made.hexdigest()


@lru_cache(maxsize=8)
def _load(popularity: str, rank_under: int, further: tuple[tuple[str, str], ...]) -> Guard:
    lists = [parse_guard_list(label, _read(Path(path))) for label, path in further]
    lists += [parse_guard_list(label, _read(_OWN / f"{label}.txt")) for label in _OWN_LISTS]
    warnings = _warning_lists()
    if popularity:
        names = _popular(_read(Path(popularity)), rank_under)
    else:
        names = frozenset().union(*(_names(warnings, name) for name in _POPULAR))
    lists.append(GuardList("popular", names, frozenset()))
    lists += [GuardList(label, _names(warnings, name), frozenset()) for name, label in _OTHERS.items()]
    return join_guard_lists(lists)


def _popular(text: str, rank_under: int) -> frozenset[str]:
    names: set[str] = set()
    for rank, line in enumerate(text.split("\n"), 1):
        first, comma, second = line.strip().lower().partition(",")
        if comma and first.isdecimal():
            if int(first) < rank_under:
                names.add(second.partition(",")[0])
        elif first and rank < rank_under:
            names.add(first)
    return frozenset(names)


def _read(path: Path) -> str:
    try:
        data = path.read_bytes()
        if data.startswith(b"\x1f\x8b"):
            data = gzip.decompress(data)
        return data.decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise SettingError(f"the guard list cannot be read: {error}", item=str(path)) from error


def _warning_lists() -> Path:
    """Where the MISP warning lists are installed, found without running the package that carries them."""
    found = importlib.util.find_spec("pymispwarninglists")
    places = list(found.submodule_search_locations or ()) if found else []
    if not places:
        raise SettingError("the package pymispwarninglists is not installed", item="guard")
    return Path(places[0]) / "data" / "misp-warninglists" / "lists"


def _names(lists: Path, name: str) -> frozenset[str]:
    """The names of one warning list; its leading dot means `and below`, which the registrable domain says already."""
    path = lists / name / "list.json"
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_WarningList).list
    except (OSError, msgspec.DecodeError) as error:
        raise SettingError(f"the warning list cannot be read: {error}", item=str(path)) from error
    return frozenset(entry.lower().strip(".") for entry in found)
