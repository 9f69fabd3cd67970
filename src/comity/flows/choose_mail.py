"""Choose: a person of the desk says whom a held mail accuses, takes an answer into its case, or dismisses the mail.

In one durable transaction with the message's row, which keeps who decided and lets its octets go.
"""

from datetime import datetime

from django.db import transaction

from comity.core.categories import CATEGORIES, Category
from comity.core.errors import ForbiddenError, InputError
from comity.core.incoming_mail import mail_reporter_key
from comity.core.names import NameFolder
from comity.core.roles import DESK, Actor
from comity.edges.guard_lists import load_guard
from comity.edges.home import Home
from comity.edges.suffix_file import load_suffixes
from comity.flows.annotate import note_on_case
from comity.flows.take_mail import take_reports, who_reports
from comity.flows.thread_mail import attach_message
from comity.store.cases import find_cases_by_pk
from comity.store.incoming_mails import lock_held
from comity.store.intake_lock import lock_intake
from comity.store.models import IncomingMail
from comity.wire.mail_document import accuse, read_mail


def choose_mail(home: Home, pk: int, actor: Actor, *, address: str, category: str, at: datetime) -> str:
    """Make a report of a held mail about the address that a person chose; answers the case's reference, or "".

    Raises `NotFoundError`, `ConflictError`, `ForbiddenError`, `InputError`.
    """
    _check(actor)
    known: Category | None = next((one for one in CATEGORIES if one == category), None)
    if known is None:
        raise InputError(f"a category is one of {', '.join(CATEGORIES)}", item="category")
    folder, guard = NameFolder(load_suffixes(home)), load_guard(home)
    with transaction.atomic():
        lock_intake()
        row = lock_held(pk)
        data = bytes(row.body)
        reading = accuse(data, read_mail(data), address.strip(), known)
        is_known = bool(row.sender) and row.auth != "fail"
        key, kind = who_reports(home, row.sender, row.auth) if is_known else (mail_reporter_key("unproven"), "public")
        sender, row.sender = row.sender, row.sender if is_known else ""  # nothing is written to a forged address
        taken, refs = take_reports(home, row, reading, key, kind, folder=folder, guard=guard, at=at)
        row.sender = sender
        if taken.rejects:
            raise InputError(taken.rejects[0].message, item=address[:100])
        row.candidates, row.category = [address.strip()], known
        _decided(row, "chosen", actor, at)
    return refs[0] if refs else ""


def keep_answer(home: Home, pk: int, actor: Actor, *, at: datetime) -> str:
    """Keep a held answer with the case of the letter that it answers; answers the case's reference."""
    _check(actor)
    with transaction.atomic():
        row = lock_held(pk)
        if row.case_id is None:
            raise InputError("answers no letter about a case; choose whom it accuses", item=str(pk))
        data = bytes(row.body)
        attach_message(home, row.case_id, data, read_mail(data), "system", at=at)
        note_on_case(row.case_id, actor, event="note", reason="mail-kept", at=at)
        _decided(row, "chosen", actor, at)
        (case,) = find_cases_by_pk([row.case_id])
    return case.ref


def dismiss_mail(pk: int, actor: Actor, *, at: datetime) -> None:
    """Dismiss a held mail: it accuses nobody that we can act on."""
    _check(actor)
    with transaction.atomic():
        _decided(lock_held(pk), "dismissed", actor, at)


def _check(actor: Actor) -> None:
    if actor.role not in DESK:
        raise ForbiddenError("this is for analysts and supervisors", item=actor.role)


def _decided(row: IncomingMail, state: str, actor: Actor, at: datetime) -> None:
    row.state, row.decided_by, row.decided_at, row.body, row.text = state, actor.name, at, b"", ""
    row.save()
