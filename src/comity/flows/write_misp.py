"""Write the files of a MISP feed into a directory: events that changed, then hashes.csv and manifest.json.

What the directory's own manifest says decides which events are written, so a run after a change writes one event.  The
manifest comes last: a reader that sees a newer timestamp finds the event there.  A manifest that cannot be read is as
none, and everything is written.
"""

from itertools import chain
from typing import Final

import msgspec

from comity.edges.feed_directory import FeedDirectory
from comity.store.misp_feeds import event_body, event_stamps, get_feed, hashes_parts, manifest_parts

_MANIFEST: Final = "manifest.json"


class _Entry(msgspec.Struct):
    timestamp: str


_decode: Final = msgspec.json.Decoder(dict[str, _Entry]).decode


def write_misp(key: str, directory: FeedDirectory) -> int:
    """Bring the files of a subscriber's feed up to date; answers how many were written.  Raises `NotFoundError`."""
    feed = get_feed(key)
    written = _stamps(directory.read(_MANIFEST))
    present = set(directory.names(".json"))
    changed = [
        uuid
        for uuid, stamp in event_stamps(feed.subscriber_pk)
        if written.get(uuid) != str(stamp) or f"{uuid}.json" not in present
    ]
    for uuid in changed:
        directory.write(f"{uuid}.json", [event_body(feed.subscriber_pk, uuid)[0]])
    if not changed and _MANIFEST in present:
        return 0
    directory.write("hashes.csv", hashes_parts(feed.subscriber_pk))
    directory.write(_MANIFEST, chain(manifest_parts(feed.subscriber_pk)))
    return len(changed) + 2


def _stamps(manifest: bytes) -> dict[str, str]:
    try:
        return {uuid: entry.timestamp for uuid, entry in _decode(manifest).items()} if manifest else {}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
