"""Tell the registrant that the name is held: to their address, else through the registrar, else say why not.

Called where a hold becomes real, in that transaction (FIELD R7): a hold of which nobody was told is an entry of the
case that says so and why, for the people of the desk, who have 24 hours.  Nothing here keeps a hold from being what it
already is at the registry: an address that cannot be written to is a reason, and not an error.
"""

from datetime import datetime
from typing import Final

from django.db import transaction

from comity.core.errors import InputError, SettingError
from comity.core.mail_addresses import AddressProblem, fold_address
from comity.core.registrars import LANGUAGES, Recipient, language_of_zone
from comity.core.roles import Actor
from comity.edges.authority_profiles import find_basis
from comity.edges.home import Home
from comity.flows.annotate import note_on_case
from comity.flows.find_registrar import find_registrar_of
from comity.flows.queue_hold_notice import queue_hold_notice
from comity.store.cases import CaseRow, find_cases_by_pk
from comity.store.holders import find_holder
from comity.store.registrars import list_registrars

TOLD: Final = "registrant-told"
TOLD_THROUGH: Final = "registrant-told-through-registrar"
NOT_TOLD: Final = "registrant-not-told"
NO_MAIL: Final = "registrant-not-told-no-mail"
NO_ADDRESS: Final = "registrant-not-told-no-address"
NOT_CERTAIN: Final = "registrant-not-told-not-certain"


def tell_registrant(
    home: Home, case_pk: int, *, reason: str, hold_until: datetime | None, occasion: str, at: datetime
) -> None:
    """Queue the letter and say in the case who gets it, or say why nobody does."""
    case = find_cases_by_pk([case_pk])[0]
    if not home.settings.mail.server:
        _say(home, case, NO_MAIL, at=at)
        return
    registrar = find_registrar_of(case, list_registrars(), at=at)
    holder = _holder_of(case)
    if holder is not None:
        to, said, is_passed_on = holder, TOLD, False
    elif isinstance(registrar, Recipient):
        to, said, is_passed_on = registrar, TOLD_THROUGH, True
    else:
        _say(home, case, NO_ADDRESS, note=registrar.message, at=at)
        return
    try:
        with transaction.atomic():
            queue_hold_notice(
                home, case_pk, to=to, reason=reason, hold_until=hold_until, occasion=occasion,
                basis=_basis_of(home, case, at=at), is_passed_on=is_passed_on, at=at,
            )  # fmt: skip
    except InputError as error:
        _say(home, case, NOT_TOLD, note=str(error), at=at)
    else:
        _say(home, case, said, at=at)


def say_not_certain(home: Home, case_pk: int, *, at: datetime) -> None:
    """Say that nobody was told, since nobody knows whether the name is held."""
    _say(home, find_cases_by_pk([case_pk])[0], NOT_CERTAIN, at=at)


def _basis_of(home: Home, case: CaseRow, *, at: datetime) -> str:
    try:
        return find_basis(home, case.zone, on=at.date())
    except SettingError:  # the doctor tells of the file; the registrant is not kept waiting for it
        return ""


def _holder_of(case: CaseRow) -> Recipient | None:
    known = find_holder(case.pk)
    folded = fold_address(known.address) if known is not None else None
    if known is None or folded is None or isinstance(folded, AddressProblem):
        return None
    language = next((one for one in LANGUAGES if one == known.language.lower()), language_of_zone(case.zone))
    return Recipient(folded, language)


def _say(home: Home, case: CaseRow, reason: str, *, note: str = "", at: datetime) -> None:
    actor = Actor("node", "system", home.party)
    note_on_case(case.pk, actor, event="note", reason=reason, note=note, at=at)
