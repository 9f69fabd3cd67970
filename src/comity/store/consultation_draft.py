"""What a playbook made of a consultation begins with: its subject, and what was asked and answered, in order.

No person and no file is in it; what was withheld or erased is not, either.  `tlp` is the strictest marking of what it
quotes, so that a draft does not begin as something that may go further than its source.
"""

import msgspec

from comity.core.errors import NotFoundError
from comity.core.markings import TLPS
from comity.store.consultations import TOLD, get_consultation, messages_of, standing_of, threads_of


class Draft(msgspec.Struct, frozen=True):
    """The beginning of an article; `body` is plain text with a heading for each message."""

    title: str
    language: str
    tlp: str
    body: str


def find_draft(uuid: str, own: str) -> Draft | None:
    """Find what a consultation gives for an article; None where there is no such consultation."""
    try:
        consultation = get_consultation(uuid)
    except NotFoundError:
        return None
    parts: list[str] = []
    tlps = [consultation.tlp]
    for thread in threads_of(consultation):
        rows = messages_of(thread)
        by_uuid = {row.uuid: row for row in rows if row.verdict in TOLD}
        for name in standing_of(thread, rows, own).order:
            row = by_uuid[name]
            if row.text and not (row.event == "opened" and parts):  # the question to several is one question
                parts.append(f"## {row.party}\n\n{row.text}")
                tlps.append(row.tlp)
    strictest = max(tlps, key=TLPS.index)
    return Draft(consultation.subject, consultation.language, strictest, "\n\n".join(parts))
