"""What somebody asked of `comity sweep`, made whole by what node.toml says: zones, files, what came before, where.

The command line wins wherever it says anything.  Paths of node.toml are taken from the node's directory.
A zone that is transferred becomes a file beside the runs first, so that all engines read the same.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import click
import msgspec

from comity.core.errors import InputError
from comity.edges.guard_lists import guard_digest, load_guard
from comity.edges.home import Home, open_home
from comity.edges.suffix_file import read_suffix_list
from comity.edges.sweep_settings import SweepSettings
from comity.flows.fetch_zone import fetch_zone
from comity.sweep.plan import Engine, Keeping, Mark
from comity.sweep.plan_make import Request
from comity.sweep.run import Known
from comity.sweep.run_folder import PLAN, read_plan, read_summary
from comity.sweep.zone_sources import Source, find_zone, is_transfer, parse_source

_SIZE: Final = re.compile(r"([1-9][0-9]*)([MG])", re.IGNORECASE)
TRANSFERS: Final = "transfers"
_SHIFT: Final = {"M": 20, "G": 30}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The words of the command line."""

    zonefiles: tuple[str, ...] = ()
    indicators: tuple[Path, ...] = ()
    brands: tuple[Path, ...] = ()
    patterns: tuple[Path, ...] = ()
    since: tuple[Path, ...] = ()
    engine: Engine | None = None
    cluster: str = ""
    files_at: str = ""
    workers: int | None = None
    memory: str = ""
    store: Path | None = None
    as_of: datetime | None = None
    daily: bool = False
    keep_dumps: Keeping | None = None
    accept_loss: bool = False
    open_ended: bool = False


class Place(msgspec.Struct, frozen=True):
    """Where runs and names are kept."""

    runs: Path
    store: Path


def find_home(directory: Path | None) -> Home | None:
    """The node that was named, or the one in the current directory; None: there is none, and none is needed."""
    if directory is not None:
        return open_home(directory)
    return open_home(Path()) if Path("node.toml").exists() else None


def choose_folders(asked: Asked, home: Home | None) -> Place:
    """Where runs and names are kept: in the node, else in `sweeps` here; an earlier run's store is used again."""
    here = home.path / "sweeps" if home else Path("sweeps")
    store = asked.store or next(filter(None, map(_store_of, asked.since)), None) or here / "names"
    return Place(runs=here / "runs", store=store)


def make_request(asked: Asked, home: Home | None) -> tuple[Request, Known, Path]:
    """What to plan, what only the node knows, and where runs are kept; zones are transferred here.

    Raises `InputError`, and what a transfer raises.
    """
    said = home.settings.sweep if home else SweepSettings()
    base = home.path if home else Path()
    places = choose_folders(asked, home)
    brands = asked.brands or tuple(base / path for path in filter(None, [said.brands]))
    patterns = asked.patterns or tuple(base / path for path in filter(None, [said.patterns]))
    is_guarded = bool(brands or patterns)
    known = Known(load_guard(home) if is_guarded else None, read_suffix_list(home))
    request = Request(
        sources=_sources(asked, said.sources, base, places), indicators=asked.indicators, brands=brands,
        patterns=patterns, guard=Mark("guard", 0, 0, guard_digest(home)) if is_guarded else None,
        only_changes=bool(asked.since), daily=asked.daily, keep_dumps=asked.keep_dumps or said.keep_dumps,
        as_of=asked.as_of.date() if asked.as_of else None, accept_loss=asked.accept_loss,
        open_ended=asked.open_ended or said.open_ended,
        store=places.store.absolute(), engine=asked.engine or said.engine,
        workers=asked.workers or said.workers, memory_bytes=parse_size(asked.memory or said.memory),
    )  # fmt: skip
    return request, known, places.runs


def parse_size(text: str) -> int:
    """Bytes of a size as people write it, `4G` or `1500M`.  Raises `InputError`."""
    said = _SIZE.fullmatch(text)
    if said is None:
        raise InputError("is no size: a number and M or G, such as 1500M or 4G", item=text)
    return int(said[1]) << _SHIFT[said[2].upper()]


def _sources(asked: Asked, settings: Mapping[str, str], base: Path, places: Place) -> tuple[Source, ...]:
    if asked.zonefiles:
        named = [parse_source(text) for text in asked.zonefiles]
    else:
        named = [(zone, path if is_transfer(path) else str(base / path)) for zone, path in sorted(settings.items())]
    if not named:
        raise click.UsageError("name a zone file, or declare [sweep] sources in node.toml")
    found = [_fetched(zone, path, base, places) if is_transfer(path) else (zone, path) for zone, path in named]
    found = [(zone or find_zone(Path(path)), path) for zone, path in found]
    zones = [zone for zone, _path in found]
    for zone in zones:
        if zones.count(zone) > 1:
            raise InputError("is given twice; a zone has one source", item=f".{zone}")
    dumps = _earlier_dumps(asked.since, zones)
    return tuple(
        Source(zone=zone, path=str(Path(path).absolute()), before_dump=dumps.get(zone, "")) for zone, path in found
    )


def _fetched(said: str, source: str, base: Path, places: Place) -> tuple[str, str]:
    """The zone and file of a source that is transferred: the file is kept beside the runs."""
    click.echo(f"transferring {source}", err=True)
    zone, file = fetch_zone(source, keys=base, folder=places.runs.parent / TRANSFERS)
    if said and said != zone:
        raise InputError(f"is a transfer of .{zone}", item=f".{said}")
    return zone, str(file)


def _earlier_dumps(since: Sequence[Path], zones: Sequence[str]) -> dict[str, str]:
    """Which earlier dump each zone has: a file says by itself of which zone it is; a folder may hold one for each."""
    dumps: dict[str, str] = {}
    for path in since:
        if _store_of(path) is not None:
            continue
        files = [path] if not path.is_dir() else sorted(one for one in path.iterdir() if one.is_file())
        for file in files:
            zone = find_zone(file)
            if zone in zones:
                dumps[zone] = str(file.absolute())
            elif file == path:
                raise InputError(f"is a dump of .{zone}, which is not swept now", item=str(path))
    return dumps


def _store_of(path: Path) -> Path | None:
    """The store of names that a path is, or that the run in it used; None: it is neither."""
    if (path / PLAN).exists():
        read_summary(path)  # only of a whole run can anything be said
        plan = read_plan(path)
        return None if plan is None else Path(plan.store)
    if path.is_dir() and any(path.glob("*/current")):
        return path
    return None
