"""A thin TAXII 2.1 client: discovery, a collection, and its objects a page at a time (OASIS TAXII 2.1 §§3–5).

It never loses and never loops.  Within a visit it follows `next` with the same filters; a server that says `more` and
gives no `next` is asked again from just before the last object's date, and what came already is left out; where that
brings nothing new the page is asked larger, and at its bound the visit ends with an error instead of turning round.
The next visit begins a while before the last object's date, because servers give one date to many objects and slow
writers come late; what is known is then known by its identifier.  A server that tells no dates is read from the
beginning each time.  The cursor is the caller's to keep, in the transaction in which the objects are stored.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode, urljoin, urlsplit

import msgspec

from comity.core.feeds import Feed
from comity.edges.feed_http import Answer, Caller, FeedError
from comity.edges.home import Home

MEDIA_TYPE: Final = "application/taxii+json;version=2.1"
_JSON: Final = "application/taxii+json"
_PAGE_BYTES: Final = 32 << 20
_RESOURCE_BYTES: Final = 4 << 20
_LIMIT: Final = 1_000
_MOST_LIMIT: Final = 32_000
_COLLECTIONS_PAGES: Final = 50
_EMPTY_PAGES: Final = 20
_OVERLAP: Final = timedelta(minutes=10)
_BAD_CURSOR: Final = frozenset({400, 404, 410, 416})
_OK: Final = 200


class Cursor(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a follower stands.

    `base`: where this visit began, and the next would if it were broken off; `high`: the newest date seen in it;
    `next` or `floor`: where the visit goes on.
    """

    base: str = ""
    high: str = ""
    next: str = ""
    floor: str = ""
    limit: int = _LIMIT


class Page(msgspec.Struct, frozen=True):
    """Objects as they came, and the cursor that holds once they are stored; `is_last`: the visit is over."""

    objects: tuple[bytes, ...]
    cursor: Cursor
    is_last: bool


class _Envelope(msgspec.Struct):
    more: bool = False
    next: str = ""
    objects: list[msgspec.Raw] = []


class _Named(msgspec.Struct):
    id: str = ""
    modified: str = ""
    created: str = ""


class _Discovery(msgspec.Struct):
    default: str = ""
    api_roots: list[str] = []
    versions: list[str] | None = None  # an API root has them, a discovery resource has not


class _Collection(msgspec.Struct):
    id: str
    title: str = ""
    alias: str = ""
    can_read: bool = False
    media_types: list[str] = []


class _Collections(msgspec.Struct):
    collections: list[_Collection] = []
    more: bool = False
    next: str = ""


def follow_collection(home: Home, feed: Feed, cursor: Cursor) -> Iterator[Page]:
    """Hand out what a collection holds that the cursor does not, page by page.  Raises `FeedError`."""
    caller = Caller(home, feed)
    address = _find_collection(caller, feed)
    yield from _Visit(caller, address, cursor, feed.max_objects).pages()


