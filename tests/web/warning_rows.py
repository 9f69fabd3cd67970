"""Warnings for the pages of the small registry: one of ours with an answer, one received, one that waits; a run."""

from datetime import UTC, datetime, timedelta
from typing import Final

from comity.core.warnings import Signs, Warned
from comity.store.intersections import add_message
from comity.store.models import IntersectionRun
from comity.store.warnings import FoundName, add_warning, keep_answer, write_found

WARNING: Final = "00000000-0000-4000-8000-00000000a001"  # a partner's
OURS: Final = "00000000-0000-4000-8000-00000000a002"
WAITS: Final = "00000000-0000-4000-8000-00000000a003"
INTERSECTION: Final = "00000000-0000-4000-8000-00000000a004"
TEXT: Final = "Pages that ask for cards: http://demo-bad.ru/pay"


def fill_warnings() -> None:
    """Make the rows."""
    now = datetime.now(UTC)
    signs = Signs(
        patterns=("demo-{digit:3}.ru",), servers=("ns1.demo-bad.ru ns2.demo-bad.ru",), labels=("demobank",),
        name_tokens=("0123456789abcdef",), token_key="0" * 32,
    )  # fmt: skip
    received = add_warning(WARNING, "oac.by", "oac.by", _warned(("ru",), signs, now), told_at=now, at=now)
    ours = add_warning(
        OURS, "cctld.ru", "oac.by", _warned(("by",), signs.without(("pattern",)), now), told_at=now, asked_at=now,
        at=now, verdict="send-redacted", clause="14", reason="allowed-without-some-signs", withheld=["pattern"],
        actor="analyst",
    )  # fmt: skip
    add_warning(
        WAITS, "cctld.ru", "oac.by", _warned(("by",), signs, now), asked_at=now, at=now, verdict="refuse", clause="14",
        reason="signs-not-allowed",
    )  # fmt: skip
    found = [FoundName("demobank-login.ru", ("label", "name-servers"), ("demobank", "ns1.demo-bad.ru"))]
    keep_answer(
        received, "ru", answer="found", as_of=now.date(), names=1, zone_names=6_000_000, left_out=2, answered_at=now,
        counts=[{"sign": "label", "names": 1, "fewer": False}], not_swept=["registrant-token"],
        refused=[{"sign": "pattern", "subject": "demo-{digit:3}.ru", "names": 900_000, "of": 6_000_000}],
        found=write_found(found), clause="14", reason="needs-release", asked_at=now,
    )  # fmt: skip
    keep_answer(
        ours, "by", answer="found", as_of=now.date(), names=5, fewer=True, answered_at=now, told="counts", told_at=now,
        counts=[{"sign": "label", "names": 5, "fewer": True}],
    )  # fmt: skip
    run = IntersectionRun.objects.create(
        uuid=INTERSECTION, asker="cctld.ru", partner="oac.by", over="names", bucket=256, answer_bucket=256, own_size=4,
        state="finished", clause="14", actor="supervisor", found=["demo-both.ru"], at=now, ended_at=now,
    )  # fmt: skip
    for message, sender in (("request", "cctld.ru"), ("setup", "oac.by"), ("response", "oac.by")):
        add_message(run, message, sender=sender, bucket=256, sha256="ab" * 32, parts_here=1, at=now)


def _warned(zones: tuple[str, ...], signs: Signs, now: datetime) -> Warned:
    return Warned(
        zones=zones, category="phishing", tlp="TLP:AMBER", first_day=now.date(),
        last_day=(now + timedelta(days=30)).date(), case="RU-2026-0007", text=TEXT, signs=signs,
    )  # fmt: skip
