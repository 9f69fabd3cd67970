"""Take a list of algorithmic names: read it whole, split it by zone and day, and keep each zone's parts.

A list is one whole: what is cut off or damaged is refused, and nothing of it is kept.  Names of our own zones become
names that the desk checks and answers; those of partners wait in parts for `share_dga`; those of no party's zone stay
here.  A name that a guard list protects goes to nobody and is shown.  The same list taken twice is one; a zone that a
restored node has lost is filled in.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from typing import Final

import msgspec
from django.db import transaction

from comity.core.dga import MOST_PARTS, Part, cut_parts, parse_family
from comity.core.dga_dangers import know
from comity.core.dga_split import HELD, Split
from comity.core.errors import ForbiddenError, InputError, TooLargeError
from comity.core.markings import TLPS
from comity.core.names import NameFolder
from comity.core.parties import PARTY_OF_ZONE
from comity.core.roles import DESK, Actor
from comity.edges.guard_lists import load_guard
from comity.edges.home import Home
from comity.edges.report_source import Block
from comity.edges.suffix_file import load_suffixes
from comity.store.dga import add_event, add_names, add_parts, find_list, known_hosts, lock_list, refold
from comity.store.models import DgaList, DgaPart
from comity.wire.dga_entries import list_uuid
from comity.wire.dga_list import DgaReader, detect_dga_format, parse_format

_BATCH: Final = 4_096  # names folded at once
_HELD_SHOWN: Final = 500
_LONGEST: Final = 200


class NewDgaList(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a list: whose output it is, who made it, under which terms and marking; how it is written."""

    family: str
    source: str = ""
    terms: str = ""
    tlp: str = "TLP:AMBER"
    format: str = "auto"
    dates: str = "iso"


class TakenList(msgspec.Struct, frozen=True):
    """What came of a list.  `by_zone`: names that were kept, by zone; `is_new`: False where it was here already."""

    uuid: str
    family: str
    is_new: bool
    counts: dict[str, int]
    by_zone: dict[str, int]


def take_dga_list(home: Home, blocks: Iterable[Block], new: NewDgaList, actor: Actor, *, at: datetime) -> TakenList:
    """Take a list.  Raises `InputError` for what cannot be read as one, `TooLargeError` over its bounds."""
    family = _check(new, actor)
    split, digest = _read(home, blocks, new, family, at)
    if not split.counts["kept"] and not split.counts["known"] and not split.counts[HELD]:
        raise InputError("names nothing that can be kept: " + _said(split), item=family)
    uuid = str(list_uuid(home.party, family, digest))
    split.forget(known_hosts(family, home.party, but=uuid))
    by_zone = {zone: cut_parts(zone, days) for zone, days in split.by_zone().items()}
    if too_many := next((zone for zone, parts in by_zone.items() if len(parts) > MOST_PARTS), ""):
        raise TooLargeError(f"a zone has at most {MOST_PARTS} parts; split the list by days", item=too_many)
    counts = {**split.counts, "foreign": split.foreign}
    with transaction.atomic():
        row = find_list(uuid)
        is_new = row is None
        if row is None:
            row = DgaList.objects.create(
                uuid=uuid, family=family, origin=home.party, source=new.source.strip(),
                terms=new.terms.strip(), tlp=new.tlp, parties=_parties(home, by_zone), actor=actor.name, at=at,
            )  # fmt: skip
        _keep(home, lock_list(row.pk), by_zone, split, digest, counts, at)
        if is_new:
            add_event(row, event="taken", actor=actor.name, role=actor.role, names=counts["kept"], at=at)
    sizes = {zone: sum(part.count for part in parts) for zone, parts in by_zone.items()}
    return TakenList(uuid, family, is_new, counts, sizes)


def _check(new: NewDgaList, actor: Actor) -> str:
    if actor.role not in DESK:
        raise ForbiddenError("analysts and supervisors take lists", item=actor.role)
    if new.tlp not in TLPS or new.tlp == "TLP:RED":
        raise InputError(f"is one of {', '.join(TLPS[:-1])}", item="tlp")
    for field in ("source", "terms"):
        text: str = getattr(new, field)
        if len(text) > _LONGEST or not text.isprintable():
            raise InputError(f"is one line of at most {_LONGEST} characters", item=field)
    return parse_family(new.family)


def _read(home: Home, blocks: Iterable[Block], new: NewDgaList, family: str, at: datetime) -> tuple[Split, str]:
    """Read all lines; the digest is of the lines as they stand, whatever their source was packed in."""
    today = at.astimezone(UTC).date()
    declared = parse_format(new.format, dates=new.dates)
    split = Split(NameFolder(load_suffixes(home)), load_guard(home), on=today)
    reader: DgaReader | None = None if declared is None else DgaReader(declared, family=family, on=today)
    digest = sha256()
    for block in blocks:
        if block.spoilt is not None:
            split.leave_out(block.spoilt.line, block.spoilt.reason, block.spoilt.begins.decode("utf-8", "replace"))
            continue
        digest.update(block.data + b"\n")
        lines = block.data.decode("utf-8-sig", "replace").replace("\r", "").split("\n")
        if reader is None:
            if not any(map(_says, lines)):
                continue
            reader = DgaReader(detect_dga_format(lines, dates=new.dates), family=family, on=today)
        found = reader.read(lines, block.first_line)
        for line, code, text in found.problems:
            split.leave_out(line, code, text)
        for start in range(0, len(found.names), _BATCH):
            cut = slice(start, start + _BATCH)
            split.add(found.names[cut], found.days[cut], found.lines[cut])
    return split, "sha256:" + digest.hexdigest()


def _says(line: str) -> bool:
    text = line.strip()
    return bool(text) and not text.startswith(("#", ";", "//", "!"))


def _keep(
    home: Home,
    row: DgaList,
    by_zone: dict[str, list[Part]],
    split: Split,
    digest: str,
    counts: dict[str, int],
    at: datetime,
) -> None:
    there = set(DgaPart.objects.filter(list=row).values_list("zone", flat=True).distinct())
    guarded = know(load_guard(home))
    filled = []
    for zone, parts in by_zone.items():
        if zone in there:
            continue
        party = PARTY_OF_ZONE[zone].id if zone in PARTY_OF_ZONE else ""
        party = home.party if zone in home.zones else party
        rows = add_parts(row, parts, party=party)
        if party == home.party:
            add_names(rows, guarded, at=at)
        filled.append(zone)
    if not row.digest:
        row.digest, row.counts = digest, counts
        row.left_out = msgspec.to_builtins(split.left_out)
        row.held = dict(islice(sorted(split.held.items()), _HELD_SHOWN))
        row.save(update_fields=["digest", "counts", "left_out", "held"])
    refold(row, filled)


def _parties(home: Home, zones: Iterable[str]) -> list[str]:
    """To whom counts are told: the parties of the zones, and ourselves."""
    return sorted({home.party, *(PARTY_OF_ZONE[zone].id for zone in zones if zone in PARTY_OF_ZONE)})


def _said(split: Split) -> str:
    return ", ".join(_why(split)) or "it is empty"


def _why(split: Split) -> Iterator[str]:
    for code, number in sorted(split.counts.items()):
        if number:
            yield f"{code} {number}"
