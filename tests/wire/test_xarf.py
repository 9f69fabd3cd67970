"""XARF reports as XARF's own schemas and its own package read them, for every category, and what they do not say."""

import json
import warnings
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any
from uuid import UUID

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from referencing import Registry, Resource

from comity.core.categories import CATEGORIES
from comity.core.observations import Registration
from comity.core.reports import Evidence, Report
from comity.wire.xarf import XarfFacts, render_xarf

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import xarf

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
REPORT = Report(
    name="https://kassa-demo.ru/login", category="phishing", narrative="A page that asks for the card of a bank. " * 2,
    observed_at=AT, verified_at=AT, impersonated_party="Demo Bank", malware_family="DemoBot", sha256="a" * 64,
    protocol="tcp", port=4443, attack_kind="password guessing",
    evidence=(Evidence(kind="screenshot", sha256="b" * 64, captured_at=AT),),
)  # fmt: skip
FACTS = XarfFacts(
    report_id="1a5ec293-0849-40a4-9eba-d5926262ff05", party="cctld.ru", organisation="cctld.ru",
    contact="notices@cctld.ru", at=AT, host="kassa-demo.ru", category="phishing", disposition="malicious",
    report=REPORT, target="https://kassa-demo.ru/login", score=0.85,
    registration=Registration(name="kassa-demo.ru", registrar="Demo", registered_at=AT, name_servers=("ns1.a.ru",)),
)  # fmt: skip


@cache
def validator() -> jsonschema.Draft202012Validator:
    folder = resources.files("xarf") / "schemas"
    files = [folder / "xarf-core.json", *(folder / "types").iterdir()]
    schemas = [json.loads(file.read_text("utf-8")) for file in files]
    registry: Any = Registry().with_resources([(each["$id"], Resource.from_contents(each)) for each in schemas])
    master = json.loads((folder / "xarf-v4-master.json").read_text("utf-8"))
    return jsonschema.Draft202012Validator(
        master, registry=registry, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


def judged(facts: XarfFacts) -> dict[str, Any]:
    """The report, after both judges had nothing against it."""
    data = render_xarf(facts)
    assert data is not None
    report: dict[str, Any] = json.loads(data)
    assert [error.message for error in validator().iter_errors(report)] == []
    unknown = [error for error in xarf.parse(report, strict=True).errors if error.message.startswith("Unknown field")]
    assert unknown == []
    assert xarf.parse({**report, "confidence": 1}).errors == []  # its model knows whole numbers only
    assert UUID(report["report_id"]).version == 4
    return report


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("host", ["kassa-demo.ru", "xn--e1awd7f.xn--p1ai"])
def test_every_category_is_valid_in_both_scripts(category: str, host: str) -> None:
    report = judged(msgspec.structs.replace(FACTS, category=category, host=host, target=f"https://{host}/login"))
    assert report["source_identifier"] == host
    if host.startswith("xn--"):
        assert "domain" not in report  # the schema's pattern has no room for it
    elif report["category"] == "content":
        assert report["domain"] == host


def test_the_judges_would_have_said_no() -> None:
    data = render_xarf(FACTS)
    assert data is not None
    report = json.loads(data)
    del report["url"]
    assert list(validator().iter_errors(report))
    assert list(validator().iter_errors({**report, "domain": "xn--e1awd7f.xn--p1ai", "url": "https://a.ru/"}))


def test_the_same_facts_are_the_same_octets() -> None:
    assert render_xarf(FACTS) == render_xarf(FACTS)


def test_what_is_not_known_is_not_invented() -> None:
    bare = Report(name="kassa-demo.ru", category="phishing")
    facts = msgspec.structs.replace(FACTS, report=bare, target="kassa-demo.ru", score=None, registration=None)
    assert render_xarf(facts) is None
    assert render_xarf(msgspec.structs.replace(facts, category="malware")) is None
    assert judged(msgspec.structs.replace(facts, category="botnet-c2"))["type"] == "botnet"
    assert judged(msgspec.structs.replace(facts, category="unauthorized-access"))["type"] == "compromised_server"
    assert judged(msgspec.structs.replace(facts, category="spam-vector"))["protocol"] == "other"


def test_nobody_is_named_but_the_party() -> None:
    report = judged(FACTS)
    assert report["reporter"] == report["sender"] == {
        "org": "cctld.ru", "contact": "notices@cctld.ru", "domain": "cctld.ru",
    }  # fmt: skip
    assert "registrant" not in json.dumps(report)


TEXTS = st.text(max_size=60)


@given(TEXTS, TEXTS, st.sampled_from(CATEGORIES), st.one_of(st.none(), st.floats(0, 1)))
def test_whatever_people_wrote_the_report_is_valid(narrative: str, family: str, category: str, score: float) -> None:
    text = narrative.encode("utf-8", "replace").decode()
    report = msgspec.structs.replace(
        REPORT, narrative=text * 40, malware_family=family.encode("utf-8", "replace").decode()
    )
    data = render_xarf(msgspec.structs.replace(FACTS, report=report, category=category, score=score))
    assert data is not None
    assert list(validator().iter_errors(json.loads(data))) == []
