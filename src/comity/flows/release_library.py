"""Release articles of ours and what we said in consultations to a party that reads without a node.

An article is told once somebody published it to any partner; a message once it was let go to this party.  Each is put
to the memorandum anew, as `experience` and `consultation`, with the standing of today; the kind's cap counts what is
new.  In the caller's transaction, under `lock_readers`.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from comity.core.articles import may_pass_on
from comity.core.consultation_items import message_item, told_text
from comity.core.disclosure import Decision, decide
from comity.core.experience import SENT, decide_experience, redact_words
from comity.core.markings import Tlp, is_within
from comity.core.quotas import day_of
from comity.core.told_items import ToldArticle, ToldConsultation, ToldKind, article_subject
from comity.edges.home import Home
from comity.flows.release_cases import is_same, withdrawn
from comity.flows.share_consultations import zone_of
from comity.store.article_events import sent_versions
from comity.store.decisions import DecisionRow, add_decisions, count_sent
from comity.store.library import ArticleFilter, ArticleRow, VersionRow, list_articles, newest_versions
from comity.store.memoranda import StoredMemorandum, find_governing
from comity.store.models import ConsultationMessage
from comity.store.releases import read_holdings_of_kind
from comity.store.subscribers import SubscriberRow
from comity.store.told_items import NewTold, append_told


def tell_articles(home: Home, reader: SubscriberRow, *, at: datetime) -> int:
    """Tell a party what changed of our published articles."""
    stored = find_governing(reader.party, at=at)
    return _tell(reader, "article", stored, _articles(home, reader, stored, at), at)


def tell_consultations(home: Home, reader: SubscriberRow, *, at: datetime) -> int:
    """Tell a party what changed of our messages to it."""
    stored = find_governing(reader.party, at=at)
    return _tell(reader, "consultation", stored, _messages(home, reader, stored, at), at)


def _articles(
    home: Home, reader: SubscriberRow, stored: StoredMemorandum | None, at: datetime
) -> Iterator[tuple[Decision, NewTold]]:
    for row in list_articles(ArticleFilter(origin=home.party)):
        if row.withdrawn_at is not None or not is_within(row.tags.tlp, reader.ceiling):
            continue
        sent = {one for versions in sent_versions(row.pk).values() for one in versions}
        for version in newest_versions(row.pk):
            if (version.language, version.number) in sent:
                decision = _ask_article(home, row, version, reader, stored, at)
                if decision.verdict in SENT:
                    yield decision, _article(row, version, decision, stored)


def _ask_article(
    home: Home, row: ArticleRow, version: VersionRow, reader: SubscriberRow, stored: StoredMemorandum | None,
    at: datetime,
) -> Decision:  # fmt: skip
    if row.source is not None and not may_pass_on(row.tags.tlp, source_origin=row.source.origin, partner=reader.party):
        return Decision("refuse", "", "not-ours-to-pass-on")
    return decide_experience(
        stored.memorandum if stored else None, sender=home.party, recipient=reader.party,
        categories=row.tags.categories, tlp=row.tags.tlp, words=(version.title, version.body), at=at,
        status=stored.status if stored else "draft",
    )  # fmt: skip


def _article(row: ArticleRow, version: VersionRow, decision: Decision, stored: StoredMemorandum | None) -> NewTold:
    told = ToldArticle(
        article=UUID(row.uuid), slug=row.uuid[:8], language=version.language,
        title=redact_words(version.title, decision), text=redact_words(version.body, decision), version=version.number,
        categories=row.tags.categories,
    )  # fmt: skip
    return NewTold(
        kind="article", subject=article_subject(row.uuid, version.language), tlp=row.tags.tlp, clause=decision.clause,
        told=told, memorandum=stored.digest if stored else "",
    )  # fmt: skip


def _messages(
    home: Home, reader: SubscriberRow, stored: StoredMemorandum | None, at: datetime
) -> Iterator[tuple[Decision, NewTold]]:
    rows = ConsultationMessage.objects.select_related("thread__consultation__case").filter(
        thread__partner=reader.party, party=home.party, verdict__in=SENT, erased_at=None, gone=False
    )
    for row in rows.order_by("pk"):
        consultation = row.thread.consultation
        tlp = msgspec.convert(row.tlp, Tlp)
        if not row.text or not is_within(tlp, reader.ceiling):
            continue
        item = message_item(
            sender=home.party, recipient=reader.party, tlp=tlp, texts=(consultation.subject, row.text),
            zone=zone_of(consultation), category=consultation.category,
            protected=consultation.case.protected if consultation.case else "", approvals=2 if row.approver else 1,
        )  # fmt: skip
        status = stored.status if stored else "draft"
        decision = decide(item, stored.memorandum if stored else None, at=at, status=status)
        if decision.verdict in SENT:
            told = ToldConsultation(
                message=UUID(row.uuid), thread=UUID(row.thread.uuid), subject=told_text(consultation.subject, decision),
                text=told_text(row.text, decision), said_at=row.at, due_at=row.due_at,
            )  # fmt: skip
            yield decision, NewTold(
                kind="consultation", subject=row.uuid, tlp=tlp, clause=decision.clause, told=told,
                memorandum=stored.digest if stored else "", category=consultation.category,
            )  # fmt: skip


def _tell(
    reader: SubscriberRow, kind: ToldKind, stored: StoredMemorandum | None,
    wanted: Iterator[tuple[Decision, NewTold]], at: datetime,
) -> int:  # fmt: skip
    has = read_holdings_of_kind(reader.pk, kind)
    asked_as = "experience" if kind == "article" else "consultation"
    cap, sent = _cap(reader, stored, asked_as, at)
    items: dict[tuple[str, str], NewTold] = {}
    decisions: list[DecisionRow] = []
    for decision, item in wanted:
        key = (item.kind, item.subject)
        if is_same(item, has.get(key)):
            items[key] = item
            continue
        if cap is not None and sent >= cap:
            continue  # the first round of another day asks again
        sent += 1
        items[key] = item
        row = DecisionRow(
            report_pk=None, case_pk=None, partner=reader.party, direction="sub", kind=asked_as,
            memorandum=item.memorandum, decision=decision,
        )  # fmt: skip
        decisions.append(row)
    new = [item for key, item in items.items() if not is_same(item, has.get(key))]
    new += [
        withdrawn(held, erased=not held.body) for key, held in has.items() if key not in items and not held.is_withdrawn
    ]
    add_decisions(decisions, at=at)
    return len(append_told(reader.pk, new, at=at))


def _cap(reader: SubscriberRow, stored: StoredMemorandum | None, kind: str, at: datetime) -> tuple[int | None, int]:
    caps: Mapping[str, int] = stored.memorandum.terms.caps if stored else {}
    if kind not in caps:
        return None, 0
    day = day_of(at)
    return caps[kind], sum(
        count_sent(reader.party, day=day, direction=way, kinds=(kind,))[kind] for way in ("out", "sub")
    )
