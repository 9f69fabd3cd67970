"""Bounces: a mail server says that a letter could not be delivered (RFC 3464 in a report of RFC 6522).

Only `Action: failed` with a permanent status is a bounce.  Which letter it was is told by the Message-ID of the message
that came back; a report that does not bring one concerns no letter that is known.
"""

import re
from typing import Final

import msgspec

from comity.wire.arf import original_message
from comity.wire.mail_parts import MailParts, split_head

_STATUS: Final = re.compile(r"([245]\.\d{1,3}\.\d{1,3})")
_ID: Final = re.compile(r"<([^<>\s]{1,300})>")
_MOST: Final = 50


class Bounce(msgspec.Struct, frozen=True):
    """A report of delivery: the Message-ID that came back, whether it failed for good, what the server says."""

    message_id: str
    is_final: bool
    status: str
    diagnosis: str
    recipients: tuple[str, ...]


def read_bounce(mail: MailParts) -> Bounce | None:
    """Read a report of delivery; None where the mail is none."""
    part = next((one for one in mail.parts if one.media_type == "message/delivery-status"), None)
    if part is None:
        return None
    status, diagnosis, is_final = "", "", False
    recipients: list[str] = []
    for block in re.split(rb"\r?\n[ \t]*\r?\n", part.data)[:_MOST]:
        said = dict(reversed(split_head(block + b"\n\n")[0]))
        if "final-recipient" not in said and "original-recipient" not in said:
            continue
        who = said.get("original-recipient") or said.get("final-recipient", "")
        recipients.append(who.partition(";")[2].strip().strip("<>")[:254])
        found = _STATUS.search(said.get("status", ""))
        if said.get("action", "").strip().lower() == "failed" and (found is None or found[1].startswith("5")):
            is_final, status = True, found[1] if found else ""
            diagnosis = said.get("diagnostic-code", "")[:300]
    head = dict(reversed(original_message(mail)))
    known = _ID.findall(head.get("message-id", ""))
    return Bounce(known[0] if known else "", is_final, status, diagnosis, tuple(recipients))
