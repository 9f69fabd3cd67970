"""What registrar, host and registrant may answer to a notice, and which entry of the case an answer becomes.

An answer comes by a one-time link that is bound to one case, one role and one recipient (docs/spec/answers.md).  It
becomes the case's transition where the table of `core.cases` admits it for that role in that state; otherwise it is the
note `answered`, and the desk decides.  An appeal is never turned into a note: it is filed, or refused with every
reason.  What somebody wrote, and how to reach them, is no part of the case: it stays with the node that asked.
"""

from hashlib import sha256
from typing import Final, Literal, get_args

import msgspec

from comity.core.case_steps import Reason
from comity.core.cases import CLOSED, TRANSITIONS

AnswerRole = Literal["registrar", "host", "registrant"]
AnswerKind = Literal["acted", "cured", "contested", "said", "appealed"]

ANSWER_ROLES: Final[tuple[AnswerRole, ...]] = get_args(AnswerRole)
ANSWER_KINDS: Final[tuple[AnswerKind, ...]] = get_args(AnswerKind)

ANSWERED: Final = "answered"
BY_LINK: Final = "answer-link"  # the actor's name in the case: who it was stays in the node's own table

# Which kinds each role is asked for.  A host or registrant cannot end a delegation; a registrar can do all of it.
KINDS_OF_ROLE: Final[dict[str, tuple[AnswerKind, ...]]] = {
    "registrar": ("acted", "cured", "contested", "said", "appealed"),
    "host": ("cured", "contested", "said", "appealed"),
    "registrant": ("cured", "contested", "said", "appealed"),
}
# What a registrar may say was done; the first is meant when none is named.
ACTIONS_TAKEN: Final = ("delegation-ended", "sinkhole")
# Words must say why or what; only an act speaks for itself.
NEEDS_TEXT: Final = frozenset(("cured", "contested", "said", "appealed"))
# The answers that end the link; further words leave it open.
ENDING: Final = frozenset(("acted", "cured", "contested", "appealed"))

EVENT_OF_KIND: Final[dict[str, str]] = {
    "acted": "registrar_acted",
    "cured": "host_or_registrant_cured",
    "contested": "registrar_refused",
    "appealed": "appeal_filed",
}

TEXT_LETTERS: Final = 4_000
CONTACT_LETTERS: Final = 254
_ROW: Final = {(row.from_state, row.event): row.roles for row in TRANSITIONS}


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer as it was typed."""

    kind: AnswerKind
    text: str = ""
    contact: str = ""
    action: str = ""


def kinds_offered(role: str, state: str) -> tuple[AnswerKind, ...]:
    """List what a role may answer while the case is in a state; a case that has closed can only be appealed."""
    kinds = KINDS_OF_ROLE.get(role, ())
    if state == CLOSED:
        kinds = tuple(kind for kind in kinds if kind in {"said", "appealed"})
    return tuple(kind for kind in kinds if kind != "appealed" or _admits(state, "appeal_filed", role))


def event_of(kind: str, role: str, state: str) -> str:
    """Tell which entry an answer becomes: the transition where the table admits it, else the note `answered`."""
    event = EVENT_OF_KIND.get(kind, ANSWERED)
    if event == "appeal_filed" or (event != ANSWERED and _admits(state, event, role)):
        return event
    return ANSWERED


def why_not_answer(answer: Answer, role: str, state: str) -> list[Reason]:
    """Give every reason why this is no answer of this role."""
    reasons = []
    if answer.kind not in KINDS_OF_ROLE.get(role, ()):
        reasons.append(Reason("answer-not-for-role", f"a {role} cannot answer {answer.kind!r}"))
    elif answer.kind not in kinds_offered(role, state):
        reasons.append(Reason("wrong-state", f"the case is {state}: {answer.kind} is not possible now"))
    if answer.kind in NEEDS_TEXT and not answer.text.strip():
        reasons.append(Reason("answer-text-missing", "say it in a few words"))
    if answer.action and (answer.kind != "acted" or answer.action not in ACTIONS_TAKEN):
        reasons.append(Reason("action-not-for-event", f"{answer.kind} cannot record the action {answer.action!r}"))
    for field, text, longest in (("text", answer.text, TEXT_LETTERS), ("contact", answer.contact, CONTACT_LETTERS)):
        if len(text) > longest:
            reasons.append(Reason("text-too-long", f"{field} has {len(text)} characters; at most {longest}"))
        if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            reasons.append(Reason("text-not-storable", f"{field} holds a NUL or half a character"))
    return reasons


def digest_of(answer: Answer, files: tuple[str, ...] = ()) -> str:
    """Name an answer by what it says, so that the same form sent twice is one answer.  `files`: SHA-256 of each."""
    said = "\0".join((answer.kind, answer.action, answer.contact, answer.text, *sorted(files)))
    return sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def _admits(state: str, event: str, role: str) -> bool:
    return role in _ROW.get((state, event), ())
