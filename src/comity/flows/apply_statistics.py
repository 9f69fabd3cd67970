"""Apply what a partner states about a period, and what it answers to a statement of ours.

A statement is read, weighed by the memorandum and kept with its signature; it is counted again by the desk's round and
not here, where a batch is taken (`flows.cosign_statistics`).  An answer is believed as far as its signature holds: a
partner cannot agree for us, nor about a document that we did not sign.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from comity.core.disclosure import Item, decide
from comity.core.errors import InputError
from comity.core.exchange import IncomingEntry
from comity.core.ledger import PublicKey
from comity.core.periods import parse_period
from comity.core.quotas import DECIDED_IN_THE_FUTURE, day_of, is_ahead
from comity.edges.home import Home
from comity.flows.share_statistics import KIND, SENT
from comity.store.decisions import DecisionRow, add_decisions, count_sent
from comity.store.ledgers import find_recalled
from comity.store.links import known_keys
from comity.store.memoranda import find_in_force
from comity.store.models import Statement
from comity.store.revoked_keys import find_revoked
from comity.store.statistics import MOST_OF_A_PERIOD, add_statement, answer_statement, find_statement, statements_of
from comity.wire.statistics import StatisticsDocument, digest_of, find_signer, parse_statistics
from comity.wire.statistics_entries import (
    COSIGNED,
    STATED,
    CosignedPayload,
    StatedPayload,
    parse_cosigned,
    parse_differs,
    parse_stated,
    subject_of,
)
from comity.wire.stix import PayloadProblem

_OLDEST: Final = timedelta(days=800)


def apply_statements(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> list[str]:
    """Keep statements of a partner; answer for each "" or why it was refused."""
    return [_state(home, partner, entry, at) for entry in entries]


def apply_cosigned(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> list[str]:
    """Note that a partner agreed; answer for each "" or why it was refused."""
    return [_agree(home, partner, entry, at) for entry in entries]


def apply_differs(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> list[str]:
    """Note in what a partner's count differs; answer for each "" or why it was refused."""
    answers = []
    for entry in entries:
        payload = parse_differs(entry.payload)
        if isinstance(payload, PayloadProblem):
            answers.append(f"payload:{payload.code}")
            continue
        row = _ours(home, partner, entry.subject, payload.digest)
        if row is None:
            answers.append("no-such-statement")
            continue
        if row.state == "proposed":
            answer_statement(row, "differs", why=payload.why, paths=payload.paths, at=at)
        answers.append("")
    return answers


def believed_keys(partner: str, *, at: datetime) -> list[PublicKey]:
    """The keys of a party by its memoranda but those that were revoked."""
    revoked = find_revoked(partner)
    return [key for key in known_keys(partner, at=at) if key.public not in revoked]


def _state(home: Home, partner: str, entry: IncomingEntry, at: datetime) -> str:
    payload = parse_stated(entry.payload)
    if isinstance(payload, PayloadProblem):
        return f"payload:{payload.code}"
    body = payload.document.encode()
    if entry.subject != subject_of(payload.digest) or digest_of(body) != payload.digest:
        return "subject-mismatch"
    try:
        document = parse_statistics(body)
    except InputError:
        return "payload:malformed"
    problem = _misstated(home, partner, payload, document, at)
    if problem:
        return problem
    if find_signer(body, payload.kid, payload.signature, believed_keys(partner, at=at)) is None:
        return "bad-signature"
    if find_statement(entry.subject) is not None:
        return ""
    if len(statements_of(partner, partner, document.period.name)) >= MOST_OF_A_PERIOD:
        return "too-many"
    refused = _weigh(home, partner, payload, at)
    if refused:
        return refused
    row = Statement(
        uuid=entry.subject, digest=payload.digest, partner=partner, reporter=partner, answerer=home.party,
        period=document.period.name, stated_by=partner, body=body, state="waiting", partner_kid=payload.kid,
        partner_signature=payload.signature, stated_at=payload.decided_at,
    )  # fmt: skip
    add_statement(row)
    _remember(partner, row, at)
    return ""


