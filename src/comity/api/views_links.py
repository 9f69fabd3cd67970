"""Links over HTTP: how each one stands, how long its ledgers are, what waits for the partner, and what is wrong."""

from collections.abc import Sequence

from comity.api.route import Call
from comity.core.alarms import LinkFacts, link_alarms
from comity.store.link_facts import read_link_facts
from comity.store.links import get_link, list_links
from comity.store.models import Ledger, Link
from comity.wire.api.links import AlarmDocument, LedgerDocument, LinkDocument, LinksDocument


def show_links(call: Call) -> LinksDocument:
    """List every link."""
    return LinksDocument(_links(list_links(), call))


def show_link(call: Call) -> LinkDocument:
    """Show one link."""
    return _links([get_link(call.path["partner"])], call)[0]


def _links(links: Sequence[Link], call: Call) -> tuple[LinkDocument, ...]:
    ledgers = list(Ledger.objects.order_by("direction"))
    facts = {one.partner: one for one in read_link_facts(at=call.at)}
    return tuple(
        _link(link, [one for one in ledgers if one.link_id == link.pk], facts.get(link.partner), call) for link in links
    )


def _link(link: Link, ledgers: list[Ledger], facts: LinkFacts | None, call: Call) -> LinkDocument:
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
        alarms=tuple(
            AlarmDocument(one.code, one.severity, one.about, one.detail)
            for one in (link_alarms(facts, at=call.at) if facts else ())
        ),
    )
