"""Share experience: articles of ours, our remarks on a partner's, that we work by one, that one of ours is no more.

A file of the verb `share`: nothing leaves without a clause here either.  Each is put to the memorandum as kind
`experience`, the decision is stored, and only what may go becomes an entry.  TLP is asked before: a copy of somebody
else's article goes back to its origin, or on to others only if it is GREEN or CLEAR.  An erasure is asked about as the
same kind and waits for no cap.  All functions are called inside the caller's transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from comity.core.articles import may_pass_on
from comity.core.disclosure import Decision
from comity.core.exchange import OutgoingEntry
from comity.core.experience import SENT, decide_experience, redact_words
from comity.core.markings import Tlp
from comity.edges.home import Home
from comity.edges.salt import new_salt
from comity.flows.share import count_today
from comity.flows.share_notices import Asked
from comity.store.annotations import AnnotationRow
from comity.store.decisions import DecisionRow, add_decisions
from comity.store.library import ArticleRow, VersionRow
from comity.store.links import find_link
from comity.store.memoranda import StoredMemorandum, find_governing
from comity.store.outgoing import append_outgoing, lock_outgoing
from comity.wire.article import (
    AdoptedPayload,
    AnnotationFacts,
    AnnotationPayload,
    ArticleFacts,
    ArticlePayload,
    WireSource,
    WithdrawnPayload,
    render_adopted,
    render_annotation,
    render_article,
    render_withdrawn,
)
from comity.wire.notices import ErasurePayload, object_of, render_notice
from comity.wire.stix import MAX_PAYLOAD_BYTES

_KIND: Final = "experience"
_ONWARD: Final = Decision("refuse", "", "not-ours-to-pass-on")


class Governed(msgspec.Struct, frozen=True):
    """What governs what passes to a partner now, and how much of this kind went today."""

    partner: str
    memorandum: StoredMemorandum | None
    sent_today: int


def governed_by(partner: str, *, at: datetime, locked: bool = False) -> Governed:
    """Look up what governs; `locked` where an entry will follow, so that the count stays true."""
    if locked:
        lock_outgoing(partner)
    memorandum = find_governing(partner, at=at)
    return Governed(partner, memorandum, count_today(partner, memorandum, (_KIND,), at=at)[_KIND])


def decide_version(home: Home, row: ArticleRow, version: VersionRow, governed: Governed, *, at: datetime) -> Decision:
    """Answer whether a version may go; touches nothing."""
    if row.source is not None and not may_pass_on(
        row.tags.tlp, source_origin=row.source.origin, partner=governed.partner
    ):
        return _ONWARD
    return _decide(home, row, governed, (version.title, version.body), at=at)


def share_version(home: Home, row: ArticleRow, version: VersionRow, partner: str, *, at: datetime) -> Decision:
    """Put one version of an article of ours to the memorandum, and send it if it may go."""
    governed = governed_by(partner, at=at, locked=True)
    decision = decide_version(home, row, version, governed, at=at)
    data = b""
    memorandum = governed.memorandum
    if memorandum is not None and decision.verdict in SENT:
        facts = ArticleFacts(
            article=UUID(row.uuid), kind=row.tags.kind, categories=row.tags.categories,
            techniques=row.tags.techniques, tlp=row.tags.tlp, original=row.language, language=version.language,
            version=version.number, translates=version.translates, clause=decision.clause,
            memorandum=memorandum.digest, decided_at=at, adapted_from=_source(row),
        )  # fmt: skip
        title, body = (redact_words(text, decision) for text in (version.title, version.body))
        payload = ArticlePayload(facts=facts, title=title, body=body)
        data = render_article(payload, sender=home.party, salt=new_salt())
    return _keep(decision, governed, "article", row.uuid, data, at=at)


def share_annotation(home: Home, row: ArticleRow, annotation: AnnotationRow, *, at: datetime) -> Decision:
    """Tell the origin of an article what we remark on it."""
    governed = governed_by(row.origin, at=at, locked=True)
    decision = _decide(home, row, governed, (annotation.text,), at=at)
    data = b""
    memorandum = governed.memorandum
    if memorandum is not None and decision.verdict in SENT:
        facts = AnnotationFacts(
            annotation=UUID(annotation.uuid), article=UUID(row.uuid), language=annotation.language,
            version=annotation.version, tlp=row.tags.tlp, clause=decision.clause, memorandum=memorandum.digest,
            decided_at=at,
        )  # fmt: skip
        payload = AnnotationPayload(facts=facts, text=redact_words(annotation.text, decision))
        data = render_annotation(payload, sender=home.party, salt=new_salt())
    return _keep(decision, governed, "article-annotation", row.uuid, data, at=at)


def share_adoption(home: Home, row: ArticleRow, version: int, *, at: datetime) -> Decision:
    """Tell the origin of an article that we work by a version of it."""
    governed = governed_by(row.origin, at=at, locked=True)
    decision = _decide(home, row, governed, (), at=at)
    data = b""
    memorandum = governed.memorandum
    if memorandum is not None and decision.verdict in SENT:
        payload = AdoptedPayload(
            article=UUID(row.uuid), version=version, clause=decision.clause, memorandum=memorandum.digest,
            decided_at=at,
        )  # fmt: skip
        data = render_adopted(payload, sender=home.party, tlp=row.tags.tlp, salt=new_salt())
    return _keep(decision, governed, "article-adopted", row.uuid, data, at=at)


def share_withdrawal(home: Home, row: ArticleRow, partner: str, payload: WithdrawnPayload, *, at: datetime) -> Decision:
    """Tell a partner that has an article of ours that it is no more."""
    governed = governed_by(partner, at=at, locked=True)
    decision = _decide(home, row, governed, (), at=at)
    data = b""
    if governed.memorandum is not None and decision.verdict in SENT:
        told = msgspec.structs.replace(payload, clause=decision.clause, memorandum=governed.memorandum.digest)
        data = render_withdrawn(told, sender=home.party, tlp=row.tags.tlp, salt=new_salt())
    return _keep(decision, governed, "article-withdrawn", row.uuid, data, at=at)


def share_article_erasures(
    home: Home, row: ArticleRow, partner: str, asked: Sequence[Asked], *, at: datetime
) -> Decision:
    """Ask a partner to erase the payloads of entries about an article that it has from us."""
    governed = msgspec.structs.replace(governed_by(partner, at=at, locked=True), sent_today=0)
    decision = _decide(home, row, governed, (), at=at)
    memorandum = governed.memorandum
    add_decisions([_row(decision, governed)], at=at)
    if memorandum is not None and decision.verdict in SENT and find_link(partner) is not None:
        tlp: Tlp = memorandum.memorandum.marking.tlp_default
        entries = []
        for one in asked:
            payload = ErasurePayload(
                position=one.position, reason=one.reason, clause=decision.clause, memorandum=memorandum.digest,
                decided_at=at,
            )  # fmt: skip
            about = object_of(one.kind, one.subject, home.party)
            data = render_notice(payload, sender=home.party, about=about, tlp=tlp, salt=new_salt())
            entries.append(OutgoingEntry("erasure", one.subject, data))
        append_outgoing(partner, entries, at=at)
    return decision


def _decide(home: Home, row: ArticleRow, governed: Governed, words: Sequence[str], *, at: datetime) -> Decision:
    stored = governed.memorandum
    return decide_experience(
        stored.memorandum if stored else None, sender=home.party, recipient=governed.partner,
        categories=row.tags.categories, tlp=row.tags.tlp, words=words, sent_today=governed.sent_today, at=at,
        status=stored.status if stored else "draft",
    )  # fmt: skip


def _keep(decision: Decision, governed: Governed, kind: str, subject: str, data: bytes, *, at: datetime) -> Decision:
    """Store the decision, and the entry where there is one."""
    if len(data) > MAX_PAYLOAD_BYTES:  # redaction may lengthen a text that just fitted
        decision, data = msgspec.structs.replace(decision, verdict="refuse", reason="too-large-to-send"), b""
    elif data and find_link(governed.partner) is None:
        decision, data = msgspec.structs.replace(decision, verdict="hold", reason="no-link"), b""
    add_decisions([_row(decision, governed)], at=at)
    if data:
        append_outgoing(governed.partner, [OutgoingEntry(kind, subject, data)], at=at)
    return decision


def _row(decision: Decision, governed: Governed) -> DecisionRow:
    return DecisionRow(
        report_pk=None, case_pk=None, partner=governed.partner, direction="out", kind=_KIND,
        memorandum=governed.memorandum.digest if governed.memorandum else "", decision=decision,
    )  # fmt: skip


def _source(row: ArticleRow) -> WireSource | None:
    source = row.source
    if source is None:
        return None
    return WireSource(origin=source.origin, article=source.article, version=source.version)
