"""Take in a feed's file: as a whole that is believed, and at the cost of what changed in it.

(1) The whole is read through; what is damaged or no list is refused, and nothing of it is taken.
(2) A list that was full and is empty, or lost nine tenths, waits for a person.
(3) Only the lines that the last file had not are taken in, by the same path as every intake (`flows.take_in`).
(4) In one transaction: sightings of what came and what is gone, the file's digest, and how the visit went.

Where a line means nothing by itself (a document, a zone, a CSV whose header is in the file), where zones or the format
changed, or where the last file is lost, all of it is taken in again; what is known is then known by its key.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec
from django.db import transaction

from comity.core.errors import InputError
from comity.core.feeds import Feed, as_of_feed, next_try, why_not_believed
from comity.core.guards import Guard
from comity.core.names import NameFolder, NameRefusal
from comity.core.reports import Claim, Record
from comity.core.target_batches import fold_targets
from comity.edges.feed_changes import Survey, limits_of, lines_not_in, refuse_markup, survey
from comity.edges.feed_client import Fetched, Validators, digest_of, folder_of
from comity.edges.feed_declarations import FeedSource
from comity.edges.feed_http import FeedError
from comity.edges.home import Home
from comity.edges.reject_file import RejectFile
from comity.edges.report_source import Source
from comity.flows.store_batch import BatchOutcome
from comity.flows.take_document import store_document
from comity.flows.take_in import Intake, Plan, take_in
from comity.store.feeds import Said, keep_changes, keep_whole, said_by
from comity.store.models import FeedState
from comity.store.reports import StoredReporter, finish_run, partners_by_zone, start_run
from comity.wire.document_readers import read_document
from comity.wire.documents import MAX_DOCUMENT_BYTES, Document
from comity.wire.formats import Format
from comity.wire.out_of_scope import CODE as OUT_OF_SCOPE
from comity.wire.readers import open_reader

_EACH_LINE_ALONE: Final = frozenset(("names", "urls", "hosts", "adblock", "ndjson"))
# What a visit writes; that a person stops a feed meanwhile stays written.
_OF_A_VISIT: Final = (
    "visits", "succeeded_at", "changed_at", "next_at", "failures", "error", "message", "etag", "last_modified",
    "digest", "basis", "cursor", "rows", "counts", "held_digest", "held_reason",
)  # fmt: skip
_SAMPLE: Final = 1_000
_SAMPLE_AT_LEAST: Final = 10
_SPOILT_SHARE: Final = 0.9


class FeedDesk(msgspec.Struct, frozen=True):
    """What taking in needs beside the feed: the node, who files, how names fold, which are protected, the time."""

    home: Home
    reporter: StoredReporter
    folder: NameFolder
    guard: Guard
    clock: Callable[[], datetime]


class Believed(msgspec.Struct, frozen=True):
    """What came of a file that was believed."""

    intake: Intake
    rows: int
    is_news: bool


class HeldError(FeedError):
    """What came of a feed is not believed and waits for a person."""

    code = "feed-held"


def take_feed_file(desk: FeedDesk, source: FeedSource, state: FeedState, fetched: Fetched, *, whole: bool) -> Believed:
    """Take in a file that was fetched.  Raises `FeedError`; what was held is said by `HeldError`."""
    feed, declared, file = source.feed, source.declared, fetched.file
    assert file is not None  # noqa: S101 — the caller looked
    digest, basis = digest_of(file), basis_of(desk.home, source, at=desk.clock())
    if digest == state.digest and basis == state.basis and not whole:
        note_unchanged(state, feed, fetched.validators, at=desk.clock())
        file.unlink(missing_ok=True)
        return Believed(Intake(), state.rows or 0, is_news=False)
    if declared.kind == "document":
        document = _read_document(file, declared, feed)
        _weigh_amount(state, len(document.records), digest)
        intake, said = _store_document(desk, source, document)
        keep: Callable[..., None] = partial(keep_whole, state, said)
        rows = len(document.records)
    else:
        found = survey(file, comment=declared.comment, max_bytes=feed.max_bytes)
        rows = len(found.lines)
        _weigh_amount(state, rows, digest)
        before = folder_of(desk.home, feed.name) / "taken"
        is_change = _is_by_line(declared) and not found.has_spoilt
        may_compare = is_change and not whole and basis == state.basis and _is_file(before, state.digest)
        if is_change:
            intake, keep = _take_changes(desk, source, state, file, found, before if may_compare else None)
        else:
            _weigh_sample(file, declared, feed)
            intake, said = _take_lines(desk, source, file)
            keep = partial(keep_whole, state, said)
    at = desk.clock()
    with transaction.atomic():
        visit = state.visits + 1
        keep(visit=visit, at=at)
        state.digest, state.basis, state.rows = digest, basis, rows
        state.counts, state.changed_at = intake.counts(), at
        state.held_digest = state.held_reason = ""
        note_success(state, feed, fetched.validators, at=at)
    file.replace(folder_of(desk.home, feed.name) / "taken")
    return Believed(intake, rows, is_news=True)


def note_success(state: FeedState, feed: Feed, validators: Validators, *, at: datetime) -> None:
    """Note that a visit went well; inside the caller's transaction."""
    state.visits += 1
    state.succeeded_at, state.next_at = at, next_try(feed, at=at, failures=0)
    state.failures, state.error, state.message = 0, "", ""
    state.etag, state.last_modified = validators.etag, validators.changed
    state.save(update_fields=_OF_A_VISIT)


