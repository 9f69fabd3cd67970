"""Every declared format reads its sample; a mapping that contradicts itself is refused with the key."""

from pathlib import Path

import pytest

from comity.core.errors import InputError
from comity.core.reports import Record
from comity.wire.format_detection import detect_format
from comity.wire.formats import FORMATS, Format, fixed_category, parse_mapping
from comity.wire.readers import open_reader

SAMPLES = Path(__file__).parent.parent / "samples"
FILES = {
    name: f"{name}.{'csv' if declared.kind == 'csv' else 'ndjson' if name == 'ndjson' else 'txt'}"
    for name, declared in FORMATS.items()
    if declared.kind != "document"
}

# format: what each record of its sample becomes, as name, category (or the reason) and time
EXPECTED: dict[str, list[tuple[str, str, str]]] = {
    "urlhaus-csv": [
        ("http://files.sample-depot.ru/bin/load.exe", "malware", "2026-11-20T07:11:06+00:00"),
        ("http://192.0.2.17:48203/bin.sh", "malware", "2026-11-20T07:05:04+00:00"),
        ("https://САМПЛ-склад.рф/обновление.zip", "malware", "2026-11-20T06:58:31+00:00"),
        ("http://cdn.sample-tiles.example/a.js", "malware", "2026-11-20T06:41:12+00:00"),
    ],
    "phishtank-csv": [
        ("https://login.sample-bank-help.ru/account/", "phishing", "2026-11-19T20:11:52+00:00"),
        ("http://203.0.113.9/bank/", "phishing", "2026-11-19T20:07:54+00:00"),
        ("http://sample-post.by/track?id=1", "phishing", "2026-11-19T19:54:36+00:00"),
    ],
    "threatfox-csv": [
        ("c2.sample-panel.ru", "botnet-c2", "2026-11-20T05:10:11+00:00"),
        ("http://sample-drop.su/gate.php", "malware", "2026-11-20T05:09:02+00:00"),
        ("198.51.100.7:4444", "botnet-c2", "2026-11-20T05:08:40+00:00"),
    ],
    "blackbook-csv": [
        ("sample-gate.ru", "malware", "2026-09-01T00:00:00+00:00"),
        ("panel.sample-gate.by", "malware", "2026-08-31T00:00:00+00:00"),
    ],
    "jpcert-csv": [
        ("https://www.sample-amaozn.cn/", "phishing", "2026-11-04T00:10:00+00:00"),
        ("https://203.0.113.40/", "phishing", "2026-11-04T01:20:00+00:00"),
        ("https://sample-eki.vn/select/", "phishing", "2026-11-04T01:55:00+00:00"),
    ],
    "csv": [
        ("http://own.sample-fields.ru/a", "phishing", "2026-11-20T10:00:00+00:00"),
        ("own.sample-fields.by", "botnet-c2", "2026-11-20T09:00:00+00:00"),
        ("other.sample-fields.by", "category-out-of-scope", ""),
    ],
    "names": [
        (name, "phishing", "")
        for name in ("sample-names.ru", "сампл-имена.рф", "sample-names[.]by", "SAMPLE-Names.com.vn.", "203.0.113.77")
    ],
    "urls": [
        ("http://sample-urls.ru/login", "phishing", ""),
        ("hxxps://sample-urls[.]by:8443/a?b=c", "phishing", ""),
        ("https://user:pass@sample-urls.cn/#top", "phishing", ""),
    ],
    "hosts": [
        ("ads.sample-hosts.ru", "phishing", ""),
        ("track.sample-hosts.by", "phishing", ""),
        ("pixel.sample-hosts.by", "phishing", ""),
    ],
    "adblock": [
        ("sample-filter.ru", "phishing", ""),
        ("sample-filter.by/6/qr1uz/", "phishing", ""),
        ("login.sample-filter.vn", "phishing", ""),
        ("", "exception-rule", ""),
        ("", "not-a-name-rule", ""),
    ],
    "rpz": [
        ("sample-zone.ru", "phishing", ""),
        ("sample-zone.ru", "phishing", ""),
        ("sample-drop.by", "phishing", ""),
        ("sample-wall.vn", "phishing", ""),
        ("", "exception-rule", ""),
        ("", "not-a-name-rule", ""),
        ("", "not-a-name-rule", ""),
        ("", "outside-zone", ""),
    ],
    "ndjson": [
        ("https://account.sample-report.ru/login", "phishing", "2026-11-20T08:30:00+00:00"),
        ("c2.sample-report.by", "botnet-c2", ""),
        ("shop.sample-report.by", "category-out-of-scope", ""),
    ],
}


