"""Take in: read a source of reports, find whose name each one is, open or join cases, share what a partner must know.

Every record ends as exactly one of accepted, duplicate, rejected or foreign.  Records are stored in batches, each one
durable transaction (`flows.store_batch`): a run that was cut off and is repeated ends where one run would have ended,
because the same claim within an episode is the same row.  Memory does not grow with the source.  What comes through a
pipe is stored as soon as the pipe is empty: while that is written the next records gather, and go together.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from comity.core.errors import ComityError, InputError
from comity.core.guards import Guard
from comity.core.names import Name, NameFolder, NameRefusal
from comity.core.reports import Claim, Problem, Record, Report, ReporterKind
from comity.core.target_batches import fold_targets
from comity.core.zone_hints import find_zone_hint
from comity.edges.home import Home
from comity.edges.reject_file import RejectFile
from comity.edges.report_source import Block, Source
from comity.flows.check_reporter import refuse_stopped
from comity.flows.store_batch import BatchOutcome, store_batch
from comity.store.reports import StoredReporter, ensure_reporter, finish_run, start_run
from comity.wire.formats import Format
from comity.wire.readers import open_reader
from comity.wire.rejects import Reject, is_header, parse_header, parse_reject

BATCH: Final = 20_000
_FOLDED_AT_ONCE: Final = 5_000

Progress = Callable[[int, int], None]
Witness = Callable[[Sequence[Claim], BatchOutcome], None]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How a source is to be taken in.  `declared` None: the source is a rejects file and says so itself.

    `change`: what a source's reports are made into before they are stored; `witness`: told of each batch as it was
    stored.
    """

    declared: Format | None
    reporter: str
    kind: ReporterKind = "feed"
    change: Callable[[Report], Report] | None = None
    witness: Witness | None = None


class Intake(msgspec.Struct, kw_only=True):
    """What came of every record; sources may be added up in one."""

    read: int = 0
    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0
    foreign: int = 0
    cases_opened: int = 0
    held: int = 0
    joined: int = 0
    by_zone: Counter[str] = msgspec.field(default_factory=Counter)
    by_category: Counter[str] = msgspec.field(default_factory=Counter)
    by_reason: Counter[str] = msgspec.field(default_factory=Counter)

    def add(self, other: "Intake") -> None:
        """Add what came of another source."""
        for field in self.__struct_fields__:
            mine, more = getattr(self, field), getattr(other, field)
            if isinstance(mine, Counter):
                mine.update(more)
            else:
                setattr(self, field, mine + more)

    def counts(self) -> dict[str, Any]:
        """As plain values, for a summary and for the run's row."""
        counts = msgspec.structs.asdict(self)
        return {field: dict(value) if isinstance(value, Counter) else value for field, value in counts.items()}


def take_in(
    home: Home,
    source: Source,
    plan: Plan,
    *,
    intake: Intake,
    rejects: RejectFile,
    folder: NameFolder,
    guard: Guard,
    clock: Callable[[], datetime],
    progress: Progress | None = None,
    named: str = "",
) -> None:
    """Take in one source, adding to `intake` and to the rejects file.  `named`: what the run's row calls it.

    Raises `InputError` at the end of a damaged source: whatever came whole before that is stored and counted.
    """
    run = _Run(home, source, plan, intake, rejects, folder, guard, clock, named or source.path)
    try:
        for block in source.blocks():
            run.take(block)
            if source.is_drained():
                run.store()
            if progress is not None:
                progress(source.packed_read, source.size)
    except ComityError:
        run.end()
        raise
    run.end()


