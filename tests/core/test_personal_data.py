"""Victims' addresses and passwords stand in URLs: they are found, they do not leave, and the host stays what it was."""

import gzip
import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.disclosure import decide
from comity.core.items import build_item, personal_data_classes
from comity.core.names import NameFolder, NameRefusal
from comity.core.personal_data import MASK, VICTIM_CONTACT, mask, mask_url, without_userinfo
from comity.core.redaction import redact, redact_target
from comity.core.reports import Evidence, Report
from comity.edges.suffix_file import load_suffixes
from memoranda_made import NOW, made

MEMORANDUM = made()
FOLDER = NameFolder(load_suffixes())


def report_of(name: str, **changed: object) -> Report:
    report = Report(
        name=name,
        category="phishing",
        url=name,
        observed_at=NOW,
        verified_at=NOW,
        narrative="The page copies the bank's sign-in and sends what is typed to a stranger.",
        impersonated_party="A bank",
        evidence=(Evidence("screenshot"), Evidence("live-check")),
    )
    return msgspec.structs.replace(report, **changed)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://bad.by/a?email=anna@mail-demo.by&x=1", "http://bad.by/a?email=redacted&x=1"),
        ("http://bad.by/a?email=anna%40mail-demo.by", "http://bad.by/a?email=redacted"),
        ("http://bad.by/a?email=anna%2540mail-demo%252Eby", "http://bad.by/a?email=redacted"),
        ("http://bad.by/x/$YW5uYUBtYWlsLWRlbW8uYnk=", "http://bad.by/x/$redacted"),
        ("http://bad.by/x#anna@mail-demo.by", "http://bad.by/x#redacted"),
        ("hxxp://bad[.]by/anna@mail-demo.by", "hxxp://bad[.]by/redacted"),
        ("bad.by/?anna@почта.бел", "bad.by/?redacted"),
    ],
)
def test_an_address_in_a_url_is_a_victims_and_does_not_leave(url: str, told: str) -> None:
    report = report_of(url)
    assert personal_data_classes(report) == (VICTIM_CONTACT,)
    item = build_item(report, sender="cctld.ru", recipient="oac.by", zone="by", memorandum=MEMORANDUM, at=NOW)
    decision = decide(item, MEMORANDUM, at=NOW)
    assert (decision.verdict, decision.redact) == ("send-redacted", (VICTIM_CONTACT,))
    sent = redact(report, decision)
    assert (sent.name, sent.url) == (told, told)
    assert redact_target(url, decision) == told
    # The receiver finds nothing more in what was sent, and its memorandum says yes.
    again = build_item(sent, sender="cctld.ru", recipient="oac.by", zone="by", memorandum=MEMORANDUM, at=NOW)
    assert decide(again, MEMORANDUM, at=NOW).verdict == "send"
    assert (again.fields, again.score) == (item.fields, item.score)


@pytest.mark.parametrize(
    "url",
    [
        "http://bad.by/logo@2x.png",
        "http://bad.by/npm/jquery@3.6.0/dist",
        "http://bad.by/@somebody/1",
        "http://bad.by/" + "a1" * 32,
        "http://YW5uYUBtYWlsLWRlbW8uYnk.by/",
    ],
)
def test_what_is_no_address_stays(url: str) -> None:
    assert mask_url(url) == url
    assert personal_data_classes(report_of(url)) == ()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("http://anna:secret@bad.by/x", "http://bad.by/x"),
        ("http://anna@mail-demo.by@bad.by/x", "http://bad.by/x"),
        ("hxxps[:]//anna:secret@bad[.]by/", "hxxps[:]//bad[.]by/"),
        ("http:anna:secret@bad.by", "http:bad.by"),
        ("ht\ttp://anna:secret@bad.by/", "http://bad.by/"),
        ("//anna@bad.by/", "//bad.by/"),
        ("http://bad.by/x@y", "http://bad.by/x@y"),
        ("bad.by", "bad.by"),
    ],
)
def test_userinfo_never_leaves_and_the_host_stays(name: str, told: str) -> None:
    report = without_userinfo(report_of(name))
    assert (report.name, report.url) == (told, told)
    before, after = FOLDER.fold(name), FOLDER.fold(told)
    if not isinstance(before, NameRefusal):
        assert not isinstance(after, NameRefusal)
        assert after.ascii == before.ascii == "bad.by"


def test_addresses_in_the_other_texts_do_not_leave_either() -> None:
    words = "sent to anna@mail-demo.by"
    report = report_of("http://bad.by/", narrative=words, tags=(words,), evidence=(Evidence("message", note=words),))
    item = build_item(report, sender="cctld.ru", recipient="oac.by", zone="by", memorandum=None, at=NOW)
    assert item.personal_data == (VICTIM_CONTACT,)
    decision = msgspec.structs.replace(decide(item, MEMORANDUM, at=NOW), verdict="send", redact=(VICTIM_CONTACT,))
    assert b"anna" not in msgspec.json.encode(redact(report, decision))


@given(st.text(max_size=200))
def test_masking_is_total_and_once_is_enough(text: str) -> None:
    once = mask_url(text)
    assert mask_url(once) == once
    assert mask(mask(text)) == mask(text)


@pytest.mark.parametrize(
    "hostile", ["a" * 16000 + "40@", "a.@" * 5000, "a@" + "b." * 8000, "%41" * 5000 + "@", "A1" * 8000, "a@b-" * 4000]
)
def test_long_texts_are_searched_in_little_time(hostile: str) -> None:
    assert len(mask(hostile)) <= len(hostile)  # quadratic searching would be noticed by the suite's time limit


def test_the_addresses_of_the_real_feeds_are_found(shared_data: Path) -> None:
    with gzip.open(shared_data / "truth" / "url_personal_data.tsv.gz", "rt", encoding="utf-8") as lines:
        urls = [json.loads(line.split("\t")[0]) for line in lines if line.startswith('"')]
    missed = [url for url in urls if MASK not in mask_url(without_userinfo(report_of(url)).url)]
    assert len(urls) > 1000
    assert not missed