class _Visit:
    """One visit to one collection."""

    def __init__(self, caller: Caller, address: str, cursor: Cursor, most: int) -> None:
        self._caller, self._address, self._cursor, self._most = caller, address, cursor, most
        self._seen: set[tuple[str, str]] = set()
        self._empty = 0

    def pages(self) -> Iterator[Page]:
        taken = 0
        may_restart = bool(self._cursor.next or self._cursor.floor)
        while True:
            answered = self._ask(may_restart=may_restart)
            if answered is None:  # the server forgot where we were: from where this visit began
                self._cursor, may_restart = Cursor(base=self._cursor.base), False
                continue
            may_restart = False
            envelope, last = answered
            fresh = self._fresh(envelope.objects)
            self._move(envelope, last, is_news=bool(fresh))
            is_last = not envelope.more
            taken += len(fresh)
            yield Page(tuple(fresh), self._cursor, is_last)
            if is_last or taken >= self._most:
                return

    def _ask(self, *, may_restart: bool) -> tuple[_Envelope, str] | None:
        cursor = self._cursor
        query = {"limit": str(cursor.limit)}
        if after := cursor.floor or cursor.base:
            query["added_after"] = after
        if cursor.next:
            query["next"] = cursor.next
        # The filters of a visit stay the same with every `next`.
        url = f"{self._address}objects/?{urlencode(query)}"
        with self._caller.ask(url, {"Accept": MEDIA_TYPE}) as answer:
            if answer.status in _BAD_CURSOR and may_restart:
                return None
            envelope = _read(answer, _Envelope, _PAGE_BYTES)
            return envelope, answer.headers.get("X-TAXII-Date-Added-Last", "")

    def _fresh(self, objects: list[msgspec.Raw]) -> list[bytes]:
        fresh = []
        for raw in objects:
            octets = bytes(raw)
            try:
                named = msgspec.json.decode(octets, type=_Named)
            except msgspec.ValidationError:
                fresh.append(octets)  # whatever it is, its reader names it
                continue
            version = (named.id, named.modified or named.created)
            if not named.id or version not in self._seen:
                self._seen.add(version)
                fresh.append(octets)
        return fresh

    def _move(self, envelope: _Envelope, last: str, *, is_news: bool) -> None:
        """Say where the visit goes on.  Raises `FeedError` where it would turn round."""
        cursor = self._cursor
        newest = _later(cursor.high, last)
        if not envelope.more:
            # A server that tells no dates is read from the beginning the next time.
            base = _before(newest, _OVERLAP) if newest else "" if envelope.objects else cursor.base
            self._cursor = Cursor(base=base)
            return
        self._empty = 0 if is_news else self._empty + 1
        if envelope.next:
            # Some give one token for a whole traversal: what counts is whether something new came by it.
            if self._empty > (0 if envelope.next == cursor.next else _EMPTY_PAGES):
                raise FeedError("turns-round", "says that there is more and gives the same again")
            self._cursor = msgspec.structs.replace(cursor, high=newest, next=envelope.next)
            return
        if not last:
            raise FeedError("turns-round", "says that there is more, and neither where nor from which date on")
        limit = cursor.limit
        if not is_news:
            limit *= 2
            if limit > _MOST_LIMIT:
                raise FeedError("turns-round", f"gave one date to more than {_MOST_LIMIT} objects and tells no `next`")
        floor = _before(last, timedelta(microseconds=1))
        self._cursor = msgspec.structs.replace(cursor, high=newest, next="", floor=floor, limit=limit)


def _find_collection(caller: Caller, feed: Feed) -> str:
    """The address of the collection, from the address of a server or of one of its API roots."""
    with caller.ask(feed.place, {"Accept": MEDIA_TYPE}) as answer:
        found = _read(answer, _Discovery, _RESOURCE_BYTES)
    roots = [feed.place] if found.versions else list(dict.fromkeys(filter(None, (found.default, *found.api_roots))))
    seen: list[str] = []
    for root in roots[:_COLLECTIONS_PAGES]:
        address = _slash(_at_home(feed.place, root))
        for one in _collections(caller, address):
            if feed.collection in {one.id, one.alias, one.title}:
                if not one.can_read:
                    raise FeedError("refused", "does not let us read this collection", item=feed.collection)
                return f"{address}collections/{quote(one.id, safe='')}/"
            seen.append(one.title or one.id)
    raise FeedError(
        "not-found", f"has no such collection; it has {', '.join(seen[:20]) or 'none'}", item=feed.collection
    )


def _collections(caller: Caller, root: str) -> Iterator[_Collection]:
    following = ""
    for _page in range(_COLLECTIONS_PAGES):
        url = f"{root}collections/" + (f"?{urlencode({'next': following})}" if following else "")
        with caller.ask(url, {"Accept": MEDIA_TYPE}) as answer:
            found = _read(answer, _Collections, _RESOURCE_BYTES)
        yield from found.collections
        if not found.more or not found.next or found.next == following:
            return
        following = found.next


def _at_home(place: str, root: str) -> str:
    """The address of an API root at the server that was declared; one elsewhere is not followed."""
    parts, home = urlsplit(urljoin(place, root)), urlsplit(place)
    if parts.hostname != home.hostname:
        raise FeedError("bad-redirect", "names an API root at another host; declare its address", item=root[:200])
    return parts._replace(scheme=home.scheme, netloc=home.netloc, query="", fragment="").geturl()


def _read(answer: Answer, kind: type[Any], most_bytes: int) -> Any:
    if answer.status != _OK:
        raise FeedError("malformed", f"answered with HTTP {answer.status}")
    if answer.headers.get("Content-Type", "").partition(";")[0].strip().lower() != _JSON:
        raise FeedError("malformed", "answered with what does not say to be TAXII")
    try:
        return msgspec.json.decode(answer.whole(most_bytes) or b"{}", type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FeedError("malformed", f"answered with what is no TAXII resource: {error}") from error


def _later(one: str, other: str) -> str:
    mine, yours = _moment(one), _moment(other)
    if yours is None:
        return one if mine is not None else ""
    return one if mine is not None and mine >= yours else other


def _before(text: str, span: timedelta) -> str:
    at = _moment(text)
    if at is None:
        return ""
    return (at - span).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _slash(url: str) -> str:
    return url if url.endswith("/") else f"{url}/"
