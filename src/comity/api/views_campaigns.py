"""Campaigns over HTTP: the likely siblings of a case; enquiries of them, or that they are not related."""

from comity.api.route import Call
from comity.core.campaigns import Sign, reason_of
from comity.core.errors import NotFoundError
from comity.flows.settle_siblings import Settled, dismiss_siblings, enquire_siblings
from comity.store.campaigns import PAGE_ROWS, find_campaign, list_campaigns
from comity.store.cases import find_case
from comity.wire.api.campaigns import (
    CampaignDocument,
    CampaignRowDocument,
    CampaignsDocument,
    SiblingDocument,
    SiblingsSettledDocument,
    SignDocument,
)


def show_campaigns(call: Call) -> CampaignsDocument:  # noqa: ARG001 — every handler takes its call
    """List the newest campaigns."""
    return CampaignsDocument(
        tuple(
            CampaignRowDocument(
                row.case.ref, row.case.registrable, row.made_at, row.made_by,
                row.siblings,  # type: ignore[attr-defined]  # annotated by the query
                row.waiting,  # type: ignore[attr-defined]  # as above
            )
            for row in list_campaigns()[:PAGE_ROWS]
        )
    )  # fmt: skip


def show_campaign(call: Call) -> CampaignDocument:
    """Show the likely siblings of a case."""
    case = find_case(call.path["ref"])
    kept = find_campaign(case.pk) if case is not None else None
    if kept is None:
        raise NotFoundError("no siblings were looked for", item=call.path["ref"])
    found = kept.campaign
    return CampaignDocument(
        case=kept.row.case.ref, seed=found.seed, names=found.names, zones=found.zones, as_of=kept.row.as_of,
        made_at=kept.row.made_at, made_by=kept.row.made_by, signs=tuple(_sign(sign) for sign in found.signs),
        siblings=tuple(
            SiblingDocument(
                one.name, one.zone, round(one.score, 6), tuple(one.signs), one.hop, one.via or found.seed, one.state,
                one.reason, one.note,
            )
            for one in kept.siblings
        ),
        dropped=tuple(_sign(one.sign, one.why) for one in found.dropped), guarded=found.guarded,
        left_out=found.left_out,
    )  # fmt: skip


def post_enquire_siblings(call: Call) -> SiblingsSettledDocument:
    """Make enquiries of siblings of a case."""
    return _settled(enquire_siblings(call.path["ref"], call.body.siblings, call.actor, at=call.at))


def post_dismiss_siblings(call: Call) -> SiblingsSettledDocument:
    """Say that siblings of a case are not related."""
    body = call.body
    done = dismiss_siblings(call.path["ref"], body.siblings, call.actor, body.reason, note=body.note, at=call.at)
    return _settled(done)


def _settled(done: Settled) -> SiblingsSettledDocument:
    return SiblingsSettledDocument(done.done, done.left)


def _sign(sign: Sign, why: str = "") -> SignDocument:
    return SignDocument(sign.kind, sign.key, sign.holders, round(sign.weight, 3), reason_of(sign), why)