def told(record: Record) -> tuple[str, str, str]:
    if record.report is None:
        assert record.problem is not None
        return record.name, record.problem.code, ""
    at = record.report.observed_at
    return record.name, record.report.category, at.isoformat() if at else ""


def read_sample(declared: Format, file: str) -> list[Record]:
    lines = (SAMPLES / file).read_text(encoding="utf-8").split("\n")
    return list(open_reader(declared).read(lines, 1))


@pytest.mark.parametrize("name", [name for name, declared in FORMATS.items() if declared.kind != "document"])
def test_the_sample_is_recognised_and_read(name: str) -> None:
    lines = (SAMPLES / FILES[name]).read_text(encoding="utf-8").split("\n")
    assert detect_format(lines) == name
    declared = FORMATS[name]
    if not declared.says_category and declared.kind != "csv":
        declared = fixed_category(declared, "phishing")
    assert [told(record) for record in read_sample(declared, FILES[name])] == EXPECTED[name]


def test_columns_become_fields() -> None:
    first = read_sample(FORMATS["urlhaus-csv"], "urlhaus-csv.csv")[0].report
    assert first is not None
    assert first.tags == ("exe", "loader")
    assert first.source_ref == "https://urlhaus.abuse.ch/url/9000001/"
    assert first.tlp == "TLP:CLEAR"
    bank = read_sample(FORMATS["phishtank-csv"], "phishtank-csv.csv")[0].report
    assert bank is not None
    assert bank.impersonated_party == "Sample Bank, JSC"


def test_a_mapping_explains_a_csv() -> None:
    declared = parse_mapping((SAMPLES / "mapping.toml").read_text(encoding="utf-8"))
    records = read_sample(declared, "mapping.csv")
    assert [told(record) for record in records] == [
        ("http://sample-mapped.ru/x", "malware", "2026-11-20T07:00:00+00:00"),
        ("sample-mapped.by", "phishing", "2026-11-20T08:00:00+00:00"),
        ("sample-mapped.vn", "category-out-of-scope", ""),
    ]
    assert records[0].report is not None
    assert (records[0].report.malware_family, records[0].report.tlp) == ("SampleRat", "TLP:GREEN")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("delimiter = ';;'", "delimiter"),
        ("[columns]\na = 'nmae'", "no such field 'nmae'"),
        ("[columns]\na = 'tags'", "one column must be the name"),
        ("[columns]\na = 'name'\nb = 'name'", "named twice"),
        ("header = ['x']\n[columns]\na = 'name'", "columns.a"),
        ("[category]\nfixed = 'malware'\ncolumn = 'x'", "either fixed or column"),
        ("[category]\nfixed = 'spam'", "category.fixed"),
        ("[category]\nmap = {a = 'politics'}", "category.map"),
        ("kind = 'names'", "a mapping explains a CSV"),
        ("surprise = 1", "surprise"),
        ("= broken", "Invalid statement"),
    ],
)
def test_a_wrong_mapping_is_refused_with_the_key(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said.replace("(", r"\(")):
        parse_mapping(text)


def test_a_list_without_a_category_is_refused_and_a_source_that_has_one_keeps_it() -> None:
    with pytest.raises(InputError, match="--category"):
        open_reader(FORMATS["names"])
    with pytest.raises(InputError, match="says the category itself"):
        fixed_category(FORMATS["urlhaus-csv"], "phishing")
    with pytest.raises(InputError, match="is not a category"):
        fixed_category(FORMATS["names"], "copyright")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["", " "], "nothing in it"),
        (["[1, 2]"], "JSON array"),
        (["# only", "! comments"], "only comments"),
        (["a,b,c", "1,2,3"], "--mapping"),
        (["hello world this is prose"], "--format"),
        (["sample.ru", "0.0.0.0 sample.by", "||sample.vn^"], "--format"),
    ],
)
def test_detection_refuses_when_unsure(lines: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        detect_format(lines)