def _misstated(home: Home, partner: str, payload: StatedPayload, document: StatisticsDocument, at: datetime) -> str:
    """Why a document is none that this partner may state: the reporter states, of what is over, as of now."""
    period = parse_period(document.period.name)
    if (document.reporter, document.answerer) != (partner, home.party):
        return "not-the-reporter"
    if is_ahead(payload.decided_at, at=at):
        return DECIDED_IN_THE_FUTURE
    if document.as_of != payload.decided_at.replace(microsecond=0):
        return "not-as-of-then"
    if period is None or not period.end <= payload.decided_at < period.end + _OLDEST:
        return "not-its-time"
    return ""


def _weigh(home: Home, partner: str, payload: StatedPayload, at: datetime) -> str:
    """Ask the memorandum again, as of the partner's decision; store what it answered."""
    stored = find_in_force(partner, at=at)
    caps = stored.memorandum.terms.caps.keys() & {KIND} if stored else frozenset[str]()
    taken = count_sent(partner, day=day_of(payload.decided_at), direction="in", kinds=caps)[KIND]
    tlp = stored.memorandum.marking.tlp_default if stored else "TLP:AMBER"
    item = Item(kind=KIND, sender=partner, recipient=home.party, tlp=tlp, sent_today=taken)
    decision = decide(item, stored.memorandum if stored else None, at=payload.decided_at)
    row = DecisionRow(
        report_pk=None, case_pk=None, partner=partner, direction="in", kind=KIND,
        memorandum=stored.digest if stored else "", decision=decision, decided_at=payload.decided_at,
    )  # fmt: skip
    add_decisions([row], at=at)
    return "" if decision.verdict in SENT else f"{decision.clause}:{decision.reason}"


def _remember(partner: str, row: Statement, at: datetime) -> None:
    """After a restore: what we had answered came back before what it answers."""
    for _subject, payload in find_recalled(partner, COSIGNED, [row.uuid]):
        cosigned = parse_cosigned(payload)
        if isinstance(cosigned, CosignedPayload):
            row.own_kid, row.own_signature = cosigned.kid, cosigned.signature
            answer_statement(row, "agreed", at=at)


def _agree(home: Home, partner: str, entry: IncomingEntry, at: datetime) -> str:
    payload = parse_cosigned(entry.payload)
    if isinstance(payload, PayloadProblem):
        return f"payload:{payload.code}"
    row = _ours(home, partner, entry.subject, payload.digest)
    if row is None:
        return "no-such-statement"
    if find_signer(row.body, payload.kid, payload.signature, believed_keys(partner, at=at)) is None:
        return "bad-signature"
    if row.state in {"proposed", "replaced", "differs"}:
        row.partner_kid, row.partner_signature = payload.kid, payload.signature
        answer_statement(row, "agreed", at=at)
    return ""


def _ours(home: Home, partner: str, subject: str, digest: str) -> Statement | None:
    """Our own statement to this partner that an answer is about."""
    row = find_statement(subject, lock=True)
    is_it = row is not None and row.partner == partner and row.stated_by == home.party and row.digest == digest
    return row if is_it else None


def recall_statistics(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> None:
    """Of what a partner gives back of our own ledger after a restore, keep our statements and our answers."""
    for entry in entries:
        if entry.kind == STATED and find_statement(entry.subject) is None:
            stated = parse_stated(entry.payload)
            if isinstance(stated, StatedPayload):
                _recall(home, partner, entry.subject, stated)
        elif entry.kind == COSIGNED:
            row = find_statement(entry.subject)
            if row is not None and row.stated_by == partner and row.state == "waiting":
                _remember_this(row, entry.payload, at)


def _recall(home: Home, partner: str, subject: str, payload: StatedPayload) -> None:
    body = payload.document.encode()
    document = parse_statistics(body)
    add_statement(
        Statement(
            uuid=subject, digest=payload.digest, partner=partner, reporter=home.party, answerer=partner,
            period=document.period.name, stated_by=home.party, body=body, state="proposed", own_kid=payload.kid,
            own_signature=payload.signature, stated_at=payload.decided_at,
        )
    )  # fmt: skip


def _remember_this(row: Statement, payload: bytes, at: datetime) -> None:
    cosigned = parse_cosigned(payload)
    if isinstance(cosigned, CosignedPayload):
        row.own_kid, row.own_signature = cosigned.kid, cosigned.signature
        answer_statement(row, "agreed", at=at)
