"""Fetch a feed that is one file: only when it changed, on from where a broken download stopped, and never too much.

    feeds/NAME/partial        what came of a download that broke off, beside the validator it came with
    feeds/NAME/fetched        a whole download, until it is taken in or held

A conditional request names the ETag and date of the last file that was taken in (RFC 9110 §13.1).  A broken download is
continued with Range and If-Range, by a strong validator only; where the file changed meanwhile the server sends it
whole and what was kept is thrown away.  A body whose end cannot be told from a broken connection counts as whole only
where its last line ends.  Nothing here looks into the octets but for that.
"""

import os
from datetime import timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from http.client import NOT_MODIFIED, OK, PARTIAL_CONTENT, REQUESTED_RANGE_NOT_SATISFIABLE
from pathlib import Path
from typing import Final

import msgspec

from comity.core.feeds import Feed
from comity.edges.feed_http import Answer, Caller, FeedError
from comity.edges.home import Home

_STRONG_AFTER: Final = timedelta(seconds=60)  # RFC 9110 §8.8.2.2
_TAG_LETTERS: Final = 200
_LINE_END: Final = b"\n"
_GZIP: Final = b"\x1f\x8b"


class Validators(msgspec.Struct, frozen=True):
    """What a server said of the file that was taken in last."""

    etag: str = ""
    changed: str = ""


class Fetched(msgspec.Struct, frozen=True):
    """A whole file in the node's directory, or (`file` None) that it did not change."""

    file: Path | None
    validators: Validators
    resumed: bool = False


class _Kept(msgspec.Struct, frozen=True):
    """What is known of a partial file."""

    url: str
    validator: str
    size: int


def folder_of(home: Home, name: str) -> Path:
    """The folder in which a feed's files lie."""
    folder = home.path / "feeds" / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def fetch_file(home: Home, feed: Feed, known: Validators) -> Fetched:
    """Fetch a feed's file over HTTP, or look at it where it lies.  Raises `FeedError`, `SettingError`."""
    return _copy(home, feed, known) if feed.kind == "file" else _download(home, feed, known)


def digest_of(file: Path) -> str:
    """SHA-256 of a file, as hexadecimal digits."""
    digest = sha256()
    with file.open("rb") as opened:
        while piece := opened.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def _copy(home: Home, feed: Feed, known: Validators) -> Fetched:
    """Copy a local file: whoever writes it may do so again while it is read."""
    source = home.path / feed.place
    try:
        status = source.stat()
        said = Validators(f"{status.st_mtime_ns}-{status.st_size}-{status.st_ino}")
        if said == known:
            return Fetched(None, known)
        if status.st_size > feed.max_bytes:
            raise FeedError("too-large", f"has {status.st_size:,} bytes; at most {feed.max_bytes:,} are taken")
        whole = folder_of(home, feed.name) / "fetched"
        with source.open("rb") as opened, whole.open("wb") as written:
            data = opened.read(feed.max_bytes + 1)
            written.write(data)
    except OSError as error:
        raise FeedError("unreachable", f"cannot be read: {error.strerror}", item=str(source)) from error
    if len(data) > feed.max_bytes:
        raise FeedError("too-large", f"has more than {feed.max_bytes:,} bytes")
    return Fetched(whole, said)


def _download(home: Home, feed: Feed, known: Validators) -> Fetched:
    folder = folder_of(home, feed.name)
    partial, note = folder / "partial", folder / "partial.json"
    caller = Caller(home, feed)
    kept = _read_kept(partial, note, feed.place)
    headers = {"Accept-Encoding": "gzip"}
    if kept is not None:
        headers |= {"Range": f"bytes={kept.size}-", "If-Range": kept.validator}
    elif known.etag:
        headers["If-None-Match"] = known.etag
    elif known.changed:
        headers["If-Modified-Since"] = known.changed
    with caller.ask(feed.place, headers) as answer:
        if answer.status == NOT_MODIFIED and kept is None:
            return Fetched(None, known)
        if answer.status in {PARTIAL_CONTENT, OK}:
            return _write(answer, feed, folder, kept if answer.status == PARTIAL_CONTENT else None)
        if answer.status != REQUESTED_RANGE_NOT_SATISFIABLE or kept is None:
            raise FeedError("malformed", f"answered with HTTP {answer.status}")
    _forget(partial, note)
    with caller.ask(feed.place, {"Accept-Encoding": "gzip"}) as answer:
        if answer.status != OK:
            raise FeedError("malformed", f"answered with HTTP {answer.status}")
        return _write(answer, feed, folder, None)