class _Run:
    """One run over one source: the records that wait for the next batch, and where they come from."""

    def __init__(
        self, home: Home, source: Source, plan: Plan, intake: Intake, rejects: RejectFile,
        folder: NameFolder, guard: Guard, clock: Callable[[], datetime], run_name: str,
    ) -> None:  # fmt: skip
        self._home, self._source, self._intake, self._rejects = home, source, intake, rejects
        self._guard, self._clock, self._kind = guard, clock, plan.kind
        self._change, self._witness = plan.change, plan.witness
        self._folder = folder
        self._claims: list[Claim] = []
        self._refused: list[Reject] = []
        self._is_rejects = plan.declared is None
        self._reporter: StoredReporter | None = None
        self._run = 0
        self._named, self._run_name = plan.reporter, run_name
        if plan.declared is not None:
            self._start(plan.declared, plan.reporter)

    def _start(self, declared: Format, reporter: str, header: str = "") -> None:
        self._declared = declared
        self._reader = open_reader(declared)
        if header:
            list(self._reader.read([header], 1))
        at = self._clock()
        refuse_stopped(reporter, at=at)
        self._reporter = ensure_reporter(reporter, kind=self._kind, at=at)
        if not self._run:
            self._run = start_run(self._run_name, format_name=declared.name, reporter=self._reporter, at=at)

    def take(self, block: Block) -> None:
        """Read one block of lines."""
        if block.spoilt is not None:
            spoilt = block.spoilt
            begins = spoilt.begins.decode("utf-8", "replace")
            self._count_rejected(Reject(line=spoilt.line, reason=spoilt.reason, message=spoilt.message, begins=begins))
            self._flush_if_full()
            return
        for first_line, lines in self._decode(block):
            if self._is_rejects:
                self._take_rejects(lines, first_line)
            else:
                self._take_records(self._reader.read(lines, first_line))

    def _decode(self, block: Block) -> list[tuple[int, list[str]]]:
        """Text of a block; lines that are none are set aside, each by itself."""
        data = block.data
        encoding = self._declared.encoding if not self._is_rejects else "utf-8"
        if block.first_line == 1:
            data = data.removeprefix(b"\xef\xbb\xbf")
        if b"\0" not in data:
            try:
                return [(block.first_line, data.decode(encoding).replace("\r\n", "\n").removesuffix("\r").split("\n"))]
            except UnicodeDecodeError:
                pass
        lines: list[str] = []
        for line, raw in enumerate(data.split(b"\n"), block.first_line):
            try:
                text = raw.decode(encoding).removesuffix("\r")
                problem = "nul-byte" if "\0" in text else ""
            except UnicodeDecodeError as error:
                text, problem = "", "invalid-text"
                message = f"byte {error.start + 1} of the line is not {encoding.upper()}"
            if problem == "nul-byte":
                message = f"byte {raw.index(0) + 1} of the line is NUL"
            if problem:
                self._count_rejected(Reject.of_bytes(line, problem, message, raw))
            lines.append("" if problem else text)
        return [(block.first_line, lines)]

    def _take_rejects(self, lines: list[str], first_line: int) -> None:
        """Read the lines of a rejects file: headers say how the records after them were read."""
        for line, text in enumerate(lines, first_line):
            if not text.strip():
                continue
            if is_header(text):
                header = parse_header(text)
                self.store()
                self._start(header.declared, self._named or header.reporter, header.header)
                continue
            if self._reporter is None:
                raise InputError("the rejects file does not begin with its header record", item=self._source.path)
            raw = parse_reject(text)
            if isinstance(raw, Problem):
                self._take_records([Record(line, None, "", None, raw)])
            else:
                self._take_records(self._reader.read([raw], line))

    def _take_records(self, records: Iterable[Record]) -> None:
        """Fold what the records name, some thousand at once, and let each wait for the next batch."""
        coming = iter(records)
        while chunk := list(islice(coming, _FOLDED_AT_ONCE)):
            self._intake.read += len(chunk)
            names, urls = fold_targets([record.name for record in chunk], folder=self._folder)
            claims: list[Claim] = []
            add, change = claims.append, self._change
            for record, name, url in zip(chunk, names, urls, strict=True):
                report = record.report
                if report is None or isinstance(name, NameRefusal):
                    self._refuse(record, name)
                    continue
                if change is not None:
                    report = change(report)
                host = name.ascii
                if not report.host or not report.url:
                    report = replace(report, url=report.url or url, host=report.host or host)
                add(Claim(report, name, url or host))
            self._intake.by_zone.update([zone for claim in claims if (zone := claim.name.zone)])
            self._intake.by_category.update([claim.report.category for claim in claims])
            self._claims += claims
            if len(self._claims) >= BATCH or len(self._refused) >= BATCH:
                self.store()

    def _refuse(self, record: Record, name: Name | NameRefusal) -> None:
        """Set a record aside with its reason; a row that names a host of a known zone counts for it all the same."""
        zone = ""
        problem = record.problem
        if not isinstance(name, NameRefusal):
            zone = name.zone
        elif record.name:
            zone = name.zone or find_zone_hint(record.name)
            problem = problem or Problem(name.code, name.reason)
        if zone:
            self._intake.by_zone[zone] += 1
        problem = problem or Problem("no-name", "the record names nothing")
        self._intake.rejected += 1
        self._intake.by_reason[problem.code] += 1
        self._refused.append(Reject(line=record.line, reason=problem.code, message=problem.message, raw=record.raw))

    def _count_rejected(self, reject: Reject) -> None:
        self._intake.read += 1
        self._intake.rejected += 1
        self._intake.by_reason[reject.reason] += 1
        self._refused.append(reject)

    def _flush_if_full(self) -> None:
        if len(self._refused) >= BATCH:
            self.store()

    def store(self) -> None:
        """Store what waits: the claims in one transaction, then the refusals in the rejects file."""
        if self._reporter is None:
            return
        if self._claims:
            at = self._clock()
            outcome = store_batch(
                self._home, self._claims, reporter=self._reporter, run=self._run, at=at, guard=self._guard
            )
            self._add(outcome)
            if self._witness is not None:
                self._witness(self._claims, outcome)
            self._claims = []
        if self._refused:
            self._rejects.write(
                self._refused, source=self._source.path, reporter=self._reporter.key, declared=self._declared,
                header=self._reader.header,
            )  # fmt: skip
            self._refused = []

    def _add(self, outcome: BatchOutcome) -> None:
        intake = self._intake
        intake.accepted += outcome.accepted
        intake.duplicate += outcome.duplicate
        intake.foreign += outcome.foreign
        intake.held += outcome.held
        intake.joined += outcome.joined
        intake.cases_opened += outcome.cases_opened

    def end(self) -> None:
        """Store the rest and close the run's row."""
        self.store()
        if self._run:
            finish_run(self._run, self._intake.counts(), at=self._clock())
