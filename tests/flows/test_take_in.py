"""Intake into a real store: where every record ends, that nothing is stored twice, and that refusals can be mended."""

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from comity.core.errors import InputError
from comity.core.names import NameFolder
from comity.edges.guard_lists import load_guard
from comity.edges.home import Home, NodeSettings
from comity.edges.reject_file import RejectFile
from comity.edges.report_source import Limits, Source
from comity.edges.suffix_file import load_suffixes
from comity.flows.take_in import Intake, Plan, take_in
from comity.store import models
from comity.store.cases import timeline
from comity.store.reports import count_by_standing, iter_foreign
from comity.wire.formats import FORMATS, fixed_category

AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
FOLDER = NameFolder(load_suffixes())

pytestmark = pytest.mark.django_db

Feed = Callable[..., Intake]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path, NodeSettings("cctld.ru", ("ru", "xn--p1ai"), "k"))


def intake(
    home: Home, path: Path, declared: str = "ndjson", *, reporter: str = "r", at: datetime = AT, **more: str
) -> Intake:
    """Take one file in; its refusals go to `rejects.ndjson` beside the node."""
    total = Intake()
    chosen = FORMATS[declared] if declared else None
    if chosen is not None and "category" in more:
        chosen = fixed_category(chosen, more["category"])
    with RejectFile(home.path / "rejects.ndjson") as rejects, Source(str(path), Limits()) as source:
        take_in(
            home, source, Plan(declared=chosen, reporter=reporter), intake=total, rejects=rejects, folder=FOLDER,
            guard=load_guard(home), clock=lambda: at,
        )  # fmt: skip
    assert total.read == total.accepted + total.duplicate + total.rejected + total.foreign
    return total


def feed(home: Home, *rows: dict[str, object], at: datetime = AT, reporter: str = "r") -> Intake:
    path = home.path / "feed.ndjson"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return intake(home, path, at=at, reporter=reporter)


def row(name: str, category: str = "phishing", **more: object) -> dict[str, object]:
    return {"name": name, "category": category, **more}


def state() -> dict[str, object]:
    """All that intake stored, without when and by which run."""
    return {
        "cases": sorted(
            models.Case.objects.values_list("uuid", "ref", "registrable", "category", "episode", "report_count")
        ),
        "reports": sorted(
            (bytes(key), *rest)
            for key, *rest in models.Report.objects.values_list("key", "uuid", "standing", "host", "case__uuid", "body")
        ),
    }


def test_every_record_ends_as_exactly_one_of_four(home: Home) -> None:
    total = feed(
        home,
        row("http://a.shop-demo.ru/login"),
        row("HTTP://A.shop-demo.RU:80/login"),  # the same target in another spelling
        row("http://shop-demo.ru/other"),  # joins the case of the registrable domain
        row("shop-demo.ru", "malware"),  # another category, another case
        row("лавка-демо.рф"),
        row("shop-demo.by"),
        row("shop-demo.com"),
        row("http://192.0.2.1/x"),
        row("gambling-demo.ru", "gambling"),
        row("www.sberbank.ru"),
    )
    assert (total.read, total.accepted, total.duplicate, total.rejected, total.foreign) == (10, 5, 1, 2, 2)
    assert (total.cases_opened, total.joined, total.held) == (3, 1, 1)
    assert total.by_zone == {"ru": 6, "xn--p1ai": 1, "by": 1}
    assert total.by_category == {"phishing": 7, "malware": 1}
    assert total.by_reason == {"ip-address": 1, "category-out-of-scope": 1}
    assert count_by_standing() == {"accepted": 4, "foreign": 2, "held": 1}
    assert [one.host for one in iter_foreign()] == ["shop-demo.by", "shop-demo.com"]


def test_a_case_has_its_first_entry_and_counts_its_reports(home: Home) -> None:
    feed(home, row("http://shop-demo.ru/1"), row("http://shop-demo.ru/2"))
    feed(home, row("http://shop-demo.ru/3"), row("http://shop-demo.ru/4"), at=AT + timedelta(hours=1))
    case = models.Case.objects.get()
    assert (case.report_count, case.state, case.severity, case.party) == (4, "received", "high", "cctld.ru")
    entries = timeline(case.pk)
    assert [(one.event, one.from_state, one.to_state) for one in entries] == [
        ("opened", "", "received"),
        ("report_joined", "received", "received"),
    ]
    assert entries[1].note == "reports: 2"
    assert case.event_count == 2


