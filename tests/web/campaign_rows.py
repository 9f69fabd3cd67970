"""A campaign for the pages of the small registry: siblings in each state, a sign that was not used."""

from datetime import date, datetime

from comity.core.campaigns import Campaign, Dropped, Member, Sign
from comity.store.campaigns import keep_campaign
from comity.store.models import CampaignSibling, Case

NAMES = 1_000_000


def fill_campaign(case: Case, at: datetime) -> None:
    """Make the rows."""
    signs = (
        Sign(kind="servers", key="ns1.demo.su ns2.demo.su", holders=12, names=NAMES),
        Sign(kind="burst", key="2026-12-20/2026-12-22", holders=900, names=NAMES, seen=4, expected=0.01),
        Sign(kind="pattern", key="bank-demo-‹letters 2›", holders=20, names=NAMES, is_estimate=True, tried=4),
        Sign(kind="registrant", key="", holders=4, names=NAMES),
    )
    members = tuple(
        Member(name, "ru", 0.999 - number / 1000, places)
        for number, (name, places) in enumerate((
            ("bank-demo-a1.ru", (0, 1, 2)), ("bank-demo-b2.ru", (0, 1, 2)), ("xn----7sbarfztqva.xn--p1ai", (0, 3)),
        ))
    )  # fmt: skip
    common = Sign(kind="registrar", key="REG-DEMO", holders=90_000, names=NAMES)
    found = Campaign(
        seed=case.registrable, zone="ru", names=NAMES, zones=("ru", "xn--p1ai"), signs=signs, members=members,
        dropped=(Dropped(common, "says-nothing"),), guarded=1,
    )  # fmt: skip
    keep_campaign(case.pk, found, as_of=date(2026, 12, 23), by="analyst", at=at)
    CampaignSibling.objects.filter(name="bank-demo-b2.ru").update(
        state="not-related", reason="other", note="a school", settled_by="analyst", settled_at=at
    )
