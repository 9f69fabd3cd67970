"""Dismiss enquiries: a person says that what a sweep found is nothing to pursue, and why.

The finding stays, so that the next sweep does not ask again (`core.enquiries.why_reopen`), and its kind is measured by
how often people said so.  Those that somebody else ended meanwhile come back with the reason.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from comity.core.case_steps import Reason
from comity.core.enquiries import DISMISSALS, LONGEST_NOTE, MOST_AT_ONCE, NEEDS_WORDS
from comity.core.errors import InputError
from comity.core.roles import Actor
from comity.store.enquiries import End, Entry, add_entries, end
from comity.store.enquiry_lists import lock_enquiries
from comity.store.intake_lock import lock_intake
from comity.store.models import SweepFinding

ANALYST = "analyst"


class EnquiryOutcome(msgspec.Struct, frozen=True):
    """What a verb did: enquiries by number, the cases (by reference) of each, and for every other one why not."""

    done: tuple[int, ...]
    cases: dict[int, str]
    refused: dict[int, tuple[Reason, ...]]


def dismiss_enquiries(
    numbers: Sequence[int], actor: Actor, why: str, *, note: str = "", at: datetime
) -> EnquiryOutcome:
    """End open enquiries.  Raises `InputError` for a reason that is none."""
    asked = check_request(numbers)
    if why not in DISMISSALS:
        raise InputError(f"is one of {', '.join(DISMISSALS)}", item="reason")
    refusals = why_not(asked, actor, note, needs_words=why in NEEDS_WORDS)
    if refusals:
        return EnquiryOutcome((), {}, refusals)
    with transaction.atomic():
        lock_intake()
        rows, refused = find_open(asked)
        end([End(pk, "dismissed", why) for pk in rows], by=actor.name, at=at)
        entries = [Entry(pk, "dismissed", row.score, why) for pk, row in rows.items()]
        add_entries(entries, actor=actor.name, role=ANALYST, note=note.strip(), at=at)
    return EnquiryOutcome(tuple(rows), {}, refused)


def check_request(numbers: Sequence[int]) -> list[int]:
    """The enquiries that a request names, each once.  Raises `InputError`."""
    asked = list(dict.fromkeys(numbers))
    if not asked or len(asked) > MOST_AT_ONCE:
        raise InputError(f"name 1 to {MOST_AT_ONCE} enquiries", item="enquiries")
    return asked


def why_not(
    numbers: Sequence[int], actor: Actor, note: str, *, needs_words: bool = False
) -> dict[int, tuple[Reason, ...]]:
    """The refusal of somebody who works on no case, or of words that cannot be kept; empty where nothing is wrong."""
    reasons = []
    if ANALYST not in actor.case_roles:
        reasons.append(Reason("wrong-role", f"enquiries are for an {ANALYST}; not for {actor.role}"))
    if needs_words and not note.strip():
        reasons.append(Reason("note-missing", "say in words why"))
    if len(note) > LONGEST_NOTE:
        reasons.append(Reason("text-too-long", f"a note has at most {LONGEST_NOTE} characters"))
    if "\0" in note or any("\ud800" <= letter <= "\udfff" for letter in note):
        reasons.append(Reason("text-not-storable", "a note holds a NUL or half a character"))
    return dict.fromkeys(numbers, tuple(reasons)) if reasons else {}


def find_open(numbers: Sequence[int]) -> tuple[dict[int, SweepFinding], dict[int, tuple[Reason, ...]]]:
    """Lock the enquiries that are open, in the order asked, and say of the others why they cannot be ended."""
    found = lock_enquiries(numbers)
    rows = {pk: found[pk] for pk in numbers if pk in found and found[pk].state == "open"}
    refused: dict[int, tuple[Reason, ...]] = {
        pk: (Reason("enquiry-ended", f"it was ended: {found[pk].state}"),)
        if pk in found
        else (Reason("not-found", "no such enquiry"),)
        for pk in numbers
        if pk not in rows
    }
    return rows, refused
