"""The formats intake can read, declared: what each column means, and how a source's words fold to our categories.

A source is a value, not a program: `Format`.  The declared ones are in `FORMATS`, each with a sample in tests/samples;
`parse_mapping` reads one that an operator wrote for a CSV of their own (docs/reference/formats.md):

    delimiter = ";"
    reporter = "cert.example"
    [columns]                  # the source's column -> our field
    Address = "name"
    Seen = "observed_at"
    [category]                 # one of: fixed = "malware", or a column and how its words fold
    column = "Threat"
    map = {trojan = "malware", phish = "phishing"}

A word that folds to no category is out of scope; nothing is guessed.
"""

import tomllib
from typing import Final, Literal

import msgspec

from comity.core.categories import CATEGORIES, Category
from comity.core.errors import InputError
from comity.core.markings import Tlp

LineKind = Literal["names", "urls", "hosts", "adblock"]

FIELDS: Final = (
    "name", "url", "host", "observed_at", "verified_at", "reported_at", "narrative", "language", "confidence",
    "disposition", "impersonated_party", "malware_family", "sha256", "sandbox_report", "protocol", "port",
    "attack_kind", "source_ref", "tags", "requested_action", "legal_basis",
)  # fmt: skip
NAMING_FIELDS: Final = ("name", "url", "host")
_DAY_MINUTES: Final = 24 * 60

TLP_UNSAID: Final[Tlp] = "TLP:AMBER"  # of a source that says no marking


class CategoryRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where a source says what a row is about: always the same, or a column whose words fold by `map`."""

    fixed: Category | None = None
    column: str = ""
    map: dict[str, Category] = {}


class Format(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One declared format.  Times without a zone are `utc_offset_minutes` east of UTC."""

    name: str = "csv"
    kind: Literal["csv", "ndjson", "names", "urls", "hosts", "adblock", "rpz", "document"] = "csv"
    about: str = ""
    reporter: str = ""
    header: tuple[str, ...] = ()
    delimiter: str = ","
    comment: str = "#"
    skip_spaces: bool = False
    encoding: Literal["utf-8", "cp1251", "cp1252", "gb18030"] = "utf-8"
    columns: dict[str, str] = {}
    category: CategoryRule = CategoryRule()
    utc_offset_minutes: int = 0
    tlp: Tlp = TLP_UNSAID
    machine_only: bool = False

    @property
    def says_category(self) -> bool:
        """Whether the source itself says what a row is about."""
        return self.kind in {"ndjson", "document"} or self.category.fixed is not None or bool(self.category.column)


_PHISHING: Final = CategoryRule(fixed="phishing")

