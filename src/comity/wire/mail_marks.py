"""Marks by which an answer to a letter of ours is known: in its Message-ID, and beside the reference in its subject.

Both are made with the node's secret, so nobody can make one who did not get it with a letter.  The mark in the subject
holds for one case and one recipient.
"""

import hashlib
import hmac
import re
from typing import Final

_MARK: Final = re.compile(r"([0-9a-f]{40})@")
_SUBJECT: Final = re.compile(r"\[([A-Za-z0-9-]{3,40})#([0-9a-f]{12})\]")


def letter_mark(secret: str, key: str) -> str:
    """The left side of the Message-ID of a letter."""
    return hmac.new(secret.encode(), b"letter\0" + key.encode(), hashlib.sha256).hexdigest()[:40]


def find_marks(message_ids: tuple[str, ...]) -> list[str]:
    """The marks that Message-IDs may hold."""
    return [found[1] for one in message_ids if (found := _MARK.match(one))]


def subject_mark(secret: str, ref: str, recipient: str) -> str:
    """What stands in the subject of a letter about a case."""
    return f"[{ref}#{_check(secret, ref, recipient)}]"


def find_subject_ref(secret: str, subject: str, sender: str) -> str:
    """The case that a subject names with the mark of this sender; empty where there is none."""
    for ref, check in _SUBJECT.findall(subject[:1_000]):
        if hmac.compare_digest(check, _check(secret, ref, sender)):
            return str(ref)
    return ""


def _check(secret: str, ref: str, recipient: str) -> str:
    said = f"subject\0{ref}\0{recipient.lower()}".encode()
    return hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()[:12]
