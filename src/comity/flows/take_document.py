"""Take in one document: a bundle, an event, a report with its evidence, a mail.

The same path as a stream of lines (`flows.take_in`): every record ends as exactly one of accepted, duplicate, rejected
or foreign, and a document taken twice adds nothing.  Beside that, what the reader did not understand is told by name,
and files that came enclosed are kept with the case that their record opened or joined, as evidence by hash; a file that
may not be kept is told too and stops nothing.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import msgspec
from msgspec.structs import replace

from comity.core.errors import InputError
from comity.core.guards import Guard
from comity.core.names import Name, NameFolder, NameRefusal
from comity.core.reports import Claim, Problem, Record, ReporterKind, Standing
from comity.core.roles import Actor
from comity.core.target_batches import fold_targets
from comity.core.zone_hints import find_zone_hint
from comity.edges.home import Home
from comity.flows.attach import AttachmentError, attach_to_case
from comity.flows.check_reporter import refuse_stopped
from comity.flows.store_batch import BatchOutcome, store_batch
from comity.flows.take_in import Intake
from comity.store.cases import find_cases_by_pk
from comity.store.reports import StoredReporter, ensure_reporter, finish_run, start_run
from comity.wire.document_readers import read_document
from comity.wire.documents import Document, Enclosed, NotUnderstood
from comity.wire.formats import Format
from comity.wire.rejects import Reject

BATCH: Final = 10_000
_SYSTEM: Final = "system"


class Taken(msgspec.Struct, kw_only=True):
    """What came of a document.  `case_pks` and `standings` follow the records; None where there is none."""

    intake: Intake
    rejects: list[Reject]
    not_understood: list[NotUnderstood]
    case_pks: list[int | None]
    standings: list[Standing | None]
    attached: int = 0
    claims: list[Claim] = []  # of what was stored, in order


def take_document(
    home: Home,
    data: bytes,
    declared: Format,
    *,
    source: str,
    reporter: str,
    kind: ReporterKind,
    folder: NameFolder,
    guard: Guard,
    clock: Callable[[], datetime],
) -> Taken:
    """Take in one document.  Raises `InputError` where the whole cannot be read: then nothing of it is stored."""
    document = read_document(declared, data)
    at = clock()
    refuse_stopped(reporter, at=at)
    stored = ensure_reporter(reporter, kind=kind, at=at)
    run = start_run(source, format_name=declared.name, reporter=stored, at=at)
    taken = store_document(home, document, reporter=stored, run=run, folder=folder, guard=guard, at=at)
    attach_enclosed(home, document.enclosed, taken, at=clock())
    finish_run(run, taken.intake.counts(), at=clock())
    return taken


def store_document(
    home: Home, document: Document, *, reporter: StoredReporter, run: int | None, folder: NameFolder, guard: Guard,
    at: datetime,
) -> Taken:  # fmt: skip
    """Store the records of a document that was read; each batch is one durable transaction."""
    nothing: list[None] = [None] * len(document.records)
    taken = Taken(
        intake=Intake(), rejects=[], not_understood=list(document.not_understood), case_pks=[*nothing],
        standings=[*nothing],
    )  # fmt: skip
    for start in range(0, len(document.records), BATCH):
        _store_part(home, document.records[start : start + BATCH], start, reporter, run, folder, guard, at, taken)
    return taken


def _store_part(
    home: Home, records: Sequence[Record], start: int, reporter: StoredReporter, run: int | None, folder: NameFolder,
    guard: Guard, at: datetime, taken: Taken,
) -> None:  # fmt: skip
    intake = taken.intake
    intake.read += len(records)
    names, urls = fold_targets([record.name for record in records], folder=folder)
    claims: list[Claim] = []
    places: list[int] = []
    for place, (record, name, url) in enumerate(zip(records, names, urls, strict=True), start):
        report = record.report
        if report is None or isinstance(name, NameRefusal):
            _refuse(record, name, taken)
            continue
        if name.zone:
            intake.by_zone[name.zone] += 1
        intake.by_category[report.category] += 1
        if not report.host or not report.url:
            report = replace(report, url=report.url or url, host=report.host or name.ascii)
        claims.append(Claim(report, name, url or name.ascii))
        places.append(place)
    if not claims:
        return
    outcome = store_batch(home, claims, reporter=reporter, run=run, at=at, guard=guard)
    taken.claims += claims
    _add(intake, outcome)
    for place, case_pk, standing in zip(places, outcome.case_pks, outcome.standings, strict=True):
        taken.case_pks[place], taken.standings[place] = case_pk, standing


def _refuse(record: Record, name: Name | NameRefusal, taken: Taken) -> None:
    problem = record.problem
    zone = ""
    if not isinstance(name, NameRefusal):
        zone = name.zone
    elif record.name:
        zone = name.zone or find_zone_hint(record.name)
        problem = problem or Problem(name.code, name.reason)
    if zone:
        taken.intake.by_zone[zone] += 1
    problem = problem or Problem("no-name", "the record names nothing")
    taken.intake.rejected += 1
    taken.intake.by_reason[problem.code] += 1
    taken.rejects.append(Reject(line=record.line, reason=problem.code, message=problem.message, raw=record.raw))


def _add(intake: Intake, outcome: BatchOutcome) -> None:
    intake.accepted += outcome.accepted
    intake.duplicate += outcome.duplicate
    intake.foreign += outcome.foreign
    intake.held += outcome.held
    intake.joined += outcome.joined
    intake.cases_opened += outcome.cases_opened


def attach_enclosed(home: Home, enclosed: Sequence[Enclosed], taken: Taken, *, at: datetime) -> None:
    """Keep enclosed files with the cases of new records; the same octets with the same case are kept once."""
    wanted = {pk for file in enclosed if (pk := taken.case_pks[file.record]) is not None}
    refs = {case.pk: case.ref for case in find_cases_by_pk(sorted(wanted))}
    actor = Actor(home.party, _SYSTEM, home.party)
    seen: set[tuple[int, bytes]] = set()
    for file in enclosed:
        pk = taken.case_pks[file.record]
        if pk is None or taken.standings[file.record] != "accepted" or (pk, file.data) in seen:
            continue
        seen.add((pk, file.data))
        try:
            attach_to_case(
                home, refs[pk], file.data, actor, name=file.name, kind=file.kind, tlp="TLP:AMBER", at=at,
                declared=file.media_type,
            )  # fmt: skip
        except (AttachmentError, InputError) as error:
            taken.not_understood.append(NotUnderstood(file.name, f"the file is not kept: {error.message}"))
        else:
            taken.attached += 1
