"""Answer a warning: write down what a sweep of our zone had of it, and tell the party that warned what may be told.

Counts go by themselves where the memorandum says so, else when a supervisor releases them; names only when a
supervisor releases them and the memorandum has them told.  Protected names are in neither.  A sign that would match
too much of the zone is answered by how much, and never by a list.  Nothing is done to a name: a hit opens an enquiry
at our own desk, as every finding does, which a person ends.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

import msgspec
from django.db import transaction

from comity.core.disclosure import Decision
from comity.core.errors import ConflictError, ForbiddenError, InputError
from comity.core.findings import PART, Finding
from comity.core.roles import Actor
from comity.core.warnings import SIGNS, Answer, Sign, SignCount
from comity.edges.home import Home
from comity.flows.place_findings import MOST_OF_A_KIND, place_findings
from comity.flows.share_warnings import hold_outgoing, share_answer
from comity.store.intake_lock import lock_intake
from comity.store.models import CampaignWarning, WarningAnswer
from comity.store.warnings import (
    FoundName,
    find_answer,
    get_answer,
    keep_answer,
    lock_warning,
    read_warning,
    write_found,
)
from comity.wire.warning_entries import RefusedSign

RELEASES: Final = ("counts", "names")
WARNED: Final = "partner-warned"
_SIGNS_TOLD: Final = 10
_SUBJECT_TOLD: Final = 250
_SCORE: Final = 0.5  # of one kind of sign; each further one halves what is missing to certainty


class ZoneSwept(msgspec.Struct, frozen=True, kw_only=True):
    """What a sweep of one of our zones had of a warning.  `found`: without the protected names, of which `left_out`."""

    zone: str
    as_of: date
    zone_names: int
    found: tuple[FoundName, ...] = ()
    left_out: int = 0
    refused: tuple[RefusedSign, ...] = ()
    not_swept: tuple[Sign, ...] = ()


def keep_sweep(home: Home, row: CampaignWarning, swept: ZoneSwept, *, at: datetime) -> Decision | None:
    """Keep what a sweep had, open enquiries, and tell what may be told at once; None where nothing changed."""
    answer: Answer = "found"
    if swept.refused and not swept.found:
        answer = "would-match-too-much"
    elif set(swept.not_swept) >= set(read_warning(row).signs.kinds()):
        answer = "not-swept"
    found = write_found(swept.found)
    with transaction.atomic():
        lock_intake()
        hold_outgoing(row.origin)
        row = lock_warning(row.pk)
        held = find_answer(row, swept.zone)
        if row.withdrawn_at is not None:
            return None
        findings = sorted(
            (_finding(row, swept.zone, one) for one in swept.found), key=lambda one: (-one.score, one.name)
        )
        place_findings(findings[:MOST_OF_A_KIND], sweep=None, by=home.party, at=at)
        said = {
            "answer": answer, "names": len(swept.found), "left_out": swept.left_out, "zone_names": swept.zone_names,
            "counts": msgspec.to_builtins(list(_counts(swept.found))), "found": found,
            "refused": msgspec.to_builtins(list(swept.refused)),
            "not_swept": list(swept.not_swept),
        }  # fmt: skip
        if held is not None and _same(held, said):
            held.as_of = swept.as_of
            held.save(update_fields=["as_of"])
            return None
        # What a supervisor released was what stood then: other names are released anew.
        kept = keep_answer(
            row, swept.zone, **said, as_of=swept.as_of, answered_at=at, release="", released_by="", told_at=None,
            asked_at=None,
        )  # fmt: skip
        return share_answer(home, kept, at=at)


def release_answer(home: Home, uuid: str, zone: str, release: str, actor: Actor, *, at: datetime) -> Decision:
    """Tell the party that warned the counts, or the names, of a zone.

    Raises `NotFoundError`, `ForbiddenError`, `InputError`; `ConflictError` where that was told already.
    """
    if actor.role != "supervisor":
        raise ForbiddenError("a supervisor releases what a zone had of a warning", item=actor.role)
    if release not in RELEASES:
        raise InputError(f"is one of {', '.join(RELEASES)}", item="release")
    answer = get_answer(uuid, zone)
    if answer.warning.origin == home.party:
        raise ForbiddenError("is a partner's answer to us", item=uuid)
    with transaction.atomic():
        hold_outgoing(answer.warning.origin)
        lock_warning(answer.warning_id)
        answer.refresh_from_db()
        if answer.warning.withdrawn_at is not None:
            raise ConflictError("the warning was withdrawn", item=uuid)
        if answer.told in {release, "names"} and answer.told_at is not None:
            raise ConflictError("was told already", item=f"{uuid} {zone}")
        answer.release, answer.released_by, answer.told_at = release, actor.name, None
        answer.save(update_fields=["release", "released_by", "told_at"])
        return share_answer(home, answer, at=at)


def _counts(found: Sequence[FoundName]) -> tuple[SignCount, ...]:
    counted = Counter(sign for one in found for sign in set(one.signs))
    return tuple(SignCount(sign, counted[sign]) for sign in SIGNS if counted[sign])


def _same(held: WarningAnswer, said: dict[str, object]) -> bool:
    return all(getattr(held, word) == value for word, value in said.items() if word != "zone_names")


def _finding(row: CampaignWarning, zone: str, one: FoundName) -> Finding:
    """The finding that a name is: who warned, by which reference, and which signs the name has."""
    score = 1 - (1 - _SCORE) ** len(set(one.signs))
    signs = zip(one.signs[:_SIGNS_TOLD], one.subjects[:_SIGNS_TOLD], strict=True)
    parts = (row.origin, row.case_ref, *(f"{sign} {subject[:_SUBJECT_TOLD]}" for sign, subject in signs))
    return Finding(
        zone=zone, name=one.name, kind="warning", subject=row.uuid, reason=WARNED, detail=PART.join(parts),
        score=score,
    )  # fmt: skip
