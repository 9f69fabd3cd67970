"""Parts, answers and counts of algorithmic names; how a list is split; which names are dangerous to act on."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core import dga, dga_split
from comity.core.dga import (
    ANSWERS,
    LETTERS,
    PART_BYTES,
    count_part,
    cut_parts,
    fold_counts,
    is_before,
    next_check,
    parse_answers,
    parse_family,
    render_answers,
    why_not,
)
from comity.core.dga_dangers import find_dangers, know
from comity.core.dga_split import Split
from comity.core.errors import InputError, TooLargeError
from comity.core.guards import join_guard_lists, parse_guard_list
from comity.core.names import NameFolder
from comity.core.parties import PARTY_OF_ZONE
from comity.edges.suffix_file import load_suffixes

TODAY = date(2026, 11, 26)
FOLDER = NameFolder(load_suffixes())
GUARD = join_guard_lists([parse_guard_list("own", "bankdemo.ru\nshopdemo.com\n.gov.by")])
LABELS = st.from_regex(r"[a-z]{5,9}", fullmatch=True)
ZONES = st.sampled_from(["ru", "by", "su", "cn", "com", "net"])
DAYS = st.sampled_from(["", "2026-11-25", "2026-11-26", "2026-12-01"])


def split_of(rows: list[tuple[str, str]]) -> Split:
    split = Split(FOLDER, GUARD, on=TODAY)
    split.add([name for name, _day in rows], [day for _name, day in rows], range(1, len(rows) + 1))
    return split


@given(st.lists(st.tuples(st.tuples(LABELS, ZONES).map(".".join), DAYS), max_size=60))
def test_shares_are_the_list_disjoint_and_nothing_is_invented(rows: list[tuple[str, str]]) -> None:
    split = split_of(rows)
    shares = [(zone, day, host) for (zone, day), hosts in split.shares.items() for host in hosts]
    assert len(shares) == len(set(shares))
    assert {(day, host) for _zone, day, host in shares} == {
        (day, name) for name, day in rows if is_before(day, on=TODAY) and name not in split.held
    }
    assert all(host.endswith("." + zone) for zone, _day, host in shares)
    assert sum(split.counts.values()) == len(rows)
    assert split.counts["kept"] == len(shares)
    assert split.foreign == sum(zone not in PARTY_OF_ZONE for zone, _day, _host in shares)
    parts = [part for zone, days in split.by_zone().items() for part in cut_parts(zone, days)]
    assert sorted((part.zone, day, host) for part in parts for day, host in part.hosts()) == sorted(shares)


def test_what_is_left_out_is_said() -> None:
    split = split_of([
        ("https://qxkvjwzr.ru/gate", ""), ("QXKVJWZR.RU.", ""), ("www.qxkvjwzr.ru", ""), ("com.ru", ""), ("x", ""),
        ("qxkvjwzr.com.vn", ""), ("пример.рф", ""), ("xn--e1afmkfd.xn--p1ai", ""), ("bankdemo.ru", ""),
        ("bankdemo.ru", "2026-12-01"), ("a.gov.by", ""), ("192.0.2.1", ""), ("xn--a.ru", ""), ("b", "2026-11-01"),
    ])  # fmt: skip
    counts = +split.counts
    assert (counts["duplicate"], counts["not-registrable"], counts["held"]) == (3, 2, 2)
    assert split.held == {"bankdemo.ru": "own", "a.gov.by": "own"}
    assert {zone: sum(len(hosts) for _day, hosts in days) for zone, days in split.by_zone().items()} == {
        "ru": 1, "vn": 1, "xn--p1ai": 1,
    }  # fmt: skip
    assert sum(counts.values()) == 14


def test_a_list_has_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dga_split, "MOST_NAMES", 2)
    with pytest.raises(TooLargeError):
        split_of([("qxkvjwzr.ru", ""), ("zvqwkxjh.ru", ""), ("hjwqzkxv.ru", "")])


def test_a_later_version_forgets_what_an_earlier_one_said() -> None:
    split = split_of([("qxkvjwzr.ru", ""), ("zvqwkxjh.ru", ""), ("qxkvjwzr.ru", "2026-12-01")])
    split.forget({("ru", ""): frozenset({"qxkvjwzr.ru", "other.ru"})})
    assert (split.counts["kept"], split.counts["known"]) == (2, 1)
    assert split.shares == {("ru", ""): {"zvqwkxjh.ru"}, ("ru", "2026-12-01"): {"qxkvjwzr.ru"}}


@given(st.lists(st.sampled_from(ANSWERS), max_size=80))
def test_answers_are_read_as_they_were_written(answers: list[str]) -> None:
    runs = render_answers(answers)
    assert parse_answers(runs, count=len(answers)) == answers
    assert parse_answers(runs, count=len(answers) + 1) is None
    assert len(set(LETTERS.values())) == len(ANSWERS)


@given(st.text(alphabet="0123456789wbsvndax ", max_size=12), st.integers(0, 40))
def test_wrong_runs_never_count_what_they_do_not_say(text: str, count: int) -> None:
    said = parse_answers(text, count=count)
    assert said is None or len(said) == count


def test_parts_are_cut_by_size_and_counted_together() -> None:
    hosts = [f"q{number:07}.ru" for number in range(20_000)]
    parts = cut_parts("ru", [("2026-12-01", hosts[:9_000]), ("", hosts[9_000:])])
    assert [part.number for part in parts] == list(range(len(parts)))
    assert {part.of for part in parts} == {len(parts)}
    sizes = [sum(len(name) + 1 for day in part.days for name in day.names) for part in parts]
    assert max(sizes) <= PART_BYTES
    assert len(parts) <= sum(sizes) // PART_BYTES + 2
    assert fold_counts(count_part(part, "") for part in parts) == {
        ("ru", "2026-12-01"): Counter(waiting=9_000), ("ru", ""): Counter(waiting=11_000),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("host", "dangers"),
    [
        ("qxkvjwzr.ru", ()), ("bankdemo.ru", ("protected",)), ("bankdemo.by", ("known-elsewhere",)),
        ("bankdemo-shopdemo.by", ("known-words",)), ("shopdemobankdemo.by", ("known-words",)),
        ("xkz.ru", ("short",)), ("xn--e1afmkfd.xn--p1ai", ("idn",)), ("any.gov.by", ("protected", "short")),
    ],
)  # fmt: skip
def test_dangers(host: str, dangers: tuple[str, ...]) -> None:
    assert find_dangers(host, know(GUARD)) == dangers


@pytest.mark.parametrize(
    ("answer", "check", "dangers", "alone", "boss", "why"),
    [
        ("blocked", "unregistered", "", False, False, ""),
        ("blocked", "unchecked", "", False, True, "not-checked"),
        ("blocked", "undelegated", "", False, True, "not-checked"),
        ("blocked", "failed", "", True, False, ""),
        ("not-registered", "unregistered", "short", False, False, ""),
        ("not-registered", "unchecked", "", False, False, "not-checked"),
        ("not-registered", "protected", "protected", True, True, "protected"),
        ("blocked", "registered", "", False, True, "registered"),
        ("blocked", "registered", "", True, False, ""),
        ("sinkholed", "unregistered", "short", False, True, "dangerous"),
        ("sinkholed", "unregistered", "short", True, False, "needs-supervisor"),
        ("sinkholed", "unregistered", "short", True, True, ""),
        ("already-acted", "protected", "protected", True, True, "protected"),
        ("not-registered", "registered", "", True, True, "registered"),
        ("not-registered", "undelegated", "short", True, False, ""),
        ("registered-by-victim", "protected", "protected", False, False, ""),
        ("declined", "registered", "idn", False, False, ""),
        ("waiting", "registered", "", False, False, ""),
    ],
)
def test_which_answer_may_be_given(answer: str, check: str, dangers: str, alone: bool, boss: bool, why: str) -> None:
    assert why_not(answer, check=check, dangers=dangers, alone=alone, by_supervisor=boss) == why  # type: ignore[arg-type]


def test_a_name_is_looked_at_a_week_before_its_day_and_on_its_eve() -> None:
    assert next_check("2026-12-31", at_day=TODAY, checked=False) == date(2026, 12, 24)
    assert next_check("2026-11-27", at_day=TODAY, checked=False) == TODAY
    assert next_check("2026-11-25", at_day=TODAY, checked=False) is None
    assert next_check("2026-12-31", at_day=date(2026, 12, 24), checked=True) == date(2026, 12, 30)
    assert next_check("2026-12-31", at_day=date(2026, 12, 30), checked=True) is None
    assert next_check("", at_day=TODAY, checked=False) == TODAY
    assert next_check("", at_day=TODAY, checked=True) == date(2026, 12, 3)


def test_a_family_has_one_form() -> None:
    assert parse_family(" Flu Bot ") == "flu-bot"
    for wrong in ("", "../x", "a" * 61, "-a", "семейство"):
        with pytest.raises(InputError):
            parse_family(wrong)
    assert dga.UNDATED == ""
