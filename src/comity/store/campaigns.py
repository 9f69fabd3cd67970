"""Campaigns as they are kept: the newest search for a case's siblings, and what people made of each of them.

A search anew replaces the graph and keeps what people said: a sibling that was found not related, or whose enquiry was
made, stays so, whether it was found again or not.  Functions that write are called inside the caller's transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final

import msgspec
from django.db.models import Count, Q

from comity.core.campaigns import Campaign, Dropped, Member, SiblingState, Sign
from comity.store.models import CampaignSibling, Case, CaseCampaign

PAGE_ROWS: Final = 100
_SIGNS: Final = msgspec.json.Decoder(tuple[Sign, ...])
_DROPPED: Final = msgspec.json.Decoder(tuple[Dropped, ...])

# Cases whose names were confirmed and are not in doubt again.
CONFIRMED: Final = ("confirmed", "notified", "hold_proposed", "on_hold", "mitigated")


class KeptCampaign(msgspec.Struct, frozen=True):
    """A campaign with its rows: `siblings` in the order of `campaign.members`, then those that are found no more."""

    row: CaseCampaign
    campaign: Campaign
    siblings: tuple[CampaignSibling, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many siblings are in which state."""
        found: dict[str, int] = {}
        for one in self.siblings:
            found[one.state] = found.get(one.state, 0) + 1
        return found


def keep_campaign(case_pk: int, campaign: Campaign, *, as_of: date | None, by: str, at: datetime) -> CaseCampaign:
    """Write what a search found, in place of what the one before did."""
    row, _ = CaseCampaign.objects.update_or_create(
        case_id=case_pk,
        defaults={
            "names": campaign.names, "zones": list(campaign.zones), "as_of": as_of,
            "signs": msgspec.json.encode(campaign.signs), "dropped": msgspec.json.encode(campaign.dropped),
            "guarded": campaign.guarded, "left_out": campaign.left_out, "made_by": by, "made_at": at,
        },
    )  # fmt: skip
    CampaignSibling.objects.filter(campaign=row, state="open").delete()
    said = {one.name: one for one in CampaignSibling.objects.filter(campaign=row)}
    for one in said.values():
        one.signs, one.hop, one.via = [], 0, ""  # unless it was found again
    new: list[CampaignSibling] = []
    for member in campaign.members:
        found = said.get(member.name)
        if found is None:
            found = CampaignSibling(campaign=row, name=member.name)
            new.append(found)
        found.zone, found.score, found.signs = member.zone, member.score, list(member.signs)
        found.hop, found.via = member.hop, member.via
    CampaignSibling.objects.bulk_update(said.values(), ["zone", "score", "signs", "hop", "via"], batch_size=100)
    CampaignSibling.objects.bulk_create(new, batch_size=100)
    return row


def find_campaign(case_pk: int) -> KeptCampaign | None:
    """Find the campaign of a case."""
    row = CaseCampaign.objects.select_related("case").filter(case_id=case_pk).first()
    if row is None:
        return None
    siblings = list(CampaignSibling.objects.filter(campaign=row).select_related("finding", "finding__case"))
    siblings.sort(key=lambda one: (one.hop == 0, one.hop, -one.score, one.name))
    campaign = Campaign(
        seed=row.case.registrable, zone=row.case.zone, names=row.names, zones=tuple(row.zones),
        signs=_SIGNS.decode(row.signs), dropped=_DROPPED.decode(row.dropped), guarded=row.guarded,
        left_out=row.left_out,
        members=tuple(
            Member(one.name, one.zone, one.score, tuple(one.signs), one.hop, one.via) for one in siblings if one.hop
        ),
    )  # fmt: skip
    return KeptCampaign(row, campaign, tuple(siblings))


def list_campaigns(*, page: int = 1, limit: int = PAGE_ROWS) -> list[CaseCampaign]:
    """List campaigns, the newest first, with how many siblings they have (`siblings`) and how many wait (`waiting`)."""
    first = (page - 1) * limit
    rows = CaseCampaign.objects.select_related("case").annotate(
        siblings=Count("campaignsibling"), waiting=Count("campaignsibling", filter=Q(campaignsibling__state="open"))
    )
    return list(rows.order_by("-made_at", "pk")[first : first + limit + 1])


def waiting_campaigns(*, limit: int = 20) -> list[tuple[CaseCampaign, int]]:
    """Campaigns of which siblings wait for a decision, the newest first, and how many do."""
    rows = CaseCampaign.objects.select_related("case").annotate(
        waiting=Count("campaignsibling", filter=Q(campaignsibling__state="open"))
    )
    return [(row, row.waiting) for row in rows.filter(waiting__gt=0).order_by("-made_at", "pk")[:limit]]


def settle_siblings(
    rows: Iterable[CampaignSibling], state: SiblingState, *, findings: Mapping[str, int] | None = None,
    reason: str = "", note: str = "", by: str, at: datetime,
) -> None:  # fmt: skip
    """Write what became of siblings; `findings`: name → the row of the finding that its enquiry is about."""
    settled = list(rows)
    for one in settled:
        one.state, one.reason, one.note, one.settled_by, one.settled_at = state, reason, note, by, at
        one.finding_id = (findings or {}).get(one.name)
    fields = ["state", "reason", "note", "settled_by", "settled_at", "finding"]
    CampaignSibling.objects.bulk_update(settled, fields, batch_size=100)


def cases_to_search(zones: Sequence[str], as_of: date, *, limit: int) -> list[str]:
    """References of confirmed malicious cases of some zones whose siblings were not looked for in a day's names.

    The newest first: names that are gone have no siblings, are asked for again, and let no newer case wait.
    """
    rows = Case.objects.filter(zone__in=zones, state__in=CONFIRMED, disposition="malicious")
    rows = rows.exclude(casecampaign__as_of__gte=as_of)
    return list(rows.order_by("-pk").values_list("ref", flat=True)[:limit])
