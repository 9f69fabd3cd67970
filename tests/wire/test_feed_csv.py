"""A spoilt row is refused by itself, with its reason; the rows around it are read."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from comity.core.errors import InputError
from comity.wire.feed_csv import CsvReader
from comity.wire.formats import FORMATS, parse_mapping

MAPPING = parse_mapping(
    '[columns]\nname = "name"\nseen = "observed_at"\nport = "port"\n'
    '[category]\ncolumn = "what"\nmap = {c2 = "botnet-c2"}'
)
HEADER = "name,seen,port,what"


def read(*lines: str) -> dict[int, str]:
    """What became of each line: its name or its reason."""
    records = CsvReader(MAPPING).read([HEADER, *lines], 1)
    return {one.line: one.problem.code if one.problem else one.name for one in records}


def test_each_fault_has_its_reason_and_stops_nothing() -> None:
    assert read(
        "a.ru,2026-01-01,1,c2",
        'b.ru,"2026-01-01,1,c2',
        "c.ru,2026-01-01,1",
        "d.ru,yesterday,1,c2",
        "e.ru,2026-01-01,eighty,c2",
        "f.ru,2026-01-01,1,gambling",
        'g.ru,"2026-01-01"x,1,c2',
        "",
        "# comment",
        HEADER,
        '"h.ru","2026-01-01","1","c2"',
        'i.ru,,none,BOTNET_C2',
    ) == {
        2: "a.ru", 3: "unclosed-quote", 4: "column-count", 5: "bad-time", 6: "bad-field", 7: "category-out-of-scope",
        8: "bad-quoting", 12: "h.ru", 13: "i.ru",
    }  # fmt: skip


def test_a_quote_that_runs_over_spoils_only_its_own_line() -> None:
    lines = ['x" odd.ru,"2026,1,c2', *[f"n{i}.ru,2026-01-01,1,c2" for i in range(2_000)]]
    found = read(*lines)
    assert found[2] in {"unclosed-quote", "column-count"}
    assert [name for line, name in found.items() if line > 2] == [f"n{i}.ru" for i in range(2_000)]


def test_a_record_about_child_abuse_is_not_kept() -> None:
    (record,) = CsvReader(MAPPING).read([HEADER, "secret.ru,2026-01-01,1,CSAM"], 1)
    assert record.raw is None
    assert record.problem is not None
    assert (record.problem.code, "hotline" in record.problem.message) == ("category-out-of-scope", True)


def test_a_header_without_the_mapped_column_is_refused_with_its_name() -> None:
    with pytest.raises(InputError, match="no column port, what"):
        list(CsvReader(MAPPING).read(["name,seen", "a.ru,2026-01-01"], 1))
    with pytest.raises(InputError, match="nothing says the category"):
        list(CsvReader(FORMATS["csv"]).read(["name,tags"], 1))


CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=12)


@given(st.lists(st.tuples(CELLS, st.sampled_from(["c2", "other"])), max_size=30))
def test_what_a_csv_writer_wrote_is_read_back(rows: list[tuple[str, str]]) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([(name, "2026-01-01", "1", what) for name, what in rows])
    records = list(CsvReader(MAPPING).read([HEADER, *out.getvalue().split("\n")], 1))
    assert [record.name for record in records] == [name.strip() for name, _ in rows]
    assert [record.report is not None for record in records] == [what == "c2" for _, what in rows]


@given(st.lists(st.text(st.sampled_from("a,\"' #\t."), max_size=10), max_size=40))
def test_every_line_is_at_most_one_record_and_nothing_raises(lines: list[str]) -> None:
    records = list(CsvReader(MAPPING).read([HEADER, *lines], 1))
    numbers = [record.line for record in records]
    assert numbers == sorted(set(numbers))
    spoken = {number for number, line in enumerate(lines, 2) if line.strip() and not line.startswith("#")}
    assert set(numbers) == spoken
    assert all((record.report is None) != (record.problem is None) for record in records)


def plainly(line: str, *, delimiter: str, skip_spaces: bool) -> list[str] | None:
    """The cells of one line as `csv` alone reads them; None where a quote is wrong."""
    try:
        return next(csv.reader((line,), delimiter=delimiter, skipinitialspace=skip_spaces, strict=True), [])
    except csv.Error:
        return None


LETTERS = st.sampled_from(['"', '","', '";"', ",", ";", " ", "a", "бел", "\r", "\t", "'", '""', "#"])
LINES = st.lists(LETTERS, max_size=12).map("".join)
QUOTED_CELLS = st.lists(st.sampled_from(["a", " ", "'", "\r"]), max_size=3).map("".join)
QUOTED = st.lists(QUOTED_CELLS, min_size=4, max_size=4).map(lambda cells: ",".join(f'"{cell}"' for cell in cells))


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("skip_spaces", [False, True])
@given(lines=st.lists(LINES | QUOTED, max_size=8))
def test_cutting_a_line_gives_what_csv_reads(lines: list[str], delimiter: str, skip_spaces: bool) -> None:
    reader = CsvReader(replace(MAPPING, delimiter=delimiter, skip_spaces=skip_spaces, header=tuple(HEADER.split(","))))
    expected = [plainly(line, delimiter=delimiter, skip_spaces=skip_spaces) for line in lines]
    assert [row if isinstance(row, list) else None for row in reader._split(lines)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23 09:30:00", "2026-11-23T09:30:00+00:00"),
        ("2026-11-23", "2026-11-23T00:00:00+00:00"),
        ("2026-11-23T09:30:00Z", "2026-11-23T09:30:00+00:00"),
        ("2026-11-23T09:30:00+03:00", "2026-11-23T06:30:00+00:00"),
        ("2026-11-23T09:30:00+00:00", "2026-11-23T09:30:00+00:00"),
        (" 2026/11/23 09:30 ", "2026-11-23T09:30:00+00:00"),
    ],
)
def test_times_of_every_spelling_are_utc(text: str, expected: str) -> None:
    (record,) = CsvReader(MAPPING).read([HEADER, f'"a.ru","{text}","1","c2"'], 1)
    assert record.report is not None
    assert record.report.observed_at is not None
    assert record.report.observed_at.isoformat() == expected
