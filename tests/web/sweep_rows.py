"""A sweep for the pages of the small registry: findings of several kinds, in a case, dismissed, asked anew."""

from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from comity.core.enquiries import finding_key
from comity.core.findings import PART
from comity.core.sweep_details import (
    Back,
    Burst,
    IndicatorCounts,
    RefusedPattern,
    RefusedZone,
    RunDetails,
    ZoneDetails,
)
from comity.store.models import Case, EnquiryEntry, ScheduledSweep, Sweep, SweepFinding, SweepZone
from web.warning_rows import WARNING

RUN: Final = "sweep-0123456789ab"
DETAILS: Final = RunDetails(
    indicators=IndicatorCounts(
        read=100, accepted=90, duplicate=4, rejected=5, foreign=1, by_reason={"bad-character": 5}
    ),
    patterns=(RefusedPattern(pattern="{alnum:1-63}.ru", zone="ru", names=900_000, zone_size=1_234_567, most=123),),
    brands=2, zones={"su": RefusedZone(code="zone-truncated", message="zones/su.zone: is cut in line 7")},
)  # fmt: skip
OF_ZONE: Final = ZoneDetails(
    rejected={"unknown-type": 3, "bad-name": 1}, bursts=2, back=1, first_back=(Back("again-demo.ru", "2026-12-01"),),
    first_bursts=tuple(
        Burst(reason=reason, what=what, names=12, expected=0.4, sample=("kassa-demo-1.ru", "kassa-demo-2.ru"))
        for reason, what in (("burst-of-servers", "ns1.demo.su ns2.demo.su"), ("burst-of-first-word", "kassa-*"))
    ),
)  # fmt: skip
SIGNS: Final = f"oac.by{PART}RU-7{PART}name-servers ns1.demo-bad.ru ns2.demo-bad.ru{PART}pattern demo-{{digit:3}}.ru"


def fill_sweeps(at: datetime) -> int:
    """Make the rows; answers the number of an enquiry that is open."""
    for add in (1, 0):
        sweep = Sweep.objects.create(
            run=RUN if add == 0 else f"{RUN[:-1]}0", state="taken", engine="local", plan_hash="0" * 64,
            begun_at=at - timedelta(days=add), ended_at=at, taken_at=at, seconds=42.0,
            details=msgspec.to_builtins(DETAILS),
        )  # fmt: skip
        for zone in ("ru", "xn--p1ai"):
            SweepZone.objects.create(
                sweep=sweep, zone=zone, as_of=date(2026, 12, 23 - add), serial=7, names=1_234_567,
                found={"combination": 1_200, "edit": 30}, kept={"combination": 1_000, "edit": 30},
                changes={"new": 500, "dropped": 300, "servers-changed": 20},
                details=msgspec.to_builtins(OF_ZONE if zone == "ru" else ZoneDetails(days_known=2, days_needed=7)),
            )  # fmt: skip
    ScheduledSweep.objects.create(
        due_at=at, state="failed", tries=2, begun_at=at, ended_at=at, next_at=at + timedelta(hours=1),
        error="bad-input", message="zones/ru.zone: cannot be read",
    )  # fmt: skip
    case = Case.objects.get(registrable="kassa-demo-a1.ru")
    rows = [
        ("bank-demo-login.ru", "combination", "bank-demo", 0.93, "open", "", None),
        ("xn----7sbarfztqva.xn--p1ai", "confusable", "bank-demo", 0.7, "open", "", None),
        ("kassa-demo-a1.ru", "indicator", "login.kassa-demo-a1.ru", 0.9, "joined-case", "", case),
        ("bamk-demo.ru", "edit", "bank-demo", 0.6, "dismissed", "own-meaning", None),
        ("demo-123.ru", "warning", WARNING, 0.75, "open", "", None),
    ]
    numbers = []
    for name, kind, subject, score, state, why, joined in rows:
        told = kind == "warning"
        row = SweepFinding.objects.create(
            key=finding_key(name, kind, subject), zone=name.rpartition(".")[2], name=name, kind=kind, subject=subject,
            reason="partner-warned" if told else "", detail=SIGNS if told else "", score=score, state=state,
            first_sweep=None if told else sweep, last_sweep=None if told else sweep, found_at=at, seen_at=at,
            ended_at=None if state == "open" else at, why=why, case=joined,
            reopened="score-rose" if kind == "confusable" else "",
            former_why="harmless-site" if kind == "confusable" else "",
        )  # fmt: skip
        numbers.append(row.pk)
        if state == "dismissed":
            EnquiryEntry.objects.create(
                finding=row, event="dismissed", actor="analyst", role="analyst", reason=why, note="a river",
                score=score,
                at=at,
            )  # fmt: skip
    return numbers[1]
