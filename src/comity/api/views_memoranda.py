"""Memoranda over HTTP: which there are, the text that was signed, and what it answers."""

from collections import Counter

import msgspec

from comity.api.route import Call
from comity.core.disclosure import KINDS, decide
from comity.core.errors import InputError, NotFoundError
from comity.core.items import build_item
from comity.core.memoranda import Memorandum as Agreement
from comity.core.names import NameFolder, NameRefusal
from comity.core.reports import Report
from comity.core.roles import may_read
from comity.edges.suffix_file import load_suffixes
from comity.flows.compare import compare
from comity.flows.preview import preview
from comity.store.links import get_link
from comity.store.memoranda import find_governing, list_versions
from comity.store.models import Memorandum
from comity.wire.api.memoranda import (
    CompareBody,
    ComparedItem,
    ComparedRow,
    ComparisonDocument,
    ExplainBody,
    ExplanationDocument,
    MemorandaDocument,
    MemorandumDocument,
    MemorandumTextDocument,
    PreviewDocument,
    PreviewedDocument,
    PreviewQuery,
    TotalDocument,
)
from comity.wire.decision_texts import explain as explain_lines
from comity.wire.memorandum_document import Document, parse_document
from comity.wire.memorandum_yaml import parse_memorandum
from comity.wire.report_json import parse_report


def show_memoranda(call: Call) -> MemorandaDocument:
    """List every version of every memorandum."""
    versions = list_versions(at=call.at)
    return MemorandaDocument(tuple(msgspec.convert(one, MemorandumDocument, from_attributes=True) for one in versions))


def show_memorandum(call: Call) -> MemorandumTextDocument:
    """Show one version by its digest."""
    digest = call.path["digest"]
    found = next((one for one in list_versions(at=call.at) if one.digest == digest), None)
    if found is None:
        raise NotFoundError("no such memorandum", item=digest)
    row = Memorandum.objects.get(pk=found.pk)
    return MemorandumTextDocument(
        urn=found.urn,
        version=found.version,
        digest=found.digest,
        partner=found.partner,
        status=found.status,
        changed_at=found.changed_at,
        body=msgspec.Raw(row.body),
        signatures=msgspec.Raw(row.signatures),
    )


def explain_report(call: Call) -> ExplanationDocument:
    """Explain what would be decided now about telling a partner of a report; nothing is kept."""
    body: ExplainBody = call.body
    report = parse_report(msgspec.json.encode(body.report))
    if not isinstance(report, Report):
        raise InputError("; ".join(problem.message for problem in report), item="report")
    if body.kind and body.kind not in KINDS:
        raise InputError(f"one of {', '.join(KINDS)}", item="kind")
    kind = next((one for one in KINDS if one == body.kind), None)
    found = NameFolder(load_suffixes(call.home)).fold(report.name or report.url or report.host)
    if isinstance(found, NameRefusal):
        raise InputError(found.reason, item="report")
    partner = body.partner or found.party
    if not partner:
        raise InputError("nobody on record is responsible for this name; say who", item="partner")
    stored = find_governing(partner, at=call.at)
    memorandum = stored.memorandum if stored else None
    item = build_item(
        report, sender=call.home.party, recipient=partner, zone=found.zone, memorandum=memorandum, at=call.at,
        kind=kind,
    )  # fmt: skip
    decision = decide(item, memorandum, at=call.at, status=stored.status if stored else "draft")
    return ExplanationDocument(
        partner=partner, kind=item.kind, name=found.ascii, verdict=decision.verdict, clause=decision.clause,
        reason=decision.reason, redacted=tuple(decision.redact), hold_for=decision.hold_for,
        lines=tuple(explain_lines(decision, body.language)), trace=decision.trace,
    )  # fmt: skip


def show_preview(call: Call) -> PreviewDocument:
    """Show what a partner would see of our open cases, and what not, by which clause; nothing is stored or sent."""
    query: PreviewQuery = call.query
    partner = get_link(call.path["partner"]).partner
    counts: Counter[tuple[str, str, str]] = Counter()
    shown: list[PreviewedDocument] = []
    for one in preview(call.home, partner, at=call.at):
        said = one.decision
        counts[said.verdict, said.clause, said.reason] += 1
        if len(shown) < query.limit:
            reads = msgspec.to_builtins(one.told) if one.told and may_read(call.actor.role, one.told.tlp) else None
            shown.append(
                PreviewedDocument(
                    str(one.report_uuid), one.case_ref, one.registrable, one.kind, said.verdict, said.clause,
                    said.reason, reads,
                )
            )  # fmt: skip
    return PreviewDocument(
        partner, tuple(TotalDocument(*key, number) for key, number in sorted(counts.items())), tuple(shown)
    )


def compare_draft(call: Call) -> ComparisonDocument:
    """Compare what a partner was told these last days with what another text would have let it see."""
    body: CompareBody = call.body
    partner = call.path["partner"]
    data = body.draft.encode()
    signed = parse_document(data)
    draft = signed.memorandum if isinstance(signed, Document) else parse_memorandum(data)
    if not isinstance(draft, Agreement):
        raise InputError("; ".join(f"{one.path or 'document'}: {one.reason}" for one in draft), item="draft")
    if draft.party(partner) is None or draft.party(call.home.party) is None:
        raise InputError(f"{partner} and this node must be parties of this memorandum", item="draft")
    found = compare(call.home, partner, draft, at=call.at, days=body.days)
    return ComparisonDocument(
        partner=partner, in_force=found.in_force, days=found.days, items=found.items, cut=found.cut,
        rows=tuple(ComparedRow(row.verdict, row.clause, row.reason, row.now, row.then) for row in found.rows),
        would_change=found.changed_total,
        changed=tuple(
            ComparedItem(
                one.registrable, one.case_ref, one.category, one.kind, one.at, one.now.verdict, one.now.clause,
                one.then.verdict, one.then.clause,
            )
            for one in found.changed[: body.limit]
        ),
    )  # fmt: skip
