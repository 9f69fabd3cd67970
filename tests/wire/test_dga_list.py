"""Lists of algorithmic names as research writes them: each format, each way to write a day, each line that is wrong."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.errors import InputError, TooLargeError
from comity.wire import dga_list
from comity.wire.dga_list import DgaFormat, DgaLines, DgaReader, detect_dga_format, parse_format

TODAY = date(2026, 11, 26)
SAMPLES = Path(__file__).resolve().parent.parent / "samples"


def read(text: str, declared: str = "auto", *, dates: str = "iso", family: str = "demo") -> DgaLines:
    lines = text.split("\n")
    form = parse_format(declared, dates=dates) or detect_dga_format(lines, dates=dates)
    return DgaReader(form, family=family, on=TODAY).read(lines, 1)


def rows(found: DgaLines) -> list[tuple[str, str, int]]:
    return list(zip(found.names, found.days, found.lines, strict=True))


def codes(found: DgaLines) -> list[tuple[int, str]]:
    return [(line, code) for line, code, _text in found.problems]


def test_a_name_a_line() -> None:
    found = read("# a family\n\nqxkvjwzr.by\n  zvqwkxjh.ru # seed 7\n// end\n")
    assert rows(found) == [("qxkvjwzr.by", "", 3), ("zvqwkxjh.ru", "", 4)]
    assert rows(read("a.by\nb.by\n\n")) == [("a.by", "", 1), ("b.by", "", 2)]
    assert rows(read("a.by\nb.by")) == [("a.by", "", 1), ("b.by", "", 2)]


@pytest.mark.parametrize(
    "text",
    [
        "qxkvjwzr.by,2026-12-01\n", "2026-12-01,qxkvjwzr.by\n", "qxkvjwzr.by;2026-12-01T00:00:00Z\n",
        "domain,date\nqxkvjwzr.by,2026-12-01\n", '"qxkvjwzr.by"\t"2026-12-01"\n',
        "seed,date,domain,family\n7,2026-12-01,qxkvjwzr.by,Demo\n",
        "domain,valid_from,valid_until\nqxkvjwzr.by,2026-12-01,2026-12-08\n",
    ],
)  # fmt: skip
def test_names_with_days_are_told_apart_by_themselves(text: str) -> None:
    assert [row[:2] for row in rows(read(text))] == [("qxkvjwzr.by", "2026-12-01")]


def test_the_committed_sample_is_read_whole() -> None:
    found = read((SAMPLES / "dga.csv").read_text(encoding="utf-8"))
    assert rows(found) == [
        ("qxkvjwzr.example.ru", "2026-12-01", 3), ("zvqwkxjh.ru", "2026-12-02", 4), ("hjwqzkxv.by", "2026-12-03", 5),
    ]  # fmt: skip
    assert codes(found) == [(6, "other-family"), (7, "bad-date"), (8, "too-few-columns"), (9, "bad-quotes")]


@pytest.mark.parametrize(
    ("dates", "text"),
    [("compact", "20261201"), ("dmy-dots", "01.12.2026"), ("dmy-slashes", "01/12/2026"), ("mdy-slashes", "12/01/2026")],
)
def test_declared_days(dates: str, text: str) -> None:
    assert rows(read(f"{text},qxkvjwzr.by", dates=dates))[0][1] == "2026-12-01"
    assert codes(read(f"2026-12-01,qxkvjwzr.by\n{text},q.by", "date,name", dates=dates)) == [(1, "bad-date")]


def test_a_span_of_days_begins_today_at_the_earliest() -> None:
    header = "domain,valid_from,valid_to\n"
    assert rows(read(header + "a.by,2026-11-20,2026-12-20"))[0][1] == "2026-11-26"
    assert rows(read(header + "a.by,2026-11-01,2026-11-20"))[0][1] == "2026-11-01"
    assert codes(read(header + "a.by,2026-11-20,2026-11-01")) == [(2, "bad-date")]


@pytest.mark.parametrize(
    "day", ["2026-02-30", "0001-01-01", "9999-12-31", "2026-12-1", "tomorrow", "", "２０２６-12-01"]
)
def test_what_is_no_day(day: str) -> None:
    assert codes(read(f"{day},a.by", "date,name")) == [(1, "bad-date")]


def test_what_cannot_be_told_is_asked_for() -> None:
    for text in ("a,b,c\n1,2,3\n", "x;y\n", "domain,host\na.by,b.by\n"):
        with pytest.raises(InputError):
            detect_dga_format(text.split("\n"))
    for declared in ("date", "name,name", "name,until", "nom", ""):
        with pytest.raises(InputError):
            parse_format(declared)
    with pytest.raises(InputError):
        parse_format("names", dates="julian")


def test_a_list_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dga_list, "MAX_LINES", 3)
    reader = DgaReader(DgaFormat(("name",)), family="demo", on=TODAY)
    reader.read(["a.by", "b.by"], 1)
    with pytest.raises(TooLargeError, match="line 5"):
        reader.read(["c.by", "d.by"], 3)


@given(st.text(max_size=200))
def test_whatever_is_read_each_line_is_a_row_a_problem_or_nothing(text: str) -> None:
    lines = text.split("\n")
    for declared in (DgaFormat(("name",)), DgaFormat(("date", "name")), DgaFormat(("name", "date", "family"), ";")):
        found = DgaReader(declared, family="demo", on=TODAY).read(lines, 1)
        told = [*found.lines, *(line for line, _code, _text in found.problems)]
        assert len(told) == len(set(told))
        assert set(told) <= set(range(1, len(lines) + 1))
        assert len(found.names) == len(found.days) == len(found.lines)
