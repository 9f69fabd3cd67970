"""Intersect: compare a set of ours with a set of a partner's so that neither sees the other's.

A supervisor asks with a set, a supervisor of the partner answers with one, or declines; the party that asked learns
what both have, the other a size.  The arithmetic is a process of its own and runs outside of every transaction.  What
passed stands in both ledgers and in the transcript of both nodes (docs/spec/warnings.md §6).
"""

from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import uuid4

from django.db import transaction

from comity.core.disclosure import Decision
from comity.core.errors import ConflictError, ForbiddenError, InputError
from comity.core.intersections import OVERS, Message, bucket_of, check_points
from comity.core.roles import Actor
from comity.core.warning_terms import SENT
from comity.edges.home import Home
from comity.edges.psi_process import (
    IntersectionError,
    find_kept,
    forget_kept,
    keep,
    make_answer,
    make_request,
    packages_folder,
    read_answer,
)
from comity.flows.share_intersections import (
    decide_answering,
    decide_asking,
    hold_outgoing,
    share_end,
    share_messages,
    share_refused_asking,
)
from comity.store.intersections import end_run, find_message, get_run, lock_run, read_payloads
from comity.store.memoranda import find_governing
from comity.store.models import IntersectionRun
from comity.wire.intersection_entries import PART, PartPayload, parse_part


def ask_intersection(
    home: Home, partner: str, over: str, elements: Collection[str], actor: Actor, *, at: datetime
) -> tuple[IntersectionRun | None, Decision]:
    """Ask a partner; answers the run, None where the memorandum does not let us, and the decision.

    Raises `InputError`, `TooLargeError`, `ForbiddenError`, `SettingError` where the arithmetic is not installed.
    """
    _check(actor, elements)
    if over not in OVERS:
        raise InputError(f"is one of {', '.join(OVERS)}", item="over")
    packages_folder(home)
    bucket = bucket_of(len(set(elements)))
    decision = decide_asking(home, partner, over, bucket, at=at)
    if decision.verdict not in SENT:
        with transaction.atomic():
            share_refused_asking(partner, decision, at=at)
        return None, decision
    request, kept = make_request(home, elements)
    uuid = str(uuid4())
    keep(home, uuid, kept)
    with transaction.atomic():
        hold_outgoing(partner)
        decision = decide_asking(home, partner, over, bucket, at=at)
        if decision.verdict not in SENT:  # somebody else took the last place of the day meanwhile
            forget_kept(home, uuid)
            share_refused_asking(partner, decision, at=at)
            return None, decision
        row = IntersectionRun.objects.create(
            uuid=uuid, asker=home.party, partner=partner, over=over, bucket=bucket, own_size=len(set(elements)),
            state="asked", memorandum=_digest(partner, at), clause=decision.clause, actor=actor.name, at=at,
        )  # fmt: skip
        share_messages(home, row, [("request", request)], decision, at=at)
    return row, decision


def answer_intersection(
    home: Home, uuid: str, elements: Collection[str], actor: Actor, *, at: datetime
) -> tuple[IntersectionRun, Decision]:
    """Answer a partner's request with a set of ours; what both have the partner learns, and we do not.

    Raises `NotFoundError`, `ForbiddenError`, `ConflictError`, `IntersectionError` for a request that is none: the run
    has failed then, and the partner is told so.
    """
    _check(actor, elements)
    row = get_run(uuid)
    if row.asker == home.party or row.state != "waiting":
        raise ConflictError(f"waits for no answer of ours: {row.state}", item=uuid)
    bucket = bucket_of(len(set(elements)))
    decision = decide_answering(home, row, bucket, at=at)
    if decision.verdict not in SENT:
        with transaction.atomic():
            share_refused_asking(row.partner, decision, at=at)
        return row, decision
    try:
        setup, response = make_answer(home, elements, read_message(row, "request", direction="in"))
    except IntersectionError as error:
        _fail(home, row, str(error), tell=True, at=at)
        raise
    with transaction.atomic():
        hold_outgoing(row.partner)
        row = lock_run(row.pk)
        if row.state != "waiting":
            raise ConflictError(f"waits for no answer of ours: {row.state}", item=uuid)
        decision = decide_answering(home, row, bucket, at=at)
        if decision.verdict not in SENT:  # the memorandum or the link went while the answer was made
            share_refused_asking(row.partner, decision, at=at)
            return row, decision
        row.actor, row.own_size = actor.name, len(set(elements))
        share_messages(home, row, [("setup", setup), ("response", response)], decision, at=at)
        end_run(row, "answered", answer_bucket=bucket, at=at)
    return row, decision


def decline_intersection(home: Home, uuid: str, actor: Actor, *, why: str = "", at: datetime) -> IntersectionRun:
    """Take no part in a partner's run.  Raises `NotFoundError`, `ForbiddenError`, `ConflictError`."""
    if actor.role != "supervisor":
        raise ForbiddenError(_WHO, item=actor.role)
    row = get_run(uuid)
    with transaction.atomic():
        hold_outgoing(row.partner)
        row = lock_run(row.pk)
        if row.asker == home.party or row.state != "waiting":
            raise ConflictError(f"waits for no answer of ours: {row.state}", item=uuid)
        row.actor = actor.name
        end_run(row, "refused", why=why, at=at)
        share_end(home, row, "declined", at=at)
    return row


def finish_intersection(home: Home, row: IntersectionRun, *, at: datetime) -> IntersectionRun:
    """Read the answer that a partner gave to a run of ours; a run whose answer is none has failed, and says why."""
    kept = find_kept(home, row.uuid)
    found: list[str] = []
    why = "" if kept is not None else "the key of this run is not here: it was lost with the disk"
    if kept is not None:
        try:
            setup = read_message(row, "setup", direction="in")
            found = read_answer(home, kept, setup, read_message(row, "response", direction="in"))
        except IntersectionError as error:
            why = str(error)
    if why:
        _fail(home, row, why, tell=False, at=at)
    else:
        with transaction.atomic():
            held = lock_run(row.pk)
            if held.ended_at is None:
                end_run(held, "finished", found=found, at=at)
    forget_kept(home, row.uuid)
    row.refresh_from_db()
    return row


def read_message(row: IntersectionRun, message: Message, *, direction: str) -> bytes:
    """Put a message together from its entries.  Raises `IntersectionError` where it is not what was announced."""
    said = find_message(row, message)
    parts: list[PartPayload] = []
    for payload in read_payloads(row, PART, direction=direction):
        part = parse_part(payload)
        if isinstance(part, PartPayload) and part.message == message:
            parts.append(part)
    data = b"".join(part.octets for part in sorted(parts, key=lambda part: part.number))
    if said is None or sha256(data).hexdigest() != said.sha256 or not check_points(data, said.points):
        raise IntersectionError("is not the message that was announced", item=message)
    return data


_WHO: Final = "a supervisor compares sets with a partner"


def _check(actor: Actor, elements: Collection[str]) -> None:
    if actor.role != "supervisor":
        raise ForbiddenError(_WHO, item=actor.role)
    if not elements:
        raise InputError("holds nothing to compare", item="set")


def _digest(partner: str, at: datetime) -> str:
    stored = find_governing(partner, at=at)
    return stored.digest if stored else ""


def _fail(home: Home, row: IntersectionRun, why: str, *, tell: bool, at: datetime) -> None:
    with transaction.atomic():
        hold_outgoing(row.partner)
        held = lock_run(row.pk)
        if held.ended_at is not None:  # somebody else ended it meanwhile: what they said stands
            return
        end_run(held, "failed", why=why, at=at)
        if tell:
            share_end(home, row, "failed", at=at)
