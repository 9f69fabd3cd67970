"""File reports: a person or program files reports one by one or a few at a time, outside of any intake run.

The same path as intake (`flows.store_batch`), so that a report means the same however it came.  Here a member that
is not known is refused, because whoever speaks to an interface is told at once; every report that is refused says
all its reasons.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from comity.core.names import NameFolder, Target
from comity.core.reports import Claim, Problem, Report, ReporterKind
from comity.edges.home import Home
from comity.edges.suffix_file import load_suffixes
from comity.flows.store_batch import store_batch
from comity.store.reports import ensure_reporter
from comity.store.status import get_status_token
from comity.wire.report_json import parse_report

_MEMBERS: Final = frozenset(Report.__struct_fields__)
_decode_members: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class Filed(msgspec.Struct, frozen=True, kw_only=True):
    """What came of reports; `rejected` by line, counted from 1."""

    read: int
    accepted: int
    duplicate: int
    foreign: int
    held: int
    cases_opened: int
    rejected: dict[int, tuple[Problem, ...]]
    status_token: str


def file_reports(
    home: Home, lines: Sequence[bytes], *, reporter: str, name: str, kind: ReporterKind, at: datetime
) -> Filed:
    """Store the reports of one reporter, one a line (comity-report/1); blank lines are none."""
    folder = NameFolder(load_suffixes(home))
    claims: list[Claim] = []
    rejected: dict[int, tuple[Problem, ...]] = {}
    read = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        read += 1
        claim = _read(line, folder)
        if isinstance(claim, Claim):
            claims.append(claim)
        else:
            rejected[number] = claim
    stored = ensure_reporter(reporter, kind=kind, name=name, at=at)
    outcome = store_batch(home, claims, reporter=stored, run=None, at=at)
    return Filed(
        read=read,
        accepted=outcome.accepted,
        duplicate=outcome.duplicate,
        foreign=outcome.foreign,
        held=outcome.held,
        cases_opened=outcome.cases_opened,
        rejected=rejected,
        status_token=get_status_token(reporter),
    )


def _read(line: bytes, folder: NameFolder) -> Claim | tuple[Problem, ...]:
    report = parse_report(line)
    problems = _unknown(line)
    if not isinstance(report, Report):
        return (*report, *problems)
    target = folder.target(report.name or report.url or report.host)
    if not isinstance(target, Target):
        return (Problem(target.code, target.reason), *problems)
    return problems or Claim(report, target.name, target.url or target.name.ascii)


def _unknown(line: bytes) -> tuple[Problem, ...]:
    try:
        members = _decode_members(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ()  # what is no object was refused for that
    unknown = sorted(set(members) - _MEMBERS)
    return tuple(Problem("unknown-field", f"$.{member[:60]}: a report has no such member") for member in unknown[:20])
