"""The demo's feed has the shares it says, names nobody real as malicious, and is the same again from the same seed."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice

import msgspec
import pytest

from comity.core.categories import CATEGORIES
from comity.core.evidence import fields_present
from comity.core.names import Name, NameFolder, NameRefusal
from comity.core.reports import Report
from comity.demo.feed import LINE_KINDS, Feed, FeedLine, write_feed
from comity.demo.mix import load_mix
from comity.demo.names import PROTECTED
from comity.edges.suffix_file import load_suffixes
from comity.wire.report_json import NdjsonReader

START = datetime(2027, 3, 1, 12, tzinfo=UTC)
MIX = load_mix()
MARKED = re.compile(r"-demo-[a-z2-7]{7}\.")


def make(records: int, party: str = "cctld.ru", seed: int = 7) -> list[FeedLine]:
    partner = next(other for other in PROTECTED if other != party)
    return list(Feed(party, partner, MIX, seed=seed, start=START).lines(records))


@pytest.fixture(scope="module")
def lines() -> list[FeedLine]:
    return make(12_000)


@pytest.fixture(scope="module")
def folder() -> NameFolder:
    return NameFolder(load_suffixes(None))


def decoded(lines: list[FeedLine]) -> list[tuple[FeedLine, Report]]:
    kinds = {"claim", "second-page", "duplicate", "protected"}
    return [(line, msgspec.json.decode(line.data, type=Report)) for line in lines if line.kind in kinds]


def test_the_same_seed_makes_the_same_bytes_and_another_seed_others() -> None:
    assert [line.data for line in make(300)] == [line.data for line in make(300)]
    assert [line.data for line in make(300, seed=8)] != [line.data for line in make(300)]


def test_every_line_is_one_line(lines: list[FeedLine]) -> None:
    assert all(line.data.endswith(b"\n") and line.data.count(b"\n") == 1 for line in lines)


def test_a_feed_has_every_kind_of_line_in_its_share(lines: list[FeedLine]) -> None:
    kinds = Counter(line.kind for line in lines)
    assert set(kinds) == set(LINE_KINDS)
    shares = {kind: kinds[kind] / len(lines) for kind in LINE_KINDS}
    assert shares["duplicate"] == pytest.approx(0.18, abs=0.015)
    assert shares["out-of-scope"] == pytest.approx(0.08, abs=0.01)
    assert shares["malformed"] == pytest.approx(0.01, abs=0.004)
    assert shares["ip-only"] == pytest.approx(0.01, abs=0.004)
    assert shares["protected"] == pytest.approx(0.004, abs=0.003)


def test_claims_have_the_categories_of_the_preset(lines: list[FeedLine]) -> None:
    claims = Counter(line.category for line in lines if line.kind == "claim")
    expressible = sum(MIX.category_mix[word] for word in CATEGORIES)
    for word in CATEGORIES:
        share = claims[word] / claims.total()
        assert share == pytest.approx(MIX.category_mix[word] / expressible, abs=0.02), word


def test_claims_are_about_both_parties_zones_and_foreign_ones(lines: list[FeedLine]) -> None:
    zones = Counter(line.zone for line in lines if line.kind == "claim")
    total = zones.total()
    assert (zones["ru"] + zones["xn--p1ai"]) / total == pytest.approx(0.45, abs=0.02)
    assert (zones["by"] + zones["xn--90ais"]) / total == pytest.approx(0.40, abs=0.02)
    assert all(zones[zone] for zone in ("xn--p1ai", "xn--90ais", "com", "vn", "cn", "su", "moscow"))


def test_no_real_name_is_called_malicious(lines: list[FeedLine], folder: NameFolder) -> None:
    real = {name for names in PROTECTED.values() for name in names}
    for line, report in decoded(lines):
        target = folder.target(report.name)
        assert not isinstance(target, NameRefusal), report.name
        if line.kind == "protected":
            assert target.name.ascii in real
        else:
            assert MARKED.search(target.name.unicode), target.name.unicode


def test_every_name_folds_to_the_zone_that_was_meant(lines: list[FeedLine], folder: NameFolder) -> None:
    for line, report in decoded(lines):
        target = folder.target(report.name)
        assert not isinstance(target, NameRefusal)
        assert target.name.suffix == line.zone or line.kind == "protected"


def test_a_duplicate_is_an_earlier_claim_in_another_spelling(lines: list[FeedLine], folder: NameFolder) -> None:
    known: set[tuple[str, str, object]] = set()
    respelt = 0
    for line, report in decoded(lines):
        target = folder.target(report.name)
        assert not isinstance(target, NameRefusal)
        key = (report.category, target.url or target.name.ascii, report.report_id)
        assert (key in known) == (line.kind == "duplicate"), report.name
        respelt += line.kind == "duplicate" and report.name != target.url
        known.add(key)
    assert respelt > 1000


def test_names_of_the_two_feeds_never_meet(folder: NameFolder) -> None:
    """So that what one node was told can be told apart from what its partner sent."""
    of_feed = []
    for party in PROTECTED:
        names = {folder.fold(report.name) for line, report in decoded(make(2_000, party)) if line.kind == "claim"}
        of_feed.append({name.registrable for name in names if isinstance(name, Name)})
    assert not of_feed[0] & of_feed[1]


def test_most_claims_carry_what_the_memorandum_asks_for_and_some_do_not(lines: list[FeedLine]) -> None:
    phishing = [report for line, report in decoded(lines) if line.kind == "claim" and report.category == "phishing"]
    asked = {"url", "observed_at", "verified_at", "screenshot", "impersonated_party", "narrative"}
    complete = [report for report in phishing if asked <= fields_present(report)]
    assert 0.94 < len(complete) / len(phishing) < 0.99
    assert any(report.tlp == "TLP:RED" for report in phishing)
    assert any(report.personal_data for report in phishing)
    assert any(report.machine_only for report in phishing)
    old = [report for report in phishing if report.verified_at and START - report.verified_at > timedelta(days=7)]
    assert 0 < len(old) < len(phishing) / 20


def test_the_reader_accepts_every_claim_and_refuses_every_malformed_line(lines: list[FeedLine]) -> None:
    reader = NdjsonReader()
    for line in islice(lines, 3_000):
        try:
            text = line.data.decode().rstrip("\n")
        except UnicodeDecodeError:
            assert line.kind == "malformed"
            continue
        (record,) = reader.read([text], 1)
        assert (record.report is None) == (line.kind in {"malformed", "out-of-scope"}), text


def test_what_is_written_is_counted(tmp_path) -> None:
    file = tmp_path / "feed.ndjson"
    counts = write_feed(file, "oac.by", MIX, records=500, seed=1, start=START)
    assert len(file.read_bytes().splitlines()) == 500
    assert counts["stored"] == counts["claim"] + counts["second-page"] + counts["protected"]
    assert sum(counts[kind] for kind in LINE_KINDS if kind in counts) == 500
