"""Links as facts for alarms and numbers: a fixed number of small queries, however long the ledgers are.

How long the oldest entry without a receipt has waited is the time of the entry at the receipt's size: one look-up by
position, never a scan.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from comity.core.alarms import LinkFacts
from comity.core.durations import span_of
from comity.store.memoranda import find_governing
from comity.store.models import Ledger, LedgerEntry, Link

_CODE: Final = re.compile(r"\[([a-z0-9-]{1,40})\]$")
# What a failure may be called: the codes of docs/spec/link.md §6 and our own.  A partner's word is not repeated.
FAILURES: Final = frozenset(
    {
        "bad-input", "bad-setting", "bad-signature", "busy", "encoding-refused", "forbidden", "forged",
        "head-too-large", "ledger-behind", "ledger-damaged", "ledger-fork", "length-required", "link-recovering",
        "link-stopped", "memorandum-not-in-force", "not-found", "partner-unreachable", "position-gap", "refused",
        "root-mismatch", "stale-question", "store-unavailable", "too-large", "too-slow", "unknown-origin",
        "unsupported-version", "wrong-size",
    }
)  # fmt: skip
OTHER_FAILURE: Final = "other"


def read_link_facts(*, at: datetime) -> list[LinkFacts]:
    """Read every link, by partner."""
    ledgers: dict[tuple[int, str], Ledger] = {
        (row.link_id, row.direction): row for row in Ledger.objects.defer("frontier", "checkpoint", "receipt")
    }
    facts = []
    for link in Link.objects.order_by("partner"):
        out, incoming = ledgers.get((link.pk, "out")), ledgers.get((link.pk, "in"))
        governing = find_governing(link.partner, at)
        facts.append(
            LinkFacts(
                partner=link.partner,
                state=link.state,
                in_force=governing is not None and governing.status == "in-force",
                sent=out.size if out else 0,
                receipted=out.receipt_size if out else 0,
                received=incoming.size if incoming else 0,
                waiting_since=_waiting_since(out),
                retry_for=span_of(governing.memorandum.exchange.undelivered.retry_for) if governing else None,
                sent_head_at=link.last_receipt_at,
                received_head_at=incoming.changed_at if incoming and incoming.size else None,
                failure=failure_code(link.last_error),
                recovered_unasked=link.state != "stopped" and bool(link.reason),
            )
        )
    return facts


def failure_code(last_error: str) -> str:
    """The code of a link's last failure; `other` for one that is not of ours, empty for none."""
    if not last_error:
        return ""
    match = _CODE.search(last_error)
    code = match[1] if match else ""
    return code if code in FAILURES else OTHER_FAILURE


def list_stopped(facts: Sequence[LinkFacts]) -> list[str]:
    """Partners whose link is stopped by evidence."""
    return [one.partner for one in facts if one.state == "stopped"]


def _waiting_since(out: Ledger | None) -> datetime | None:
    if out is None or out.receipt_size >= out.size:
        return None
    return LedgerEntry.objects.filter(ledger=out, position=out.receipt_size).values_list("at", flat=True).first()
