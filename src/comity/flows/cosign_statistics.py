"""Cosign statistics: recount what a partner stated from our own ledgers; sign it if it is equal to the byte.

What differs is told with the members that differ, and is not signed.  While entries that were counted are not here yet,
nothing is answered: it waits.  Counting is done before the transaction, which writes the answer and its entry together.
"""

from base64 import b64encode
from datetime import datetime

import msgspec
from django.db import transaction

from comity.core.errors import NotFoundError
from comity.core.periods import parse_period
from comity.edges.home import Home
from comity.edges.keys import load_signing_key
from comity.flows.count_statistics import NotThereYetError, recount
from comity.flows.share_statistics import SENT, hold_outgoing, share_statistics
from comity.store.statistics import answer_statement, find_statement
from comity.wire.statistics import (
    StatisticsDocument,
    differing_paths,
    parse_statistics,
    render_statistics,
    signed_bytes,
)
from comity.wire.statistics_entries import CosignedPayload, DiffersPayload, StatisticsPayload, Why


class Answer(msgspec.Struct, frozen=True):
    """What was found: `agreed`, `differs` or `waits`; where it differs and why."""

    state: str
    why: str = ""
    paths: tuple[str, ...] = ()


def cosign_statistics(home: Home, uuid: str, *, at: datetime) -> Answer:
    """Answer a statement of a partner that waits for us.  Raises `NotFoundError` where none waits under this name."""
    row = find_statement(uuid)
    if row is None or row.state != "waiting":
        raise NotFoundError("no statement of a partner waits under this name", item=uuid)
    answer = _compare(home, row.partner, row.body)
    if answer.state == "waits":
        return answer
    key = load_signing_key(home)
    signature = b64encode(key.sign(signed_bytes(row.body))).decode()
    payload: StatisticsPayload
    if answer.state == "agreed":
        payload = CosignedPayload(
            digest=row.digest, kid=key.kid, signature=signature, clause="", memorandum="", decided_at=at
        )
    else:
        why = msgspec.convert(answer.why, Why)
        payload = DiffersPayload(
            digest=row.digest, why=why, paths=answer.paths, clause="", memorandum="", decided_at=at
        )
    with transaction.atomic():
        hold_outgoing(row.partner)
        locked = find_statement(uuid, lock=True)
        if locked is None or locked.state != "waiting":
            raise NotFoundError("no statement of a partner waits under this name any more", item=uuid)
        decision = share_statistics(home, row.partner, payload, at=at)
        if decision.verdict not in SENT:  # nothing may be said: it waits until something may
            return Answer("waits", decision.reason)
        if answer.state == "agreed":
            locked.own_kid, locked.own_signature = key.kid, signature
        answer_statement(locked, answer.state, why=answer.why, paths=answer.paths, at=at)
    return answer


def _compare(home: Home, partner: str, body: bytes) -> Answer:
    stated = parse_statistics(body)
    period = parse_period(stated.period.name)
    if period is None:
        return Answer("differs", "not-countable")
    try:
        counted = recount(home, partner, stated, period)
    except NotThereYetError:
        return Answer("waits", NotThereYetError.code)
    ours = render_statistics(counted)
    if ours == body:
        return Answer("agreed")
    paths = differing_paths(body, ours)
    return Answer("differs", _why(stated, counted, paths), paths)


def _why(stated: StatisticsDocument, counted: StatisticsDocument, paths: tuple[str, ...]) -> Why:
    """The reason that explains the others: other ledgers, entries erased since, another basis, or other figures."""
    if stated.ledgers != counted.ledgers:
        return "ledgers"
    if any(path.startswith("/figures/erased") for path in paths):
        return "erased-since"
    return "basis" if stated.basis != counted.basis else "figures"