def test_the_same_file_twice_adds_nothing(home: Home) -> None:
    rows = [
        row("shop-demo.ru"),
        row("shop-demo.com"),
        row("sberbank.ru"),
        row("x-demo.ru", observed_at="2026-11-01T00:00:00Z"),
    ]
    feed(home, *rows)
    before = state()
    again = feed(home, *rows, at=AT + timedelta(days=1))
    assert (again.accepted, again.duplicate, again.foreign, again.cases_opened) == (0, 4, 0, 0)
    assert state() == before


def test_another_reporter_says_the_same_and_is_no_duplicate(home: Home) -> None:
    feed(home, row("shop-demo.ru"))
    other = feed(home, row("shop-demo.ru"), reporter="other")
    assert (other.accepted, other.joined, other.cases_opened) == (1, 1, 0)


def test_a_report_id_is_known_for_ever(home: Home) -> None:
    report_id = "7b0f3f0e-7c4e-4b1e-9d0a-2f6f0c6b9a01"
    feed(home, row("shop-demo.ru", report_id=report_id))
    models.Case.objects.update(state="closed", closed_at=AT)
    later = feed(
        home,
        row("shop-demo.ru", report_id=report_id, observed_at="2026-12-30T00:00:00Z"),
        at=AT + timedelta(days=90),
        reporter="other",
    )
    assert (later.duplicate, later.cases_opened) == (1, 0)


def test_a_closed_case_takes_what_was_seen_before_and_a_new_episode_what_was_seen_after(home: Home) -> None:
    feed(home, row("shop-demo.ru", observed_at="2026-11-20T00:00:00Z"))
    models.Case.objects.update(state="closed", closed_at=AT, outcome="cured_by_registrant")
    late = feed(
        home,
        row("http://shop-demo.ru/late", observed_at="2026-11-22T00:00:00Z"),
        row("http://shop-demo.ru/anew", observed_at="2026-11-25T00:00:00Z"),
        row("http://shop-demo.ru/more", observed_at="2026-11-26T00:00:00Z"),
        at=AT + timedelta(days=5),
    )
    assert (late.accepted, late.joined, late.cases_opened) == (3, 2, 1)
    cases = list(models.Case.objects.order_by("episode"))
    assert [(case.episode, case.state, case.report_count, case.outcome) for case in cases] == [
        (1, "closed", 2, "cured_by_registrant"),
        (2, "received", 2, ""),
    ]
    assert cases[0].closed_at == AT
    # The same target seen again in the new episode is a new claim, in the old one it is not.
    again = feed(home, row("http://shop-demo.ru/late", observed_at="2026-11-27T00:00:00Z"), at=AT + timedelta(days=6))
    assert (again.accepted, again.duplicate) == (1, 0)


def test_a_protected_name_opens_no_case_but_joins_one_that_a_person_opened(home: Home) -> None:
    held = feed(home, row("http://evil-demo.mooo.com/"), row("http://sberbank.ru/x"), row("http://user-demo.msk.ru/"))
    assert (held.held, held.accepted, held.foreign, held.cases_opened) == (2, 2, 1, 0)
    models.Case.objects.create(
        ref="R", uuid="u" * 36, registrable="sberbank.ru", category="phishing", episode=1, zone="ru", party="cctld.ru",
        state="received", severity="high", protected="banks", event_count=0, opened_at=AT, changed_at=AT,
    )  # fmt: skip
    joined = feed(home, row("http://sberbank.ru/y"))
    assert (joined.accepted, joined.held, joined.joined) == (1, 0, 1)


def test_refusals_can_be_mended_and_fed_again(home: Home) -> None:
    lines = [
        "id,dateadded,url,url_status,last_online,threat,tags,urlhaus_link,reporter",
        '"1","2026-11-20 07:11:06","http://good-demo.ru/","online","","malware_download","None","",""',
        '"2","yesterday","http://time-demo.ru/","online","","malware_download","None","",""',
        '"3","2026-11-20 07:11:06","http://quote-demo.ru/,"online","","malware_download","None","",""',
        '"4","2026-11-20 07:11:06","http://few-demo.ru/"',
    ]
    path = home.path / "feed.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    first = intake(home, path, "urlhaus-csv", reporter="urlhaus.abuse.ch")
    assert (first.accepted, first.rejected) == (1, 3)
    assert first.by_zone == {"ru": 2}
    header, *refused = [json.loads(line) for line in (home.path / "rejects.ndjson").read_bytes().splitlines()]
    assert (header["format"], header["reporter"], header["header"]) == (
        "comity-rejects/1",
        "urlhaus.abuse.ch",
        lines[0],
    )
    assert [(one["line"], one["reason"], one["raw"]) for one in refused] == [
        (3, "bad-time", lines[2]), (4, one_of(refused[1]["reason"]), lines[3]), (5, "column-count", lines[4]),
    ]  # fmt: skip
    refused[0]["raw"] = refused[0]["raw"].replace("yesterday", "2026-11-19 00:00:00")
    refused[1]["raw"] = refused[1]["raw"].replace('ru/,"', 'ru/","')
    mended = home.path / "mended.ndjson"
    mended.write_text("".join(f"{json.dumps(one)}\n" for one in [header, *refused]), encoding="utf-8")
    second = intake(home, mended, "", reporter="")
    assert (second.read, second.accepted, second.rejected) == (3, 2, 1)
    assert set(models.Report.objects.values_list("reporter__key", flat=True)) == {"urlhaus.abuse.ch"}
    # Fed as the feed itself says it now, it is the same claim.
    path.write_text("\n".join([lines[0], refused[0]["raw"]]), encoding="utf-8")
    assert intake(home, path, "urlhaus-csv", reporter="urlhaus.abuse.ch").duplicate == 1


