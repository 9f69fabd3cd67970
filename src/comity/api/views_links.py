"""Links over HTTP: how each one stands, how long its ledgers are, and what the partner has not acknowledged yet."""

from comity.api.calls import Call
from comity.api.schemas import LedgerDocument, LinkDocument, LinksDocument
from comity.store.links import list_links
from comity.store.models import Ledger, Link


def show_links(call: Call) -> LinksDocument:  # noqa: ARG001 — every handler takes its call
    """List every link."""
    ledgers = list(Ledger.objects.order_by("direction"))
    return LinksDocument(
        tuple(_link(link, [one for one in ledgers if one.link_id == link.pk]) for link in list_links())
    )


def _link(link: Link, ledgers: list[Ledger]) -> LinkDocument:
    return LinkDocument(
        partner=link.partner,
        url=link.url,
        state=link.state,
        reason=link.reason,
        lag_entries=sum(one.size - one.receipt_size for one in ledgers if one.direction == "out"),
        last_try_at=link.last_try_at,
        last_receipt_at=link.last_receipt_at,
        last_error=link.last_error,
        ledgers=tuple(
            LedgerDocument(one.direction, one.origin, one.size, one.receipt_size, one.root.hex()) for one in ledgers
        ),
    )
