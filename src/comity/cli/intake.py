"""`comity intake`: take in reports from files or standard input."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn, TransferSpeedColumn

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.errors import ComityError, InputError
from comity.core.guards import Guard
from comity.core.names import NameFolder
from comity.edges.guard_lists import load_guard
from comity.edges.home import Home
from comity.edges.reject_file import RejectFile
from comity.edges.report_source import STDIN, Limits, Source
from comity.edges.suffix_file import load_suffixes
from comity.flows.take_document import take_document
from comity.flows.take_in import Intake, Plan, take_in
from comity.wire.document_readers import detect_document
from comity.wire.documents import MAX_DOCUMENT_BYTES, MAX_NAMED, NotUnderstood
from comity.wire.format_detection import REJECTS, detect_format
from comity.wire.formats import FORMATS, Format, fixed_category, parse_mapping

AUTO: Final = "auto"
_MAPPING_BYTES: Final = 1 << 20
_SHOW_AFTER_SECONDS: Final = 1.0


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--format", "format_name", type=click.Choice([AUTO, *FORMATS]), default=AUTO, help="Default: by content.")
@click.option("--reporter", default="", help="Who files these reports.  [default: the feed's own name]")
@click.option("--category", default="", help="What a plain list is about; it does not say so itself.")
@click.option("--mapping", type=click.Path(path_type=Path), help="A TOML file that explains a CSV's columns.")
@click.option("--rejects", type=click.Path(dir_okay=False, path_type=Path), help="Where refused records go.")
@click.option(
    "--max-line-bytes",
    type=click.IntRange(min=256),
    default=Limits().line_bytes,
    show_default=True,
    help="Longer lines are refused.",
)
@click.option(
    "--max-unpacked-bytes",
    type=click.IntRange(min=1),
    default=Limits().unpacked_bytes,
    show_default=True,
    help="More than this is not unpacked.",
)
@click.option("--max-ratio", type=click.IntRange(min=1), default=Limits().ratio, show_default=True, help="Of gzip.")
@json_option
@dir_option
def intake(
    files: tuple[str, ...],
    format_name: str,
    reporter: str,
    category: str,
    mapping: Path | None,
    rejects: Path | None,
    max_line_bytes: int,
    max_unpacked_bytes: int,
    max_ratio: int,
    as_json: bool,
    directory: Path,
) -> int:
    """Take in reports from files, or from standard input (-).

    Formats are recognised by content or named with --format.  Each record ends as accepted, duplicate, rejected or
    foreign.  The same file twice adds nothing; an interrupted run is simply repeated.
    """
    home = use_node(directory)
    limits = Limits(max_line_bytes, max_unpacked_bytes, max_ratio)
    declared = _mapping(mapping) if mapping is not None else None
    if declared is not None and format_name not in {AUTO, "csv"}:
        raise InputError("a mapping explains a CSV; do not give --format with it", item=f"--format {format_name}")
    if rejects is not None and any(_same(rejects, file) for file in files):
        raise InputError("is a source of this run; write the refusals elsewhere", item=str(rejects))
    total = Intake()
    errors: list[dict[str, str]] = []
    left: list[NotUnderstood] = []
    folder = NameFolder(load_suffixes(home))
    guard = load_guard(home)
    where = rejects or _rejects_path(home.path, files[0])
    with RejectFile(where) as refused, _Bar() as bar:
        for file in files:
            try:
                with Source(file, limits) as source:
                    plan = _plan(source, declared, format_name, reporter, category)
                    if plan.declared is not None and plan.declared.kind == "document":
                        left += _take_document(home, source, plan, total, refused, folder, guard)
                        continue
                    take_in(
                        home, source, plan, intake=total, rejects=refused, folder=folder, guard=guard, clock=_now,
                        progress=bar.show(file),
                    )  # fmt: skip
            except ComityError as error:
                shown = error if error.item else type(error)(error.message, item=file)
                errors.append({"source": file, "code": error.code, "message": str(shown)})
        rejects_file = str(where) if refused.is_written else None
    summary = _summary(total, rejects_file, errors)
    if left:
        summary["not_understood"] = [{"item": one.item, "reason": one.reason} for one in left[:MAX_NAMED]]
    if as_json:
        print_json(summary)
    else:
        _tell(summary)
    for one in errors:
        click.echo(f"comity: {one['message']} [{one['code']}]", err=True)
    return 1 if errors else 0


def _take_document(
    home: Home, source: Source, plan: Plan, total: Intake, refused: RejectFile, folder: NameFolder, guard: Guard
) -> list[NotUnderstood]:
    """Take in a source that is one document; what was not understood of it is answered."""
    assert plan.declared is not None  # noqa: S101 — the caller looked
    data = source.whole(min(MAX_DOCUMENT_BYTES, source.limits.unpacked_bytes))
    taken = take_document(
        home, data, plan.declared, source=source.path, reporter=plan.reporter, kind=plan.kind, folder=folder,
        guard=guard, clock=_now,
    )  # fmt: skip
    total.add(taken.intake)
    if taken.rejects:
        refused.write(taken.rejects, source=source.path, reporter=plan.reporter, declared=plan.declared, header="")
    return taken.not_understood


def _now() -> datetime:
    return datetime.now(UTC)


def _same(path: Path, file: str) -> bool:
    return file != STDIN and path.exists() and Path(file).exists() and path.samefile(file)


def _rejects_path(directory: Path, first: str) -> Path:
    stem = "stdin" if first == STDIN else Path(first).name.removesuffix(".rejects.ndjson")
    return directory / "rejects" / f"{stem}-{_now():%Y%m%dT%H%M%S%f}.rejects.ndjson"


def _mapping(path: Path) -> Format:
    try:
        with path.open("rb") as file:
            data = file.read(_MAPPING_BYTES + 1)
        if len(data) > _MAPPING_BYTES:
            raise InputError(f"a mapping has at most {_MAPPING_BYTES} bytes", item=str(path))
        return parse_mapping(data.decode("utf-8"), item=str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the mapping cannot be read: {error}", item=str(path)) from error


def _plan(source: Source, mapping: Format | None, format_name: str, reporter: str, category: str) -> Plan:
    """How this source is to be read: as it was said, or as its content shows."""
    head = source.peek()
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError("is UTF-16; convert it to UTF-8 first", item=source.path)
    declared = mapping
    if declared is None:
        name = detect_document(head) if format_name == AUTO else format_name
        if not name:
            text = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").replace("\r\n", "\n")
            lines = text.split("\n")
            name = detect_format(lines[:-1] or lines)
        if name == REJECTS:
            return Plan(declared=None, reporter=reporter)
        declared = FORMATS[name]
    if category:
        declared = fixed_category(declared, category)
    return Plan(declared=declared, reporter=reporter or declared.reporter or declared.name)


def _summary(total: Intake, rejects_file: str | None, errors: list[dict[str, str]]) -> dict[str, Any]:
    counts = total.counts()
    keys = ("read", "accepted", "duplicate", "rejected", "foreign", "cases_opened", "by_zone", "by_category")
    summary = {key: counts[key] for key in keys} | {"rejects_file": rejects_file}
    summary |= {key: counts[key] for key in ("held", "joined", "by_reason")}
    return summary | {"errors": errors} if errors else summary


def _tell(summary: dict[str, Any]) -> None:
    """Say what happened, for a person."""
    click.echo(
        "read {read:,}: accepted {accepted:,}, duplicate {duplicate:,}, rejected {rejected:,}, foreign {foreign:,}; "
        "cases opened {cases_opened:,}, joined {joined:,}, held for a person {held:,}".format(**summary)
    )
    for title, key in (("by zone", "by_zone"), ("by category", "by_category"), ("rejected because", "by_reason")):
        if summary[key]:
            parts = sorted(summary[key].items(), key=lambda part: (-part[1], part[0]))
            click.echo(f"{title}: " + ", ".join(f"{name} {count:,}" for name, count in parts))
    for one in summary.get("not_understood", ()):
        click.echo(f"not understood: {one['item']}: {one['reason']}")
    if summary["rejects_file"]:
        click.echo(f"refused records, to be mended and fed again: {summary['rejects_file']}")


class _Bar:
    """A progress bar on a terminal, shown once the run has taken over a second."""

    def __init__(self) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeElapsedColumn(),
            console=Console(stderr=True), transient=True,
        )  # fmt: skip
        self._since = _now()
        self._is_shown = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_shown:
            self._bar.stop()

    def show(self, file: str) -> Callable[[int, int], None] | None:
        """What to call as a file is read; None where nobody looks."""
        if not sys.stderr.isatty():
            return None
        task = self._bar.add_task("standard input" if file == STDIN else Path(file).name, total=None)

        def update(done: int, size: int) -> None:
            if not self._is_shown and (_now() - self._since).total_seconds() > _SHOW_AFTER_SECONDS:
                self._bar.start()
                self._is_shown = True
            self._bar.update(task, completed=done, total=size or None)

        return update