def note_unchanged(state: FeedState, feed: Feed, validators: Validators, *, at: datetime) -> None:
    """Note a visit at which nothing had changed: whatever the feed said it says still."""
    with transaction.atomic():
        note_success(state, feed, validators, at=at)


def basis_of(home: Home, source: FeedSource, *, at: datetime) -> str:
    """What a file's meaning here rests on beside its octets: whose names count, how it is read and marked."""
    zones = responsible_zones(home, at=at)
    told = msgspec.json.encode([sorted(zones), source.declared, source.feed.reporter])
    return sha256(told).hexdigest()


def responsible_zones(home: Home, *, at: datetime) -> frozenset[str]:
    """Zones whose names are somebody's: ours and partners'."""
    return frozenset((*home.zones, *partners_by_zone(home.party, at=at)))


def _weigh_amount(state: FeedState, rows: int, digest: str) -> None:
    reason = why_not_believed(rows, state.rows)
    if reason and digest != state.believed_digest:
        state.held_digest, state.held_reason = digest, reason
        raise HeldError("held", f"waits for a person: {reason}")


def _weigh_sample(file: Path, declared: Format, feed: Feed, lines: Iterable[list[bytes]] | None = None) -> None:
    """Refuse a file whose rows are not of its format: a source that changed its columns says nothing that is read."""
    reader = open_reader(declared)
    sample = lines if lines is not None else lines_not_in(file, frozenset(), comment="\0", max_bytes=feed.max_bytes)
    records: list[Record] = []
    for part in sample:
        text = [line.decode(declared.encoding, "replace").removesuffix("\r") for line in part[:_SAMPLE]]
        records += reader.read(text, 1)
        if len(records) >= _SAMPLE:
            break
    wrong = [one.problem for one in records if one.problem is not None and one.problem.code != OUT_OF_SCOPE]
    if len(records) >= _SAMPLE_AT_LEAST and len(wrong) >= _SPOILT_SHARE * len(records):
        raise FeedError("malformed", f"nine rows in ten are not of format {declared.name}: {wrong[0].message}"[:300])


