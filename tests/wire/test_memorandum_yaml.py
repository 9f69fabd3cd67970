"""The format: what is read, what is refused and where, what is signed."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from comity.core.memoranda import Memorandum, Problem, digest
from comity.wire.canonical import canonical
from comity.wire.memorandum_document import Document, find_faults, parse_document, render_document
from comity.wire.memorandum_yaml import MAX_BYTES, parse_memorandum, read_memorandum, render_memorandum, schema
from comity.wire.yaml_tree import YamlProblem, parse_yaml
from memoranda_made import EXAMPLE, KIDS, NOW, SECRETS, example, made, signed

ROOT = Path(__file__).parents[2]
VECTORS = json.loads((ROOT / "docs/spec/vectors/memorandum.json").read_text(encoding="utf-8"))
SCHEMA_FILE = ROOT / "src/comity/wire/schemas/memorandum-1.schema.json"
TEXT = EXAMPLE.read_text(encoding="utf-8")


def problems_of(text: str | bytes) -> dict[str, str]:
    found = parse_memorandum(text if isinstance(text, bytes) else text.encode())
    assert isinstance(found, tuple), "was read"
    return {problem.path: problem.code for problem in found}


def test_the_example_is_read_whole() -> None:
    memorandum = parse_memorandum(EXAMPLE.read_bytes())
    assert isinstance(memorandum, Memorandum)
    assert memorandum.version == 3
    assert memorandum.party("oac.by").zones == ("by", "xn--90ais")  # type: ignore[union-attr]
    assert memorandum.clocks.critical.acknowledge == "PT1H"
    assert memorandum.marking.onward["law_enforcement"].exception == "mandatory_law"
    assert memorandum.personal_data.on_request.legal["cctld.ru"]["filed"] is None


def test_nothing_of_the_example_is_lost_in_the_signed_form() -> None:
    """Every scalar of the YAML stands in the canonical JSON, except defaults, life state and signatures."""
    memorandum = parse_memorandum(EXAMPLE.read_bytes())
    assert isinstance(memorandum, Memorandum)
    written = yaml.safe_load(TEXT)
    signed_form = json.loads(render_memorandum(memorandum))
    del written["status"], written["signatures"]
    # absent = the default; listed here so that a new default is a decision and not an accident
    del written["expires"], written["legal_text"]["url"], written["scope"]["categories"][4]["p"]
    written["effective"] = "2027-01-01T00:00:00Z"
    for party in written["parties"]:
        for key in party["keys"]:
            key["not_before"], key["not_after"] = str(key["not_before"]), str(key["not_after"])
    assert signed_form == written


def test_life_state_and_signatures_are_no_part_of_the_signed_text() -> None:
    suspended = TEXT.replace("status: in_force ", "status: suspended ").replace("value: null", "value: xyz")
    assert suspended != TEXT
    one, other = parse_memorandum(TEXT.encode()), parse_memorandum(suspended.encode())
    assert isinstance(one, Memorandum)
    assert one == other
    assert b"in_force" not in render_memorandum(one)


def test_country_codes_times_and_words_stay_texts() -> None:
    changed = TEXT.replace("jurisdiction: RU", "jurisdiction: NO").replace("normal: critical", "normal: critical")
    memorandum = parse_memorandum(changed.encode())
    assert isinstance(memorandum, Memorandum)
    assert memorandum.parties[0].jurisdiction == "NO"


def test_json_and_yaml_give_the_same_value_and_bytes() -> None:
    memorandum = parse_memorandum(EXAMPLE.read_bytes())
    assert isinstance(memorandum, Memorandum)
    data = render_memorandum(memorandum)
    assert parse_memorandum(data) == memorandum
    assert parse_memorandum(json.dumps(json.loads(data), indent=3).encode()) == memorandum
    assert canonical(json.loads(data)) == data


def test_the_vectors_canonical_form_and_digest() -> None:
    memorandum = read_memorandum(VECTORS["base"])
    assert isinstance(memorandum, Memorandum)
    assert render_memorandum(memorandum).decode() == VECTORS["canonical"]
    assert digest(VECTORS["canonical"].encode()) == VECTORS["digest"]


@pytest.mark.parametrize("vector", VECTORS["invalid"], ids=lambda vector: vector["name"])
def test_invalid(vector: dict[str, Any]) -> None:
    found = read_memorandum(example(vector["set"]))
    assert isinstance(found, tuple)
    assert sorted([problem.path, problem.code] for problem in found) == sorted(vector["problems"])
    assert all(problem.reason for problem in found)


@pytest.mark.parametrize("vector", VECTORS["signed"], ids=lambda vector: vector["name"])
def test_signed(vector: dict[str, Any]) -> None:
    document = parse_document(json.dumps(vector["document"]).encode())
    assert isinstance(document, Document)
    faults = find_faults(document, at=datetime.fromisoformat(vector["at"]))
    assert [[problem.path, problem.code] for problem in faults] == vector["faults"]


@pytest.mark.parametrize(
    ("text", "path", "code"),
    [
        (TEXT + "\ncolour: red\n", "colour", "unknown-key"),
        (TEXT + "\nversion: 4\n", "line 162, column 1", "duplicate-key"),
        (TEXT.replace("version: 3 ", "version: yes "), "version", "wrong-type"),
        (TEXT.replace("version: 3 ", 'version: "3" '), "version", "wrong-type"),
        (TEXT.replace("demo: true", "demo: yes"), "demo", "wrong-type"),
        (TEXT.replace("status: in_force", "status: wonderful"), "status", "not-in-list"),
        ("a: &x [1]\nb: *x\n", "line 1, column 4", "anchor"),
        ("a: !!python/object:os.system x\n", "line 1, column 4", "tag"),
        ("a: 1\n---\nb: 2\n", "line 2, column 1", "second-document"),
        ("? [a, b]\n: c\n", "line 1, column 3", "key-not-text"),
        ("[" * 100_000, "line 1, column 17", "too-deep"),
        ("a: " + "[1, " * 17 + "]" * 17, "line 1, column 64", "too-deep"),
        ("- a\n" * 20_001, "line 20000, column 3", "too-many-nodes"),
        ("a: [1\n", "line 2, column 1", "not-yaml"),
        ("a: \x00", "line 1, column 1", "not-yaml"),
        ("", "", "wrong-type"),
        ("just words", "", "wrong-type"),
        ('{"a": 1, "a": 2}', "", "not-json"),
        ('{"a": NaN}', "", "not-json"),
        ('{"a":' * 10_000, "", "not-json"),
    ],
)
def test_bad_text(text: str, path: str, code: str) -> None:
    assert problems_of(text)[path] == code


def test_size_and_encoding_are_held_before_anything_is_parsed() -> None:
    assert problems_of(b"#" * (MAX_BYTES + 1)) == {"": "too-large"}
    assert problems_of(b"format: \xff\xfe") == {"": "not-utf-8"}


def test_a_line_break_does_not_slip_past_a_pattern() -> None:
    assert read_codes(example({"review_every": "P1Y\n"})) == {"review_every": "bad-form"}


def read_codes(tree: Any) -> dict[str, str]:
    found = read_memorandum(tree)
    assert isinstance(found, tuple)
    return {problem.path: problem.code for problem in found}


def test_the_published_schema_is_the_types_own() -> None:
    assert json.loads(SCHEMA_FILE.read_text(encoding="utf-8")) == json.loads(json.dumps(schema()))


def test_the_published_schema_judges_as_we_do() -> None:
    validator = jsonschema.Draft202012Validator(schema())
    validator.check_schema(schema())
    validator.validate(json.loads(render_memorandum(made())))
    semantic = {
        "allowed-and-excluded", "party-twice", "zone-of-another", "clause-is-taken", "ends-before-it-begins",
        "version-without-former", "not-the-former-version", "two-directions", "not-a-party", "category-without-terms",
        "unknown-evidence-field",
    }  # fmt: skip
    for vector in VECTORS["invalid"]:
        codes = {code for _, code in vector["problems"]}
        by_shape = not (codes & semantic) and vector["name"] != "a day that does not exist"
        assert validator.is_valid(example(vector["set"])) is not by_shape, vector["name"]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(ANYTHING)
def test_no_tree_is_too_strange_to_refuse(tree: Any) -> None:
    assert isinstance(read_memorandum(tree), tuple)


@given(
    st.sampled_from(sorted(example())),
    st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text()) | st.just({}),
)
def test_any_member_may_be_nonsense(name: str, nonsense: Any) -> None:
    tree = {**example(), name: nonsense}
    found = read_memorandum(tree)
    assert isinstance(found, Memorandum) or all(isinstance(problem, Problem) for problem in found)


@given(st.text())
def test_any_text_is_a_tree_or_a_problem(text: str) -> None:
    found = parse_yaml(text)
    assert found is None or isinstance(found, dict | list | str | YamlProblem)


@given(st.binary())
def test_any_bytes_are_refused_without_a_traceback(data: bytes) -> None:
    assert isinstance(parse_memorandum(data), tuple)
    assert isinstance(parse_document(data), tuple)


def test_a_document_travels_and_comes_back() -> None:
    document = signed(made(), "oac.by", "cctld.ru")
    data = render_document(document)
    back = parse_document(data)
    assert isinstance(back, Document)
    assert back.is_complete()
    assert find_faults(back, at=NOW) == ()
    assert canonical(json.loads(data)) == data
    assert render_document(back) == data


def test_changing_any_byte_of_the_text_breaks_both_signatures() -> None:
    tree = json.loads(render_document(signed(made(), *SECRETS)))
    tree["memorandum"]["exchange"]["kinds"]["report"]["max_per_day"] = 501
    document = parse_document(json.dumps(tree).encode())
    assert isinstance(document, Document)
    assert [problem.code for problem in find_faults(document, at=NOW)] == ["bad-signature", "bad-signature"]


def test_all_faults_of_a_document_are_told() -> None:
    tree = {"memorandum": example({"version": 0}), "signatures": [{"party": "a", "kid": KIDS["oac.by"]}]}
    found = parse_document(json.dumps(tree).encode())
    assert isinstance(found, tuple)
    assert {problem.path for problem in found} == {
        "memorandum.version",
        "signatures[0].signed_at",
        "signatures[0].value",
    }
