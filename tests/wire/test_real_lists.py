"""What the readers make of the shared real lists equals the ground truth that came with them.

Every record is read and its name folded, without a store; tests/flows/test_take_in.py stores several of the same lists.
"""

import csv
from collections import Counter
from pathlib import Path

import pytest

from comity.core.names import NameFolder, NameRefusal
from comity.core.reports import Record
from comity.core.zone_hints import find_zone_hint
from comity.edges.report_source import Limits, Source
from comity.edges.suffix_file import load_suffixes
from comity.wire.format_detection import detect_format
from comity.wire.formats import FORMATS, Format, fixed_category, parse_mapping
from comity.wire.readers import open_reader

_URL_COLUMN = '[columns]\n{column} = "name"\n[category]\nfixed = "phishing"\n'

# file: the format that detection must find, or the mapping that explains it
LISTS: dict[str, str] = {
    "abuse/urlhaus_csv_2025-04-21.csv.gz": "urlhaus-csv",
    "abuse/blackbook_2024-09-01.csv.gz": "blackbook-csv",
    "abuse/urlhaus_urls_2026-05.csv.gz": _URL_COLUMN.format(column="url"),
    "abuse/threatfox_domains_2023-11-23.csv.gz": _URL_COLUMN.format(column="Address"),
    "abuse/formats/opencti_domain-name_7d.csv.gz": _URL_COLUMN.format(column="value"),
    "abuse/openphish_timeline_2024-10_2026-08.csv.gz": _URL_COLUMN.format(column="url"),
    "abuse/formats/hostsVN_hosts.txt.gz": "hosts",
    "abuse/formats/chongluadao_urls-ABP.txt.gz": "adblock",
    "abuse/formats/urlhaus-filter-rpz.conf.gz": "rpz",
    "abuse/phishingdb_links_ACTIVE5.txt.gz": "urls",
    "abuse/unit42/coin_mining_urls.txt.gz": "urls",
} | dict.fromkeys(
    (
        "abuse/blocklistproject_drugs.txt.gz",
        "abuse/blocklistproject_phishing.txt.gz",
        "abuse/cert-pl_domains.txt.gz",
        "abuse/chongluadao_urls_2025-11-28.txt.gz",
        "abuse/dga_conficker.txt.gz",
        "abuse/dga_flubot_germany_v3.7.txt.gz",
        "abuse/dga_pushdo.txt.gz",
        "abuse/hagezi_threat-intelligence.txt.gz",
        "abuse/nrd_phishing_30day_2025-09-06.txt.gz",
        "abuse/openphish_hosts_2026-08-22.txt.gz",
        "abuse/otx/alienvault-banking-phishtank.txt",
        "abuse/otx/alienvault-cobalt-strike.txt",
        "abuse/otx/alienvault-paypal-phishtank.txt",
        "abuse/otx/phishtank.com-online-valid.txt.gz",
        "abuse/otx/phishunt.io.txt.txt",
        "abuse/phishingdb_domains_ACTIVE_A.txt.gz",
        "abuse/phishingdb_domains_NEW-today.txt.gz",
        "abuse/shadowwhisperer_gambling.txt.gz",
        "abuse/shadowwhisperer_typo.txt.gz",
        "abuse/unit42/2022_02_Gamaredon_UPDATE.txt",
        "abuse/unit42/Gamaredon_IoCs_JAN2022.txt",
        "abuse/unit42/angler_compromised_domains.txt.gz",
        "abuse/urlhaus-filter_2022-02-28.txt.gz",
        "abuse/urlhaus_domains_romainmarcoux_2026-08-22.txt.gz",
        "names/alexa_top100k_2016.txt.gz",
        "names/ru_blocked_refilter.txt.gz",
        "names/tb0hdan_by_hostnames_2020.txt.gz",
    ),
    "names",
)
LISTS |= {f"abuse/jpcert/{month}.csv.gz": "jpcert-csv" for month in (*range(202201, 202213), *range(202401, 202413))}
LISTS |= {
    f"abuse/phishtank_{day}.csv.gz": "phishtank-csv"
    for day in ("2012-11-26", "2018-10-25", "2018-10-26", "2018-10-27", "2018-10-28", "2018-10-30", "2021-05-27")
}  # fmt: skip


@pytest.fixture(scope="module")
def folder() -> NameFolder:
    return NameFolder(load_suffixes())


@pytest.mark.parametrize("file", LISTS)
def test_counts_equal_the_ground_truth(file: str, folder: NameFolder, shared_data: Path) -> None:
    how = LISTS[file]
    with Source(str(shared_data / file), Limits()) as source:
        head = source.peek().decode("utf-8", "replace").split("\n")[:-1]
        if "\n" in how:
            declared = parse_mapping(how)
        else:
            assert detect_format(head) == how
            declared = FORMATS[how]
        if not declared.says_category:
            declared = fixed_category(declared, "phishing")
        read, ip_rows, by_zone = _count(source, declared, folder)
    truth = _truth(shared_data, file)
    assert read == truth["data_rows"]
    assert by_zone == truth["zones"]
    assert ip_rows == truth["rows_with_ip"]


def _count(source: Source, declared: Format, folder: NameFolder) -> tuple[int, int, dict[str, int]]:
    reader = open_reader(declared)
    read = ip_rows = 0
    by_zone: Counter[str] = Counter()
    for block in source.blocks():
        assert block.spoilt is None
        lines = [raw.decode("utf-8", "replace") for raw in block.data.split(b"\n")]
        record: Record
        for record in reader.read(lines, block.first_line):
            read += 1
            if not record.name:
                continue
            target = folder.target(record.name)
            if isinstance(target, NameRefusal):
                ip_rows += target.code == "ip-address"
                zone = target.zone or find_zone_hint(record.name)
            else:
                zone = target.name.zone
            if zone:
                by_zone[zone] += 1
    return read, ip_rows, dict(by_zone)


def _truth(shared_data: Path, file: str) -> dict[str, object]:
    with (shared_data / "truth" / "list_totals.csv").open(encoding="utf-8") as rows:
        total = next(row for row in csv.DictReader(rows) if row["file"] == file)
    with (shared_data / "truth" / "list_zone_counts.csv").open(encoding="utf-8") as rows:
        zones = {row["zone"]: int(row["rows"]) for row in csv.DictReader(rows) if row["file"] == file}
    return {
        "data_rows": int(total["data_rows"]),
        "rows_with_ip": int(total["rows_with_ip"]),
        "zones": {zone: count for zone, count in zones.items() if count},
    }
