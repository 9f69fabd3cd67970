"""Which feeds does this node follow?  `feeds.toml` in its directory, a table for each, and the declarations that came
with the program (`edges/feeds/*.toml`).

A table whose name is that of a shipped declaration, or that names one (`like = "urlhaus"`), begins from it, and what
it says itself counts before that.  A shipped declaration is off until it is named.  Nothing is guessed: an unknown key,
a format that needs a category and has none, or an address without TLS that does not say so is a `SettingError` which
names the feed and the key (docs/how-to/feeds.md).
"""

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import msgspec

from comity.core.categories import Category
from comity.core.errors import InputError, NotFoundError, SettingError
from comity.core.feeds import NAME, Feed, FeedKind, Terms, marking_of
from comity.core.markings import Tlp
from comity.edges.home import Home
from comity.wire.formats import FORMATS, TLP_UNSAID, Format, check_format, fixed_category

FILE: Final = "feeds.toml"
_FOLDER: Final = "feeds"
_MAX_BYTES: Final = 1 << 20
_SOONEST: Final = timedelta(minutes=1)
_FORMAT_OF_KIND: Final[dict[FeedKind, str]] = {"taxii": "stix", "misp-feed": "misp-json"}
_PLACES: Final = frozenset(("url", "file"))


class FeedSource(msgspec.Struct, frozen=True):
    """A feed as this node declares it, and how its octets are read: machine-made, marked, of a settled category."""

    feed: Feed
    declared: Format


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One table of the file."""

    kind: FeedKind | None = None
    about: str = ""
    url: str = ""
    file: str = ""
    format: str = ""
    mapping: Format | None = None
    reporter: str = ""
    every: timedelta = timedelta(hours=24)
    confidence: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5
    category: Category | None = None
    tlp: Tlp | None = None
    terms: Terms = Terms()
    half_life: timedelta = timedelta(days=14)
    max_bytes: Annotated[int, msgspec.Meta(ge=1, le=4 << 30)] = 64 << 20
    max_objects: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)] = 100_000
    seconds: Annotated[float, msgspec.Meta(gt=0, le=7200)] = 300.0
    private: bool = False
    plain: bool = False
    authorization_file: str = ""
    ca: str = ""
    certificate: str = ""
    key: str = ""
    collection: str = ""


def load_feeds(home: Home) -> dict[str, FeedSource]:
    """Read what this node follows, by name.  Raises `SettingError`; a node without the file follows nothing."""
    file = home.path / FILE
    try:
        with file.open("rb") as opened:
            data = opened.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingError(f"cannot be read: {error.strerror}", item=str(file)) from error
    if len(data) > _MAX_BYTES:
        raise SettingError(f"has more than {_MAX_BYTES} bytes", item=str(file))
    try:
        tables = tomllib.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise SettingError(f"is no TOML: {error}", item=str(file)) from error
    return {name: parse_feed(name, table, item=str(file)) for name, table in tables.items()}


def get_feed(home: Home, name: str) -> FeedSource:
    """Get one that the node follows.  Raises `NotFoundError`."""
    found = load_feeds(home).get(name)
    if found is None:
        raise NotFoundError(f"no such feed in {FILE}; `comity feed list --all` names those that come ready", item=name)
    return found


def parse_feed(name: str, table: object, *, item: str) -> FeedSource:
    """Read one table.  Raises `SettingError` that names the feed, the key and what is wrong with it."""
    item = f"{item} [{name}]"
    if not NAME.fullmatch(name):
        raise SettingError("a feed's name has small letters, digits and hyphens, at most 60", item=item)
    if not isinstance(table, Mapping):
        raise SettingError("is no table; write [name] and its keys below", item=item)
    merged = _begun_from(name, dict(table), item)
    try:
        read = msgspec.convert(merged, _Table)
    except (msgspec.ValidationError, OverflowError) as error:
        raise SettingError(str(error), item=item) from error
    feed = _feed(name, read, item)
    return FeedSource(feed, _format(feed, read, item))


@lru_cache(maxsize=1)
def shipped_feeds() -> Mapping[str, Mapping[str, Any]]:
    """The declarations that come with the program, by name."""
    folder = resources.files("comity.edges").joinpath(_FOLDER)
    found: dict[str, Mapping[str, Any]] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            found |= tomllib.loads(file.read_text(encoding="utf-8"))
    return found


def _begun_from(name: str, table: dict[str, Any], item: str) -> dict[str, Any]:
    shipped = shipped_feeds()
    like = table.pop("like", name if name in shipped else "")
    if not like:
        return table
    if like not in shipped:
        raise SettingError(f"like: no declaration {like!r} comes with the program", item=item)
    first = {"reporter": name} | dict(shipped[like]) if like != name else dict(shipped[like])
    if _PLACES & table.keys():
        first = {key: value for key, value in first.items() if key not in _PLACES}
    return first | table


def _feed(name: str, read: _Table, item: str) -> Feed:
    if bool(read.url) == bool(read.file):
        raise SettingError("say either url or file", item=item)
    if read.file and read.kind not in {None, "file"}:
        raise SettingError(f"kind {read.kind} needs a url", item=item)
    kind = "file" if read.file else read.kind or "http"
    if kind != "file":
        _check_url(read, item)
    if read.every < _SOONEST or read.half_life < timedelta(0):
        raise SettingError(f"every is at least {_SOONEST}; half_life is no negative time", item=item)
    if read.certificate and not read.key:
        raise SettingError("certificate needs its key", item=item)
    given = _FORMAT_OF_KIND.get(kind, "")
    return Feed(
        name=name, kind=kind, about=read.about, place=read.url or read.file, format=read.format or given,
        reporter=read.reporter or name, every=read.every, confidence=read.confidence, category=read.category,
        tlp=read.tlp, terms=read.terms, half_life=read.half_life, max_bytes=read.max_bytes,
        max_objects=read.max_objects, seconds=read.seconds, private=read.private, plain=read.plain,
        authorization_file=read.authorization_file, ca=read.ca, certificate=read.certificate, key=read.key,
        collection=read.collection,
    )  # fmt: skip


def _check_url(read: _Table, item: str) -> None:
    try:
        parts = urlsplit(read.url)
        port = parts.port
    except ValueError as error:
        raise SettingError(f"url: {error}", item=item) from error
    if parts.scheme != "https" and not (parts.scheme == "http" and read.plain):
        raise SettingError("url begins with https:// (or http:// where `plain = true` says so)", item=item)
    if (parts.hostname or "").endswith(".example"):
        raise SettingError("url: this declaration is a pattern; give the address in your own table", item=item)
    if not parts.hostname or parts.username is not None or port == 0 or not read.url.isascii():
        raise SettingError("url names a host in ASCII and no user; secrets stand in authorization_file", item=item)


def _format(feed: Feed, read: _Table, item: str) -> Format:
    declared = read.mapping
    try:
        if declared is None:
            declared = _declared_format(feed.format)
        else:
            check_format(declared, item="mapping")
        if read.category is not None:
            declared = fixed_category(declared, read.category)
    except InputError as error:
        raise SettingError(str(error), item=item) from error
    if not declared.says_category:
        raise SettingError(f"category: the format {declared.name} does not say what its rows are about", item=item)
    # Where the format says no marking, whoever declares the feed says it.
    own = feed.tlp if feed.tlp is not None and declared.tlp == TLP_UNSAID else declared.tlp
    return msgspec.structs.replace(declared, machine_only=True, tlp=marking_of(feed, own))


def _declared_format(name: str) -> Format:
    if name not in FORMATS:
        raise InputError(f"no such format {name!r}; formats are {', '.join(FORMATS)}", item="format")
    return FORMATS[name]


def declare(home: Home, name: str) -> Path:
    """Name a shipped declaration in the node's file, which turns it on.  Raises `NotFoundError`."""
    if name not in shipped_feeds():
        raise NotFoundError("no declaration of this name comes with the program; write a table of your own", item=name)
    file = home.path / FILE
    with file.open("a", encoding="utf-8") as opened:
        opened.write(f"\n[{name}]\n" if opened.tell() else f"[{name}]\n")
    return file
