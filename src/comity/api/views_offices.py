"""What auditors and administrators read over HTTP: looks at personal data, changes of accounts, subscribers, webhooks.

Pages follow the order in which rows were written.  A walk from the first page to the last shows every row that was
there when it began.
"""

import msgspec

from comity.api.route import Call
from comity.store.models import Look, PersonChange
from comity.store.subscribers import get_subscriber, list_subscribers
from comity.store.webhooks import list_webhooks
from comity.wire.api.offices import (
    LookedDocument,
    LookedListDocument,
    OfficeQuery,
    PersonChangeDocument,
    PersonChangesDocument,
    SubscriberDocument,
    SubscribersDocument,
    WebhookDocument,
    WebhooksDocument,
)


def show_looks(call: Call) -> LookedListDocument:
    """List who looked at personal data, when and why."""
    query: OfficeQuery = call.query
    rows = Look.objects.filter(pk__gt=int(query.cursor or 0)).order_by("pk")
    found = list((rows.filter(actor=query.of) if query.of else rows)[: query.limit + 1])
    shown = found[: query.limit]
    return LookedListDocument(
        tuple(
            LookedDocument(
                row.actor, row.role, row.subject_kind, row.subject, row.case_ref, row.classes, row.reason, row.at
            )
            for row in shown
        ),
        str(shown[-1].pk) if len(found) > query.limit else "",
    )


def show_person_changes(call: Call) -> PersonChangesDocument:
    """List what was done to accounts, and by whom."""
    query: OfficeQuery = call.query
    rows = PersonChange.objects.filter(pk__gt=int(query.cursor or 0)).order_by("pk")
    found = list((rows.filter(person=query.of) if query.of else rows)[: query.limit + 1])
    shown = found[: query.limit]
    return PersonChangesDocument(
        tuple(PersonChangeDocument(row.person, row.change, row.detail, row.actor, row.at) for row in shown),
        str(shown[-1].pk) if len(found) > query.limit else "",
    )


def show_subscribers(call: Call) -> SubscribersDocument:  # noqa: ARG001 — every handler takes its call
    """List who reads what the node publishes without having a node."""
    rows = list_subscribers(with_ended=True)
    return SubscribersDocument(tuple(msgspec.convert(row, SubscriberDocument, from_attributes=True) for row in rows))


def show_subscriber(call: Call) -> SubscriberDocument:
    """Show one subscriber."""
    return msgspec.convert(get_subscriber(call.path["subscriber"]), SubscriberDocument, from_attributes=True)


def show_webhooks(call: Call) -> WebhooksDocument:  # noqa: ARG001 — every handler takes its call
    """List webhooks: how far each receiver is, and what it answered last."""
    rows = list_webhooks()
    return WebhooksDocument(tuple(msgspec.convert(row, WebhookDocument, from_attributes=True) for row in rows))