def one_of(reason: str) -> str:
    assert reason in {"unclosed-quote", "bad-quoting"}
    return reason


def test_text_that_is_none_is_set_aside_and_the_rest_goes_on(home: Home) -> None:
    path = home.path / "feed.txt"
    path.write_bytes(b"\xef\xbb\xbfa-demo.ru\r\nb\xff-demo.ru\nc\0-demo.ru\n" + b"x" * 70_000 + b"\nd-demo.ru")
    total = intake(home, path, "names", category="phishing")
    assert (total.read, total.accepted, total.rejected) == (5, 2, 3)
    assert total.by_reason == {"invalid-text": 1, "nul-byte": 1, "line-too-long": 1}
    _, *refused = [json.loads(line) for line in (home.path / "rejects.ndjson").read_bytes().splitlines()]
    assert sorted((one["line"], one["reason"]) for one in refused) == [
        (2, "invalid-text"), (3, "nul-byte"), (4, "line-too-long"),
    ]  # fmt: skip
    assert intake(home, home.path / "rejects.ndjson", "", reporter="").rejected == 3


def test_nothing_of_a_record_about_child_abuse_is_kept(home: Home) -> None:
    total = feed(home, row("secret-demo.ru", "csam", narrative="unspeakable"))
    assert total.by_reason == {"category-out-of-scope": 1}
    kept = (home.path / "rejects.ndjson").read_text(encoding="utf-8")
    assert "secret-demo" not in kept
    assert "unspeakable" not in kept
    assert "hotline" in kept


def test_a_damaged_source_is_an_error_after_what_was_whole(home: Home) -> None:
    path = home.path / "broken.gz"
    path.write_bytes(b"\x1f\x8b\x08\0\0\0\0\0\0\3" + b"\xff" * 40)
    with pytest.raises(InputError, match="damaged gzip"):
        intake(home, path, "names", category="phishing")
    assert models.IntakeRun.objects.get().finished_at == AT


STORED = {
    "abuse/urlhaus_csv_2025-04-21.csv.gz": ("urlhaus-csv", ""),
    "abuse/phishtank_2021-05-27.csv.gz": ("phishtank-csv", ""),
    "abuse/dga_flubot_germany_v3.7.txt.gz": ("names", "botnet-c2"),
    "abuse/nrd_phishing_30day_2025-09-06.txt.gz": ("names", "phishing"),
}


@pytest.mark.parametrize("file", STORED)
def test_real_lists_are_stored_as_the_ground_truth_counts_them(home: Home, shared_data: Path, file: str) -> None:
    declared, category = STORED[file]
    more = {"category": category} if category else {}
    total = intake(home, shared_data / file, declared, **more)
    with (shared_data / "truth" / "list_totals.csv").open(encoding="utf-8") as rows:
        truth = next(one for one in csv.DictReader(rows) if one["file"] == file)
    with (shared_data / "truth" / "list_zone_counts.csv").open(encoding="utf-8") as rows:
        zones = {one["zone"]: int(one["rows"]) for one in csv.DictReader(rows) if one["file"] == file}
    assert total.read == int(truth["data_rows"])
    assert total.by_zone == {zone: count for zone, count in zones.items() if count}
    assert total.by_reason["ip-address"] == int(truth["rows_with_ip"])
    assert sum(count_by_standing().values()) == total.accepted + total.foreign
    before = state()
    again = intake(home, shared_data / file, declared, **more)
    assert (again.accepted, again.foreign, again.rejected) == (0, 0, total.rejected)
    assert state() == before


def test_a_rejects_file_without_its_header_is_refused(home: Home) -> None:
    path = home.path / "headless.ndjson"
    path.write_text('{"line":1,"reason":"x","message":"y","raw":"a-demo.ru"}\n', encoding="utf-8")
    with pytest.raises(InputError, match="header record"):
        intake(home, path, "", reporter="")
    assert not models.Report.objects.exists()
