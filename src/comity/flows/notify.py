"""Notify: the registrar, the host or the registrant is given notice of a confirmed case (confirmed → notified).

Where node.toml names a mail server, the notice is a letter for each recipient, kept in the same transaction as the
case's entry.  The registrar's address comes from the node's directory, else from a registration seen this week; a case
for which no address is known, or of which nothing may be told, is refused with the reason.  Of a hacked site its host
and registrant are written to as well, where the desk gives their addresses.  `by_other_means` records a notice that
people gave otherwise, as does a node without a mail server.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

import msgspec
from django.db import transaction

from comity.core.authority import asks_of_registrar
from comity.core.case_steps import Reason, act_due
from comity.core.cases import CaseChange
from comity.core.errors import InputError
from comity.core.mail_addresses import AddressProblem, fold_address
from comity.core.observations import Registration
from comity.core.onward import Told
from comity.core.registrars import LANGUAGES, Language, Recipient, language_of_zone
from comity.core.registrars import Registrar as RegistrarRow
from comity.core.roles import Actor
from comity.edges.authority_profiles import find_basis, find_profile
from comity.edges.epp_session import EppUnavailableError
from comity.edges.home import Home
from comity.flows.advance_cases import NO_GROUNDS, Grounds, VerbOutcome, advance_cases, rules_of, same_step, step_of
from comity.flows.find_registrar import SEEN_WITHIN, find_registrar_of
from comity.flows.observe import asks_rdap, observe
from comity.flows.plan_action import read_present, registration_of
from comity.flows.queue_mail import queue_mail
from comity.flows.write_notice import told_of, write_notice
from comity.store.cases import CaseRow, facts_with_history, find_cases
from comity.store.observations import add_observation, newest_looks
from comity.store.registrars import list_registrars

Role = Literal["registrar", "host", "registrant"]
ROLES: Final[tuple[Role, ...]] = ("registrar", "host", "registrant")


class Addressee(msgspec.Struct, frozen=True):
    """Somebody whom the desk names: role, address and language (empty: that of the zone)."""

    role: Role
    address: str
    language: str = ""


class _Plan(msgspec.Struct, frozen=True):
    role: Role
    recipient: Recipient
    told: tuple[Told, ...]


def notify(
    home: Home,
    refs: Sequence[str],
    actor: Actor,
    *,
    told: tuple[str, ...] = (),
    at: datetime,
    grounds: Grounds = NO_GROUNDS,
    to: Sequence[Addressee] = (),
    by_other_means: bool = False,
    asks: tuple[str, ...] = (),
    basis: str = "",
) -> VerbOutcome:
    """Give notice.  `to` names addresses that are not in the directory; it is for one case only.

    Of one given by other means `told` says whom it went to (`case_steps.RECIPIENTS`).  Of a hacked site the host and
    the holder are told as well; where nobody said so, no hold can follow.
    """
    step = msgspec.structs.replace(step_of("send_notice", actor, grounds), told=told)
    if by_other_means or not home.settings.mail.server:
        return advance_cases(home, same_step(refs, step), at=at)
    if to and len(set(refs)) > 1:
        raise InputError("addresses are given for one case at a time", item="to")
    named = {one.role: fold_addressee(one) for one in to}
    rows = find_cases(list(refs))
    directory = list_registrars()
    if len(rows) == 1 and "registrar" not in named:
        _see(home, *rows.values(), at=at)
    plans: dict[int, list[_Plan]] = {}
    refused: dict[str, tuple[Reason, ...]] = {}
    for ref, row in rows.items():
        found = _plan(home, row, named, directory, at=at)
        if isinstance(found, Reason):
            refused[ref] = (found,)
        else:
            plans[row.pk] = found

    def queue(changes: Sequence[CaseChange]) -> None:
        for change in changes:
            _queue(home, change, plans[change.case_pk], asks=asks, basis=basis, at=at)

    steps = {
        ref: msgspec.structs.replace(step, told=tuple(one.role for one in plans[rows[ref].pk]) if ref in rows else ())
        for ref in refs
        if ref not in refused
    }
    outcome = advance_cases(home, steps, at=at, also=queue)
    return VerbOutcome(outcome.done, {**refused, **outcome.refused})


def _see(home: Home, case: CaseRow, *, at: datetime) -> None:
    """Look the name up where that was not done lately; for one case only, since others' servers are asked."""
    looks = [learned or look for look, learned in newest_looks(case.registrable)]
    if any(isinstance(seen.value, Registration) and at - seen.at <= SEEN_WITHIN for seen in looks):
        return
    if asks_rdap(home):
        observe(home, case.registrable, at=at)
    elif home.settings.epp.host and case.party == home.party:
        _ask_registry(home, case.registrable, at=at)


def _ask_registry(home: Home, name: str, *, at: datetime) -> None:
    """The registry's own server knows the registrar; where it does not answer, nothing was seen."""
    try:
        present = read_present(home, [name], at=at).get(name)
    except EppUnavailableError:
        return
    if present is not None:
        with transaction.atomic():
            add_observation(name, "epp", registration_of(name, present), at=at)


def _plan(
    home: Home, case: CaseRow, named: dict[Role, Addressee], directory: Sequence[RegistrarRow], *, at: datetime
) -> list[_Plan] | Reason:
    """Who is written to about a case, and what they may read."""
    recipients: dict[Role, Recipient] = {
        role: Recipient(one.address, language_of(one, case.zone)) for role, one in named.items()
    }
    if "registrar" not in recipients:
        registrar = find_registrar_of(case, directory, at=at)
        if isinstance(registrar, Recipient):
            recipients["registrar"] = registrar
        elif not recipients:
            return registrar
    plans = [
        _Plan(role, recipients[role], told)
        for role in ROLES
        if role in recipients and (told := told_of(home, case, role, at=at))
    ]
    if len(plans) < len(recipients):
        return Reason("nothing-may-be-told", "no report of the case may be told to everybody who would be written to")
    return plans


def _queue(
    home: Home, change: CaseChange, plans: Sequence[_Plan], *, asks: tuple[str, ...], basis: str, at: datetime
) -> None:
    case = find_cases([change.case_uuid])[change.case_uuid]
    facts = facts_with_history([case])[case.pk]  # after the clocks were brought up to date: the letter names theirs
    profile = find_profile(home, case.zone)
    asks = asks or asks_of_registrar(profile, case.disposition)
    basis = basis or find_basis(home, case.zone, on=at.date())
    for plan in plans:
        letter = write_notice(
            home, case, plan.role, plan.recipient, plan.told, key=f"notice/{case.uuid}/{change.seq}/{plan.role}", at=at,
            due_at=act_due(facts, rules_of(home)),
            asks=asks if plan.role == "registrar" else (), basis=basis, score=facts.score,
        )  # fmt: skip
        queue_mail(home, letter, at=at)


def fold_addressee(one: Addressee) -> Addressee:
    """Fold an address to the form in which it is written to.  Raises `InputError`."""
    folded = fold_address(one.address)
    if isinstance(folded, AddressProblem):
        raise InputError(f"{folded.reason} [{folded.code}]", item=f"address of the {one.role}")
    if one.language and one.language not in LANGUAGES:
        raise InputError(f"one of {', '.join(LANGUAGES)}", item="language")
    return msgspec.structs.replace(one, address=folded)


def language_of(one: Addressee, zone: str) -> Language:
    """The language in which somebody is written to: the one that was said, else that of the zone."""
    return next((language for language in LANGUAGES if language == one.language), language_of_zone(zone))
