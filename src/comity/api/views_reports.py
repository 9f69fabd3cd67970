"""Reports over HTTP: file them, one or many, and ask what came of them.

Filing is idempotent by `report_id`: the same report again is a duplicate and changes nothing.  Whoever files sees
their own reports; the desk and those who read for it see any.  The status page's token needs no account.
"""

from uuid import UUID

import msgspec

from comity.api.route import Call
from comity.api.views_case_verbs import reporter_key
from comity.core.errors import ConflictError, InputError, NotFoundError
from comity.core.names import NameFolder, NameRefusal
from comity.core.reports import ReporterKind
from comity.core.roles import READERS
from comity.edges.suffix_file import load_suffixes
from comity.flows.check_reporter import check_reporter
from comity.flows.file_reports import Filed, file_reports
from comity.flows.observe import may_observe, observe, registrable_of
from comity.store.models import Person
from comity.store.status import find_report_status, find_status
from comity.wire.api.parts import ReasonDocument
from comity.wire.api.reports import (
    FiledDocument,
    LookBody,
    LookDocument,
    LooksDocument,
    NameDocument,
    NamesBody,
    NamesDocument,
    ReportStateDocument,
    StatusDocument,
)


def post_report(call: Call) -> FiledDocument:
    """File one report (comity-report/1)."""
    body: bytes = call.body
    return _filed(_file(call, [body]))


def post_reports(call: Call) -> FiledDocument:
    """File many reports, one a line; a bad line does not stop the others."""
    body: bytes = call.body
    if not body.strip():
        raise InputError("holds no report", item="body")
    return _filed(_file(call, body.split(b"\n")))


def show_report(call: Call) -> ReportStateDocument:
    """Show where a report stands."""
    try:
        report_id = str(UUID(call.path["report_id"]))
    except ValueError:
        raise InputError("is not a UUID", item=call.path["report_id"]) from None
    line = find_report_status(report_id, "" if call.actor.role in READERS else reporter_key(call))
    if line is None:
        raise NotFoundError("no such report", item=report_id)
    return msgspec.convert(line, ReportStateDocument, from_attributes=True)


def show_status(call: Call) -> StatusDocument:
    """Show a reporter's own reports by the token of their status page."""
    lines = find_status(call.path["token"])
    if lines is None:
        raise NotFoundError("nobody has this token")
    return StatusDocument(tuple(msgspec.convert(line, ReportStateDocument, from_attributes=True) for line in lines))


def fold_names(call: Call) -> NamesDocument:
    """Fold names: canonical form, registrable domain, zone and party."""
    body: NamesBody = call.body
    suffixes = load_suffixes(call.home)
    folder = NameFolder(suffixes)
    return NamesDocument(tuple(_name(text, folder) for text in body.names), suffixes.version)


def post_look_up(call: Call) -> LooksDocument:
    """Ask RDAP and the DNS about a name, and keep the look."""
    body: LookBody = call.body
    if not may_observe(call.home):
        raise ConflictError("this node is set up to ask neither RDAP nor the DNS", item="node.toml")
    name = registrable_of(call.home, body.name)
    looks = observe(call.home, name, at=call.at).looks
    return LooksDocument(
        name,
        tuple(
            LookDocument(
                look.kind, look.at, look.error, None if look.value is None else msgspec.to_builtins(look.value)
            )
            for look in looks
        ),
    )


def _name(text: str, folder: NameFolder) -> NameDocument:
    found = folder.fold(text)
    return NameDocument(
        input=text,
        name=found.name if isinstance(found, NameRefusal) else found.ascii,
        unicode=found.unicode,
        registrable="" if isinstance(found, NameRefusal) else found.registrable,
        suffix=found.suffix,
        zone=found.zone,
        party=found.party,
        error=found.code if isinstance(found, NameRefusal) else "",
        message=found.reason if isinstance(found, NameRefusal) else "",
    )


def _file(call: Call, lines: list[bytes]) -> Filed:
    kind: ReporterKind = "trusted-notifier" if call.actor.role == Person.Role.TRUSTED_NOTIFIER else "node"
    filed = sum(1 for line in lines if line.strip())
    check_reporter(call.home, reporter_key(call), amount=filed, at=call.at)
    return file_reports(call.home, lines, reporter=reporter_key(call), name=call.actor.name, kind=kind, at=call.at)


def _filed(filed: Filed) -> FiledDocument:
    return FiledDocument(
        read=filed.read,
        accepted=filed.accepted,
        duplicate=filed.duplicate,
        foreign=filed.foreign,
        held=filed.held,
        cases_opened=filed.cases_opened,
        rejected={
            str(line): tuple(ReasonDocument(reason.code, reason.message) for reason in reasons)
            for line, reasons in filed.rejected.items()
        },
        status_token=filed.status_token,
    )
