"""Follow a MISP feed: its manifest says which events there are and when each changed, and an event is a file.

    <address>/manifest.json    {"<uuid>": {"timestamp": "1753…", "info": …}, …}
    <address>/<uuid>.json      the event

The manifest is asked for conditionally; of the events only those are fetched whose timestamp is not the one that was
taken in last.  A timestamp that the manifest gives is kept as it is: one ahead of its event must not make the event be
fetched for ever.  Identifiers become addresses, so one that is no UUID is refused with the whole manifest.
"""

import re
from collections.abc import Mapping
from http.client import NOT_MODIFIED, OK
from typing import Final

import msgspec

from comity.core.feeds import Feed
from comity.edges.feed_client import Validators
from comity.edges.feed_http import Answer, Caller, FeedError
from comity.edges.home import Home
from comity.wire.canonical import CanonicalError, parse_json
from comity.wire.documents import MAX_DOCUMENT_BYTES

_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MOST_EVENTS: Final = 1_000_000
_TAG_LETTERS: Final = 200
_STAMP_DIGITS: Final = 20


class Manifest(msgspec.Struct, frozen=True):
    """What a feed holds: the timestamp of each event by its identifier; None: it did not change."""

    events: Mapping[str, str] | None
    validators: Validators


class MispFeed:
    """One MISP feed, asked within one bound of time."""

    def __init__(self, home: Home, feed: Feed) -> None:
        self._feed = feed
        self._caller = Caller(home, feed)
        self._address = feed.place.removesuffix("manifest.json").rstrip("/")

    def fetch_manifest(self, known: Validators) -> Manifest:
        """Ask what there is.  Raises `FeedError`."""
        headers = {"Accept": "application/json"}
        if known.etag:
            headers["If-None-Match"] = known.etag
        elif known.changed:
            headers["If-Modified-Since"] = known.changed
        with self._caller.ask(f"{self._address}/manifest.json", headers) as answer:
            if answer.status == NOT_MODIFIED:
                return Manifest(None, known)
            data = self._whole(answer)
            said = Validators(
                answer.headers.get("ETag", "")[:_TAG_LETTERS], answer.headers.get("Last-Modified", "")[:60]
            )
        return Manifest(parse_manifest(data), said)

    def fetch_event(self, uuid: str) -> bytes:
        """Fetch one event as it lies there.  Raises `FeedError`."""
        with self._caller.ask(f"{self._address}/{uuid}.json", {"Accept": "application/json"}) as answer:
            return self._whole(answer)

    def _whole(self, answer: Answer) -> bytes:
        if answer.status != OK:
            raise FeedError("malformed", f"answered with HTTP {answer.status}")
        return answer.whole(min(self._feed.max_bytes, MAX_DOCUMENT_BYTES))


def parse_manifest(data: bytes) -> dict[str, str]:
    """Read a manifest.  Raises `FeedError` where it is none."""
    try:
        whole = parse_json(data, max_bytes=MAX_DOCUMENT_BYTES)
    except CanonicalError as error:
        raise FeedError("malformed", f"manifest.json: {error}") from error
    if not isinstance(whole, dict) or len(whole) > _MOST_EVENTS:
        raise FeedError("malformed", f"manifest.json is no object of at most {_MOST_EVENTS} events")
    found: dict[str, str] = {}
    for uuid, about in whole.items():
        stamp = str(about.get("timestamp", "")) if isinstance(about, dict) else ""
        if not _UUID.fullmatch(uuid) or not stamp.isascii() or not stamp.isdecimal() or len(stamp) > _STAMP_DIGITS:
            raise FeedError("malformed", "manifest.json: an event has a UUID and a timestamp", item=uuid[:60])
        found[uuid] = stamp
    return found
