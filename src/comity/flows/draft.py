"""Draft: begin the text of a memorandum, write a clause of it, give it up, or sign and propose it.

A draft binds nobody and changes nothing that does.  Every revision is kept with its digest, who wrote it and which
clause.  A clause is kept when it has the right shape, even if it does not agree with the others yet: a category that is
let into the scope needs evidence terms in another clause.  Nothing is proposed before all agrees (`flows.propose`).
"""

from datetime import datetime

import msgspec
from django.db import transaction

from comity.core.errors import ConflictError, InputError
from comity.core.memoranda import Memorandum, Problem, Supersedes
from comity.edges.home import Home
from comity.flows.propose import propose
from comity.flows.sign import partner_of, tell
from comity.store.drafts import OPEN, add_revision, begin_draft, end_draft, get_draft
from comity.store.memoranda import find_latest, get_document
from comity.wire.clause_form import PARTS, Answers, with_answers
from comity.wire.memorandum_document import Document
from comity.wire.memorandum_yaml import parse_tree, read_draft


def begin(home: Home, data: bytes, *, actor: str, at: datetime) -> int:
    """Begin a draft from a file, YAML or JSON.  Raises `InputError` with all that has not the shape of a memorandum."""
    tree = parse_tree(data)
    if isinstance(tree, Problem):
        raise InputError(tell([tree]))
    if isinstance(tree, dict):
        tree = {key: value for key, value in tree.items() if key not in {"status", "signatures"}}
    memorandum = read_draft(tree)
    if not isinstance(memorandum, Memorandum):
        raise InputError(tell(memorandum))
    return _begin(home, memorandum, actor=actor, at=at)


def amend(home: Home, urn: str, version: int, *, actor: str, at: datetime) -> int:
    """Begin the version after the newest one, with the text of `version`.  Raises `NotFoundError`."""
    document = get_document(urn, version)
    latest = find_latest(urn)
    newest = latest or document.memorandum
    former = Supersedes(version=newest.version, digest=latest.digest if latest else document.digest)
    memorandum = msgspec.structs.replace(document.memorandum, version=newest.version + 1, supersedes=former)
    return _begin(home, memorandum, actor=actor, at=at)


def write_clause(
    pk: int, part: str, answers: Answers, *, revision: int, actor: str, at: datetime
) -> tuple[Problem, ...]:
    """Write one clause as a form answered it and keep the revision; or say all that has not its shape.

    Raises `ConflictError` when somebody wrote meanwhile or the draft is no longer open, `InputError` for no such part.
    """
    if part not in PARTS:
        raise InputError("a memorandum has no such part", item=part)
    with transaction.atomic():
        draft = get_draft(pk, lock=True)
        if draft.status != OPEN:
            raise ConflictError(f"the draft is {draft.status}", item=str(pk))
        if draft.revision != revision:
            raise ConflictError("somebody else wrote this draft meanwhile; look again", item=str(pk))
        written = read_draft(with_answers(msgspec.json.decode(draft.body), part, answers))
        if not isinstance(written, Memorandum):
            return written
        if written != draft.memorandum:
            add_revision(draft, written, part=part, actor=actor, at=at)
    return ()


def drop(pk: int, *, at: datetime) -> None:
    """Give a draft up; what it said stays kept."""
    with transaction.atomic():
        end_draft(get_draft(pk, lock=True), "dropped", at=at)


def propose_draft(home: Home, pk: int, *, revision: int, actor: str, at: datetime) -> Document:
    """Sign the draft as our party and keep it as proposed, both or neither.

    Raises `InputError` with all that is wrong, `ConflictError` when it is not the revision that was looked at.
    """
    with transaction.atomic():
        draft = get_draft(pk, lock=True)
        if draft.revision != revision:
            raise ConflictError("somebody else wrote this draft meanwhile; look again", item=str(pk))
        end_draft(draft, "proposed", at=at)
        return propose(home, draft.body, actor=actor, at=at)


def _begin(home: Home, memorandum: Memorandum, *, actor: str, at: datetime) -> int:
    if memorandum.party(home.party) is None:
        raise InputError(f"{home.party} is no party of this memorandum", item=memorandum.id)
    with transaction.atomic():
        return begin_draft(memorandum, partner=partner_of(memorandum, home.party), actor=actor, at=at)
