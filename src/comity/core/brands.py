"""Protected names: the labels that a sweep compares with, and the names that are their owners' own.

A file of them is text: one name or label a line (`sberbank`, `sberbank.ru`), `#` begins a comment; or a table with a
header line, tab separated, of whose columns `token` (or `label`) and `official_domain` (or `domain`) are read.  Lines
of one label are one brand with all their names.  What is no label is told with its number and protects nothing.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from comity.core.labels import Host, fold_host

MOST_BRANDS: Final = 20_000
_LABEL: Final = ("token", "label")
_OWN: Final = ("official_domain", "domain")
_PARTY: Final = ("party",)


class Brand(msgspec.Struct, frozen=True):
    """One protected label, canonical (A-label, lower case), with the registrable domains that are its owner's own."""

    label: str
    own: tuple[str, ...] = ()
    party: str = ""  # the party that protects it; empty: this node


class BadBrand(msgspec.Struct, frozen=True):
    """A line that protects nothing: its number from 1, and why."""

    line: int
    reason: str


class BrandList(msgspec.Struct, frozen=True):
    """What a file protects, each label once, in the order of the file; and the lines that were left out."""

    brands: tuple[Brand, ...]
    bad: tuple[BadBrand, ...] = ()


def parse_brands(text: str, *, party: str = "") -> BrandList:
    """Read a file of protected names.  `party`: whose they are where the file does not say."""
    own: dict[str, dict[str, None]] = {}
    parties: dict[str, str] = {}
    bad: list[BadBrand] = []
    columns: list[str] | None = None
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        entry = line.partition("#")[0].strip("\r\n ")
        if not entry.strip():
            continue
        cells = [cell.strip() for cell in entry.split("\t")]
        if not own and not bad and columns is None and _find(cells, _LABEL) is not None:
            columns = [cell.lower() for cell in cells]
            continue
        if columns is None:
            label, domain, whose = cells[0], cells[1] if len(cells) > 1 else "", party
        else:
            label, domain = _cell(cells, columns, _LABEL), _cell(cells, columns, _OWN)
            whose = _cell(cells, columns, _PARTY) or party
        if "." in label and not domain:
            label, domain = label.strip(".").partition(".")[0], label
        found, names = fold_host(f"{label}.example"), fold_host(domain) if domain else None
        if not isinstance(found, Host) or found.ascii.count(".") != 1:
            bad.append(BadBrand(number, f"{label[:70]!r} is no label"))
        elif names is not None and not isinstance(names, Host):
            bad.append(BadBrand(number, f"{domain[:70]!r} is no name"))
        elif len(own) >= MOST_BRANDS and found.ascii.partition(".")[0] not in own:
            bad.append(BadBrand(number, f"more than {MOST_BRANDS} labels"))
        else:
            token = found.ascii.partition(".")[0]
            kept = own.setdefault(token, {})
            parties.setdefault(token, whose)
            if names is not None:
                kept[names.ascii] = None
    return BrandList(tuple(Brand(label, tuple(names), parties[label]) for label, names in own.items()), tuple(bad))


def merge_brands(lists: Iterable[Iterable[Brand]]) -> tuple[Brand, ...]:
    """Put the lists of several parties together: one label once, all its own names; the first party is told."""
    own: dict[str, dict[str, None]] = {}
    parties: dict[str, str] = {}
    for brands in lists:
        for brand in brands:
            own.setdefault(brand.label, {}).update(dict.fromkeys(brand.own))
            parties.setdefault(brand.label, brand.party)
    return tuple(Brand(label, tuple(names), parties[label]) for label, names in own.items())


def _find(cells: list[str], wanted: tuple[str, ...]) -> int | None:
    lowered = [cell.lower() for cell in cells]
    return next((lowered.index(name) for name in wanted if name in lowered), None)


def _cell(cells: list[str], columns: list[str], wanted: tuple[str, ...]) -> str:
    place = _find(columns, wanted)
    return cells[place] if place is not None and place < len(cells) else ""