def _write(answer: Answer, feed: Feed, folder: Path, kept: _Kept | None) -> Fetched:
    partial, note = folder / "partial", folder / "partial.json"
    if answer.headers.get("Content-Encoding", "identity").lower() not in {"identity", "gzip", "x-gzip"}:
        raise FeedError("malformed", "came in a coding that was not asked for")
    if answer.status == PARTIAL_CONTENT:
        start, total = _range_of(answer)
        if kept is None or start != kept.size or not _is_of(answer, kept.validator):
            _forget(partial, note)
            raise FeedError("malformed", "sent another part than was asked for")
    else:
        start, total = 0, None
    said = Validators(answer.headers.get("ETag", "")[:_TAG_LETTERS], answer.headers.get("Last-Modified", "")[:60])
    strong = _strong(answer, said) or (kept.validator if kept else "")
    size = start
    if not start:
        _forget(partial, note)
    with partial.open("ab" if start else "wb") as written:
        try:
            for piece in answer.pieces(feed.max_bytes - start):
                written.write(piece)
                size += len(piece)
        except FeedError as error:
            written.flush()
            if strong and size and error.reason in {"cut-off", "timed-out"}:
                _write_kept(note, _Kept(feed.place, strong, size))
            raise
        written.flush()
        os.fsync(written.fileno())
    if total is not None and size != total:
        _forget(partial, note)
        raise FeedError("malformed", f"said the whole has {total:,} bytes and sent {size:,}")
    if not answer.tells_its_end and not _ends_well(partial):
        raise FeedError("cut-off", "ended in the middle of a line, and nothing said how long it is")
    whole = folder / "fetched"
    partial.replace(whole)
    note.unlink(missing_ok=True)
    return Fetched(whole, said, resumed=start > 0)


def _is_of(answer: Answer, validator: str) -> bool:
    """Answer whether a part says to be of the file that was asked for; one that says nothing was asked by If-Range."""
    tag = answer.headers.get("ETag", "")
    return not tag or not validator.startswith('"') or tag == validator


def _range_of(answer: Answer) -> tuple[int, int | None]:
    """Read Content-Range: where the part begins and how long the whole is."""
    unit, _, rest = answer.headers.get("Content-Range", "").partition(" ")
    span, _, whole = rest.partition("/")
    first, _, last = span.partition("-")
    if unit != "bytes" or not (first.isdecimal() and last.isdecimal() and (whole.isdecimal() or whole == "*")):
        raise FeedError("malformed", "does not say which part it sent")
    if len(rest) > 60 or int(last) < int(first):
        raise FeedError("malformed", "says a part that cannot be")
    return int(first), int(whole) if whole.isdecimal() else None


def _strong(answer: Answer, said: Validators) -> str:
    """The validator by which a download may be continued; empty where there is none that is strong."""
    if said.etag:
        return said.etag if said.etag.startswith('"') else ""
    try:
        changed = parsedate_to_datetime(said.changed)
        sent = parsedate_to_datetime(answer.headers.get("Date", ""))
        return said.changed if sent - changed >= _STRONG_AFTER else ""
    except (ValueError, TypeError, IndexError):
        return ""


def _ends_well(file: Path) -> bool:
    """A packed file tells its end itself; of another one the last line must end."""
    with file.open("rb") as opened:
        if opened.read(2) == _GZIP:
            return True
        size = opened.seek(0, os.SEEK_END)
        opened.seek(max(0, size - 1))
        return opened.read(1) in {_LINE_END, b"", b"}", b"]"}


def _read_kept(partial: Path, note: Path, url: str) -> _Kept | None:
    try:
        kept = msgspec.json.decode(note.read_bytes(), type=_Kept)
        size = partial.stat().st_size
    except (OSError, msgspec.DecodeError):
        return None
    return kept if kept.url == url and kept.size == size > 0 else None


def _write_kept(note: Path, kept: _Kept) -> None:
    fresh = note.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(kept))
    fresh.replace(note)


def _forget(*files: Path) -> None:
    for file in files:
        file.unlink(missing_ok=True)
