"""Propose statistics: count a period of our own reports to a partner, sign what came out, and put it to the partner.

The reporter of a direction proposes, since it knows which of its entries the partner has signed for.  A period that is
not over is not proposed.  A statement that was not agreed is replaced by a new one, counted as things stand now.
"""

from base64 import b64encode
from datetime import datetime

import msgspec
from django.db import transaction

from comity.core.disclosure import Decision
from comity.core.errors import ConflictError
from comity.core.periods import Period
from comity.edges.home import Home
from comity.edges.keys import load_signing_key
from comity.flows.count_statistics import count_statistics
from comity.flows.share_statistics import SENT, hold_outgoing, share_statistics
from comity.store.models import Statement
from comity.store.statistics import add_statement, statements_of
from comity.wire.statistics import digest_of, render_statistics, signed_bytes
from comity.wire.statistics_entries import StatedPayload, subject_of


class Proposed(msgspec.Struct, frozen=True):
    """What came of it: the document, and whether the memorandum let it go."""

    digest: str
    body: bytes
    decision: Decision


def propose_statistics(home: Home, partner: str, period: Period, *, at: datetime) -> Proposed:
    """Count, sign and share one period.  Raises `ConflictError` where it is not over or is agreed already."""
    if at < period.end:
        raise ConflictError("is not over yet", item=period.name)
    body = render_statistics(count_statistics(home, partner, period, reporter=home.party, at=at))
    digest, key = digest_of(body), load_signing_key(home)
    signature = b64encode(key.sign(signed_bytes(body))).decode()
    payload = StatedPayload(
        document=body.decode(), digest=digest, kid=key.kid, signature=signature, clause="", memorandum="", decided_at=at
    )
    with transaction.atomic():
        hold_outgoing(partner)
        if any(one.state == "agreed" for one in statements_of(partner, home.party, period.name)):
            raise ConflictError("is agreed with this partner already", item=period.name)
        decision = share_statistics(home, partner, payload, at=at)
        if decision.verdict in SENT:
            add_statement(
                Statement(
                    uuid=subject_of(digest), digest=digest, partner=partner, reporter=home.party, answerer=partner,
                    period=period.name, stated_by=home.party, body=body, state="proposed", own_kid=key.kid,
                    own_signature=signature, stated_at=at,
                )
            )  # fmt: skip
    return Proposed(digest, body, decision)