_DECLARED: Final = (
    Format(
        name="urlhaus-csv",
        about="abuse.ch URLhaus database dump",
        reporter="urlhaus.abuse.ch",
        header=("id", "dateadded", "url", "url_status", "last_online", "threat", "tags", "urlhaus_link", "reporter"),
        columns={"url": "name", "dateadded": "observed_at", "tags": "tags", "urlhaus_link": "source_ref"},
        category=CategoryRule(
            column="threat",
            map={
                "malware_download": "malware",
                "phishing": "phishing",
                "botnet_cc": "botnet-c2",
                "unauthorized_access": "unauthorized-access",
            },
        ),
        tlp="TLP:CLEAR",
    ),
    Format(
        name="phishtank-csv",
        about="PhishTank verified_online dump",
        reporter="phishtank.org",
        header=(
            "phish_id",
            "url",
            "phish_detail_url",
            "submission_time",
            "verified",
            "verification_time",
            "online",
            "target",
        ),
        columns={
            "url": "name",
            "phish_detail_url": "source_ref",
            "submission_time": "observed_at",
            "verification_time": "verified_at",
            "target": "impersonated_party",
        },
        category=_PHISHING,
        tlp="TLP:CLEAR",
    ),
    Format(
        name="threatfox-csv",
        about="abuse.ch ThreatFox export",
        reporter="threatfox.abuse.ch",
        header=(
            "first_seen_utc",
            "ioc_id",
            "ioc_value",
            "ioc_type",
            "threat_type",
            "fk_malware",
            "malware_alias",
            "malware_printable",
            "last_seen_utc",
            "confidence_level",
            "reference",
            "tags",
            "anonymous",
            "reporter",
        ),
        skip_spaces=True,
        columns={
            "ioc_value": "name",
            "first_seen_utc": "observed_at",
            "malware_printable": "malware_family",
            "reference": "source_ref",
            "tags": "tags",
        },
        category=CategoryRule(
            column="threat_type",
            map={
                "botnet_cc": "botnet-c2",
                "payload_delivery": "malware",
                "payload": "malware",
                "phishing": "phishing",
                "cc_skimming": "malware",
            },
        ),
        tlp="TLP:CLEAR",
    ),
    Format(
        name="blackbook-csv",
        about="Blackbook of malware domains",
        reporter="blackbook",
        header=("Domain", "Malware", "Date added", "Source"),
        columns={"Domain": "name", "Malware": "malware_family", "Date added": "observed_at"},
        category=CategoryRule(fixed="malware"),
        tlp="TLP:CLEAR",
    ),
    Format(
        name="jpcert-csv",
        about="JPCERT/CC phishing URLs of a month (Japan Standard Time)",
        reporter="jpcert.or.jp",
        header=("date", "URL", "description"),
        columns={"URL": "name", "date": "observed_at", "description": "impersonated_party"},
        category=_PHISHING,
        utc_offset_minutes=540,
        tlp="TLP:CLEAR",
    ),
    Format(name="csv", about="A CSV whose columns --mapping explains, or that uses our own field names"),
    Format(name="names", kind="names", about="A name a line"),
    Format(name="urls", kind="urls", about="A URL a line"),
    Format(name="hosts", kind="hosts", about="A hosts file: an address and names"),
    Format(name="adblock", kind="adblock", about="Adblock Plus filter rules: ||name^", comment="!"),
    Format(name="stix", kind="document", about="A STIX 2.0 or 2.1 bundle"),
    Format(name="iodef", kind="document", about="IODEF v2 (RFC 7970), and v1 before it"),
    Format(name="misp-json", kind="document", about="MISP events: one, several, or a file of a MISP feed"),
    Format(name="rpz", kind="rpz", about="A response policy zone (RPZ) as a master file", comment=";"),
    Format(
        name="threatfox-json",
        kind="document",
        about="abuse.ch ThreatFox export, JSON",
        reporter="threatfox.abuse.ch",
        tlp="TLP:CLEAR",
    ),
    Format(
        name="cert-pl-json",
        kind="document",
        about="CERT Polska warning list, JSON",
        reporter="cert.pl",
        tlp="TLP:CLEAR",
    ),
    Format(name="ndjson", kind="ndjson", about="comity-report/1, one JSON object a line"),
    Format(name="xarf", kind="document", about="XARF reports, v4 and v3: a JSON object or a list of them"),
    Format(name="mail", kind="document", about="A raw mail message: XARF, X-ARF, ARF, or a complaint in words"),
)

FORMATS: Final[dict[str, Format]] = {declared.name: declared for declared in _DECLARED}


def parse_mapping(text: str, *, item: str = "mapping") -> Format:
    """Read an operator's mapping (TOML).  Raises `InputError` that names the key and what is wrong with it."""
    try:
        mapping = msgspec.convert(tomllib.loads(text), Format)
    except (ValueError, msgspec.ValidationError, RecursionError) as error:  # no TOML; a number of 5,000 digits
        raise InputError(str(error), item=item) from error
    check_format(mapping, item=item)
    return mapping


def check_format(declared: Format, *, item: str) -> None:
    """Refuse a declaration that contradicts itself.  Raises `InputError`."""
    if declared.kind != "csv":
        raise InputError(f"kind is {declared.kind}; a mapping explains a CSV", item=item)
    if len(declared.delimiter) != 1 or declared.delimiter in '\r\n\0"':
        raise InputError("delimiter must be one character that is no quote and no line end", item=item)
    if abs(declared.utc_offset_minutes) >= _DAY_MINUTES:
        raise InputError("utc_offset_minutes: no zone is a day or more from UTC", item=item)
    for column, field in declared.columns.items():
        if field not in FIELDS:
            raise InputError(f"columns.{column}: no such field {field!r}; fields are {', '.join(FIELDS)}", item=item)
        if declared.header and column not in declared.header:
            raise InputError(f"columns.{column}: the header does not have this column", item=item)
    if len(set(declared.columns.values())) != len(declared.columns):
        raise InputError("columns: a field is named twice", item=item)
    if declared.columns and not set(NAMING_FIELDS) & set(declared.columns.values()):
        raise InputError("columns: one column must be the name, url or host", item=item)
    if declared.category.fixed is not None and declared.category.column:
        raise InputError("category: say either fixed or column", item=item)


def fixed_category(declared: Format, category: str) -> Format:
    """Give a format that says no category the one the operator names.  Raises `InputError`."""
    if category not in CATEGORIES:
        raise InputError(f"is not a category; categories are {', '.join(CATEGORIES)}", item=f"--category {category}")
    if declared.says_category:
        raise InputError(f"the format {declared.name} says the category itself", item="--category")
    return msgspec.structs.replace(declared, category=msgspec.convert({"fixed": category}, CategoryRule))
