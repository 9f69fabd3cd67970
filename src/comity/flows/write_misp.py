"""Write the files of a MISP feed into a directory: events that changed, then hashes.csv and manifest.json.

What the directory's own manifest says decides which events are written, so a run after a change writes one event.  The
manifest comes last: a reader that sees a newer timestamp finds the event there; and it says of each event what its file
says, though the desk goes on meanwhile, for a MISP would fetch an event that stays behind its manifest for ever.  A
manifest that cannot be read is as none, and everything is written.
"""

from typing import Final

import msgspec

from comity.edges.feed_directory import FeedDirectory
from comity.store.misp_feeds import event_stamps, event_with_entry, get_feed, hashes_parts, join_manifest

_MANIFEST: Final = "manifest.json"


class _Entry(msgspec.Struct):
    timestamp: str


_decode: Final = msgspec.json.Decoder(dict[str, _Entry]).decode


def write_misp(key: str, directory: FeedDirectory) -> int:
    """Bring the files of a subscriber's feed up to date; answers how many were written.  Raises `NotFoundError`."""
    feed = get_feed(key)
    written = _stamps(directory.read(_MANIFEST))
    present = set(directory.names(".json"))
    entries: list[bytes] = []
    count = 0
    for uuid, stamp, entry in event_stamps(feed.subscriber_pk):
        if written.get(uuid) == str(stamp) and f"{uuid}.json" in present:
            entries.append(entry)
            continue
        body, own = event_with_entry(feed.subscriber_pk, uuid)  # the desk may have written a newer one meanwhile
        directory.write(f"{uuid}.json", [body])
        entries.append(own)
        count += 1
    if not count and _MANIFEST in present:
        return 0
    directory.write("hashes.csv", hashes_parts(feed.subscriber_pk))
    directory.write(_MANIFEST, join_manifest(entries))
    return count + 2


def _stamps(manifest: bytes) -> dict[str, str]:
    try:
        return {uuid: entry.timestamp for uuid, entry in _decode(manifest).items()} if manifest else {}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
