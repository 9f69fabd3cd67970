"""Links: both ledgers of each partner, how far the receipts reach, and what waits."""

import base64

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from comity.store.ledgers import RECALLED
from comity.store.models import Ledger, LedgerEntry, Link
from comity.web.access import staff_page

_REFUSED_SHOWN = 20


class ShownLedger(msgspec.Struct, frozen=True):
    """One direction of a link; `lag` is how many entries have no receipt yet."""

    row: Ledger
    root: str
    lag: int
    checkpoint: str
    receipt: str


class ShownLink(msgspec.Struct, frozen=True):
    """One link with its two ledgers, ours first."""

    link: Link
    ledgers: list[ShownLedger]


@staff_page
@require_GET
def links(request: HttpRequest) -> HttpResponse:
    """List the links: state, sizes, receipts, lag."""
    ledgers: dict[int, list[Ledger]] = {}
    for row in Ledger.objects.order_by("-direction"):
        ledgers.setdefault(row.link_id, []).append(row)
    shown = [
        ShownLink(link, [_shown(row) for row in ledgers.get(link.pk, [])]) for link in Link.objects.order_by("partner")
    ]
    return render(request, "web/links.html", {"section": "links", "links": shown})


@staff_page
@require_GET
def link(request: HttpRequest, partner: str) -> HttpResponse:
    """Show one link: its ledgers with roots and checkpoints, and the newest entries that were refused."""
    found = get_object_or_404(Link, partner=partner)
    rows = list(Ledger.objects.filter(link=found).order_by("-direction"))
    refused = (
        LedgerEntry.objects.filter(ledger__in=rows)
        .exclude(refused__in=("", RECALLED))
        .defer("payload")
        .order_by("-pk")[:_REFUSED_SHOWN]
    )
    return render(
        request,
        "web/link.html",
        {"section": "links", "link": found, "ledgers": [_shown(row) for row in rows], "refused": refused},
    )


def _shown(row: Ledger) -> ShownLedger:
    return ShownLedger(
        row=row,
        root=base64.b64encode(row.root).decode(),
        lag=max(0, row.size - row.receipt_size),
        checkpoint=row.checkpoint.decode("utf-8", "replace"),
        receipt=row.receipt.decode("utf-8", "replace"),
    )
