"""Bursts stand out of a history, quiet days tell nothing, and names that were held are told when they are back."""

import random
from datetime import date, timedelta

import polars as pl
import pytest

from comity.sweep.bursts import BURSTS, BurstHistoryError, BurstLimits, find_bursts
from comity.sweep.columns import CHANGES
from comity.sweep.returns import HOLDS, find_returns, mark_returned

DAY = date(2026, 11, 24)


def row(name: str, ns: int, at: date, change: str = "new", away: date | None = None) -> tuple[object, ...]:
    return name, change, None, ns, at, away


def changes(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=CHANGES, orient="row")


def history(seed: int, days: int = 30, a_day: int = 60) -> list[tuple[object, ...]]:
    """Names of a zone in which nothing happens: twenty hosters of different size, some patterns of label."""
    chance = random.Random(seed)
    return [
        row(
            chance.choice(["demo{}.ru", "shop-{}x.ru", "x{}-online.ru", "xn--{}-abc.ru"]).format(day * a_day + at),
            1 + int(20 * chance.random() ** 2),
            DAY - timedelta(day),
        )
        for day in range(days)
        for at in range(a_day)
    ]


def test_quiet_days_tell_nothing() -> None:
    assert [find_bursts(changes(history(seed)), as_of=DAY).height for seed in range(20)] == [0] * 20


def test_a_burst_is_told_with_its_reason_and_what_was_usual() -> None:
    burst = [row(f"oplata{at}-gosuslugi.ru", 77, DAY - timedelta(at % 3)) for at in range(30)]
    found = find_bursts(changes([*history(1), *burst]), as_of=DAY, limits=BurstLimits(sample=2))
    assert found.schema == BURSTS
    assert set(found.select("reason", "pattern").rows()) == {
        ("burst-of-servers", "77"),
        ("burst-of-template", "oplata#-gosuslugi"),
        ("burst-of-last-word", "*-gosuslugi"),
    }
    first = found.row(0, named=True)
    assert (first["names"], first["names_before"], len(first["sample"])) == (30, 0, 2)
    assert first["expected"] < 5
    assert first["chance"] < 1e-9
    assert find_bursts(changes([*history(1), *burst]), as_of=DAY, limits=BurstLimits(bursts=1)).height == 1


def test_a_large_hoster_with_its_usual_share_is_no_burst_on_a_busy_day() -> None:
    busy = [row(f"busy{name}", ns, DAY) for name, _, _, ns, _, _ in history(2, days=10)]  # type: ignore[misc]
    reasons = find_bursts(changes([*history(1), *busy]), as_of=DAY)["reason"].to_list()
    assert "burst-of-servers" not in reasons


def test_without_history_nothing_is_said() -> None:
    with pytest.raises(BurstHistoryError, match="3 earlier days"):
        find_bursts(changes(history(1, days=6)), as_of=DAY)


def test_names_that_were_held_are_told_when_they_are_back() -> None:
    held = DAY - timedelta(40)
    told = changes(
        [
            row("back.ru", 1, DAY, "returned", held + timedelta(1)),
            row("expired.ru", 1, DAY, "returned", held + timedelta(30)),
            row("forgotten.ru", 1, DAY),
            row("later.ru", 1, DAY),
            row("new.ru", 1, DAY),
        ]
    )
    holds = pl.DataFrame(
        [
            ("back.ru", held),
            ("back.ru", held - timedelta(300)),
            ("expired.ru", held),
            ("forgotten.ru", held),
            ("forgotten.ru", held - timedelta(9)),
            ("later.ru", DAY + timedelta(1)),
        ],
        schema=HOLDS,
        orient="row",
    )
    marked = mark_returned(told, holds)
    assert marked["change"].to_list() == ["returned", "returned", "returned", "new", "new"]
    assert marked["away_since"].to_list() == [held + timedelta(1), held + timedelta(30), held, None, None]
    assert find_returns(told, holds).select("name", "held_on").rows() == [("back.ru", held), ("forgotten.ru", held)]
    assert find_returns(told, holds.clear()).is_empty()