def _take_changes(
    desk: FeedDesk, source: FeedSource, state: FeedState, file: Path, found: Survey, before: Path | None
) -> tuple[Intake, Callable[..., None]]:
    """Take in the lines that are new; find out which targets the lines named that are no longer there."""
    feed, declared = source.feed, source.declared
    read = partial(lines_not_in, comment=declared.comment, max_bytes=feed.max_bytes)
    old = survey(before, comment=declared.comment, max_bytes=feed.max_bytes).lines if before else frozenset[int]()
    changes = folder_of(desk.home, feed.name) / "changes"
    with changes.open("wb") as written:
        for part in read(file, old):
            written.write(b"\n".join(part) + b"\n")
    _weigh_sample(changes, declared, feed)
    fewer: Counter[bytes] = Counter()
    for part in read(before, found.lines) if before else ():
        fewer.update(_keys_of(desk, declared, part))
    intake, said = _take_lines(desk, source, changes)
    changes.unlink(missing_ok=True)
    if before is None:
        return intake, partial(keep_whole, state, said)
    return intake, partial(keep_changes, state, said, fewer)


def _take_lines(desk: FeedDesk, source: FeedSource, file: Path) -> tuple[Intake, dict[Said, int]]:
    feed = source.feed
    said: Counter[Said] = Counter()
    intake = Intake()
    plan = Plan(
        declared=source.declared, reporter=desk.reporter.key, change=partial(as_of_feed, feed=feed),
        witness=partial(_witness, said, responsible_zones(desk.home, at=desk.clock())),
    )  # fmt: skip
    where = folder_of(desk.home, feed.name) / "rejects.ndjson"
    where.unlink(missing_ok=True)
    with RejectFile(where) as rejects, Source(str(file), limits_of(feed.max_bytes)) as opened:
        take_in(
            desk.home, opened, plan, intake=intake, rejects=rejects, folder=desk.folder, guard=desk.guard,
            clock=desk.clock, named=f"feed {feed.name}",
        )  # fmt: skip
    return intake, dict(said)


def _witness(said: Counter[Said], zones: frozenset[str], claims: Iterable[Claim], _outcome: BatchOutcome) -> None:
    said.update(said_by(claim) for claim in claims if claim.name.zone in zones)


def _keys_of(desk: FeedDesk, declared: Format, lines: list[bytes]) -> list[bytes]:
    """The targets that these lines named."""
    text = [line.decode(declared.encoding, "replace").removesuffix("\r") for line in lines]
    records = [one for one in open_reader(declared).read(text, 1) if one.report is not None]
    names, urls = fold_targets([one.name for one in records], folder=desk.folder)
    return [
        said_by(Claim(one.report, name, url or name.ascii)).key
        for one, name, url in zip(records, names, urls, strict=True)
        if one.report is not None and not isinstance(name, NameRefusal)
    ]


def _read_document(file: Path, declared: Format, feed: Feed) -> Document:
    try:
        with Source(str(file), limits_of(feed.max_bytes)) as opened:
            refuse_markup(opened.peek())
            return marked(read_document(declared, opened.whole(MAX_DOCUMENT_BYTES)), feed)
    except InputError as error:
        raise FeedError("damaged", str(error)) from error


def marked(document: Document, feed: Feed) -> Document:
    """A document as a feed may make it; files that came enclosed are left out: they are the feed's word too."""
    records = tuple(
        one if one.report is None else msgspec.structs.replace(one, report=as_of_feed(one.report, feed))
        for one in document.records
    )
    return msgspec.structs.replace(document, records=records, enclosed=())


def _store_document(desk: FeedDesk, source: FeedSource, document: Document) -> tuple[Intake, Mapping[Said, int]]:
    at = desk.clock()
    run = start_run(f"feed {source.feed.name}", format_name=source.declared.name, reporter=desk.reporter, at=at)
    taken = store_document(
        desk.home, document, reporter=desk.reporter, run=run, folder=desk.folder, guard=desk.guard, at=at
    )
    finish_run(run, taken.intake.counts(), at=desk.clock())
    zones = responsible_zones(desk.home, at=at)
    return taken.intake, Counter(said_by(claim) for claim in taken.claims if claim.name.zone in zones)


def _is_by_line(declared: Format) -> bool:
    return declared.kind in _EACH_LINE_ALONE or (declared.kind == "csv" and bool(declared.header))


def _is_file(file: Path, digest: str) -> bool:
    return bool(digest) and file.is_file() and digest_of(file) == digest
