"""What must be true before this node puts its name under a memorandum, whoever proposed it.

The key with which we sign must be named in the text as ours and be valid; zones that the text gives us must be
those of this node; an amendment must follow the version that is kept here, and a party joins only by a text that says
who may join.  Every finding is a `Problem`, none an exception.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from comity.core.errors import InputError
from comity.core.memoranda import Memorandum, Problem
from comity.edges.home import Home
from comity.edges.keys import SigningKey
from comity.store.memoranda import find_latest, find_version

_SHOWN: Final = 20


def check_ours(memorandum: Memorandum, home: Home, key: SigningKey, *, at: datetime) -> list[Problem]:
    """Check what the text says about this node's party."""
    place = next((at for at, party in enumerate(memorandum.parties) if party.id == home.party), None)
    if place is None:
        return [Problem("parties", "not-a-party", f"{home.party} is no party of this memorandum")]
    party = memorandum.parties[place]
    problems = [
        Problem(f"parties[{place}].zones", "not-our-zone", f"{zone} is no zone of this node")
        for zone in party.zones
        if zone not in home.zones
    ]
    path = f"parties[{place}].keys"
    named = next((named for named in party.keys if named.kid == key.kid), None)
    if named is None:
        problems.append(Problem(path, "our-key-is-missing", f"does not name our key {key.kid}"))
    elif named.public_bytes != key.public:
        problems.append(Problem(path, "not-our-key", f"{key.kid} is named with a public key that is not ours"))
    elif not named.not_before <= at.date() <= named.not_after:
        valid = f"{key.kid} is valid from {named.not_before} to {named.not_after}"
        problems.append(Problem(path, "key-not-valid", valid))
    return problems


def check_amendment(memorandum: Memorandum) -> list[Problem]:
    """Check that a version follows the one before it.  The first version that a node sees may have any number."""
    latest = find_latest(memorandum.id)
    if latest is None or latest.version >= memorandum.version:
        return []
    former = memorandum.supersedes
    if former is None or latest.version != former.version:
        told = f"version {latest.version} is kept here; the next is {latest.version + 1}"
        return [Problem("version", "not-the-next-version", told)]
    kept = find_version(memorandum.id, former.version)
    if kept is not None and kept.digest != former.digest:
        told = f"version {former.version} has the digest {kept.digest}"
        return [Problem("supersedes.digest", "not-the-former-text", told)]
    joining = [party.id for party in memorandum.parties if kept is not None and kept.memorandum.party(party.id) is None]
    if joining and memorandum.accession is None:
        told = f"{', '.join(joining)} would join, but the text has no clause of accession"
        return [Problem("accession", "accession-missing", told)]
    return []


def partner_of(memorandum: Memorandum, ours: str) -> str:
    """The party by which a memorandum is listed: the first that is not we.  It joins us with all the others as well."""
    return next(party.id for party in memorandum.parties if party.id != ours)


def tell(problems: Iterable[Problem]) -> str:
    """All findings in one text, a line each."""
    lines = [f"{problem.path or 'document'}: {problem.reason} ({problem.code})" for problem in problems]
    more = len(lines) - _SHOWN
    return "; ".join(lines[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")


def refuse(problems: Iterable[Problem], *, item: str) -> None:
    """Raise `InputError` with all findings, if there are any."""
    found = list(problems)
    if found:
        raise InputError(tell(found), item=item)
