"""What a partner reads in our entries of the library: the same values, as STIX 2.1 that others' software accepts."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stix2validator import ValidationOptions, validate_string

from comity.core.articles import (
    LANGUAGES,
    MAX_BODY_BYTES,
    MAX_TITLE,
    ArticleKind,
    VersionFacts,
    WithdrawalReason,
    Words,
    faults_of_words,
    state_of,
    translation_status,
)
from comity.core.categories import CATEGORIES
from comity.core.markings import TLPS
from comity.core.search_words import encode, words_of
from comity.core.techniques import BY_ID
from comity.wire.article import (
    AdoptedPayload,
    AnnotationFacts,
    AnnotationPayload,
    ArticleFacts,
    ArticlePayload,
    WireSource,
    WithdrawnPayload,
    parse_adopted,
    parse_annotation,
    parse_article,
    parse_withdrawn,
    render_adopted,
    render_annotation,
    render_article,
    render_withdrawn,
)
from comity.wire.stix import MAX_PAYLOAD_BYTES, PayloadProblem

VECTORS = json.loads(
    (Path(__file__).parents[2] / "docs" / "spec" / "vectors" / "articles.json").read_text(encoding="utf-8")
)
READERS: dict[str, Any] = {
    "article": parse_article, "article-annotation": parse_annotation, "article-adopted": parse_adopted,
    "article-withdrawn": parse_withdrawn,
}  # fmt: skip
TYPES: dict[str, Any] = {
    "article": ArticlePayload, "article-annotation": AnnotationPayload, "article-adopted": AdoptedPayload,
    "article-withdrawn": WithdrawnPayload,
}  # fmt: skip

times = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
texts = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t"), min_size=1, max_size=200
).filter(lambda text: bool(text.strip()))
lines = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=MAX_TITLE).filter(
    lambda text: bool(text.strip())
)
decided: dict[str, Any] = {"clause": st.just("3"), "memorandum": st.just("sha256:" + "0" * 64), "decided_at": times}
sources = st.builds(WireSource, origin=st.just("oac.by"), article=st.uuids(), version=st.integers(1, 9))


@st.composite
def articles(draw: st.DrawFn) -> ArticlePayload:
    original, language = draw(st.sampled_from(LANGUAGES)), draw(st.sampled_from(LANGUAGES))
    facts = draw(
        st.builds(
            ArticleFacts, article=st.uuids(), kind=st.sampled_from(get_args(ArticleKind)),
            categories=st.lists(st.sampled_from(CATEGORIES), unique=True).map(tuple),
            techniques=st.lists(st.sampled_from(tuple(BY_ID)), unique=True).map(tuple), tlp=st.sampled_from(TLPS),
            original=st.just(original), language=st.just(language), version=st.integers(1, 1_000_000),
            translates=st.just(0) if language == original else st.integers(1, 1_000_000),
            adapted_from=st.none() | sources, **decided,
        )
    )  # fmt: skip
    return ArticlePayload(facts=facts, title=draw(lines), body=draw(texts))


@given(articles(), texts, st.builds(AdoptedPayload, article=st.uuids(), version=st.integers(1, 9), **decided))
@settings(max_examples=40)
def test_what_is_written_is_read_again(article: ArticlePayload, remark: str, adopted: AdoptedPayload) -> None:
    assert parse_article(render_article(article, sender="cctld.ru", salt="5a" * 16)) == article
    facts = msgspec.convert(msgspec.to_builtins(article.facts) | {"annotation": adopted.article}, AnnotationFacts)
    annotation = AnnotationPayload(facts=facts, text=remark)
    assert parse_annotation(render_annotation(annotation, sender="cctld.ru", salt="5a" * 16)) == annotation
    assert parse_adopted(render_adopted(adopted, sender="oac.by", tlp="TLP:GREEN", salt="")) == adopted


@given(
    st.builds(
        WithdrawnPayload, article=st.uuids(), reason=st.sampled_from(get_args(WithdrawalReason)),
        by=st.none() | st.uuids(), **decided,
    )
)  # fmt: skip
@settings(max_examples=20)
def test_a_withdrawal_is_read_again(withdrawn: WithdrawnPayload) -> None:
    assert parse_withdrawn(render_withdrawn(withdrawn, sender="cctld.ru", tlp="TLP:GREEN", salt="")) == withdrawn


@pytest.mark.parametrize("vector", VECTORS["entries"], ids=lambda vector: vector["kind"])
def test_the_published_vectors_hold(vector: dict[str, Any]) -> None:
    kind = vector["kind"]
    value = READERS[kind](vector["payload"].encode())
    assert value == msgspec.convert(vector["value"], TYPES[kind])
    written = {"sender": vector["sender"], "salt": vector["salt"]}
    render: dict[str, Any] = {
        "article": render_article, "article-annotation": render_annotation, "article-adopted": render_adopted,
        "article-withdrawn": render_withdrawn,
    }  # fmt: skip
    more = {"tlp": vector["tlp"]} if "tlp" in vector else {}
    assert render[kind](value, **written, **more).decode() == vector["payload"]


@pytest.mark.parametrize("vector", VECTORS["problems"], ids=lambda vector: vector["why"])
def test_what_cannot_be_kept_is_a_problem(vector: dict[str, Any]) -> None:
    problem = READERS[vector["kind"]](vector["payload"].encode())
    assert isinstance(problem, PayloadProblem)
    assert problem.code == vector["code"]


@pytest.mark.parametrize("vector", VECTORS["entries"], ids=lambda vector: vector["kind"])
def test_what_we_write_is_valid_for_the_oasis_validator(vector: dict[str, Any]) -> None:
    result = validate_string(vector["payload"], ValidationOptions(version="2.1", strict_properties=False))
    assert result.is_valid, [str(error) for one in result.object_results for error in one.errors]


def test_how_texts_stand_is_computed_as_published() -> None:
    for one in VECTORS["translation_status"]:
        versions = [VersionFacts(*version) for version in one["versions"]]
        assert translation_status(one["language"], one["original"], versions) == one["status"]
    for one in VECTORS["state"]:
        assert state_of(one["version"], one["agreed"], withdrawn=one["withdrawn"]) == one["state"]


def test_texts_are_cut_into_words_as_published() -> None:
    for one in VECTORS["words"]:
        found = [word.word for word in words_of(one["text"], one["language"])]
        assert (found, [encode(word) for word in found]) == (one["words"], one["encoded"])


@pytest.mark.parametrize("letter", ['"', "\\", "\n", "я", "网", "\U0001f4a9"])
def test_the_longest_text_fits_into_one_entry(letter: str) -> None:
    """Whatever letters it is made of: what JSON escapes takes two octets, and what UTF-8 makes longer is counted so."""
    body = "x" + letter * ((MAX_BODY_BYTES - 1) // len(letter.encode()))
    body = body if letter != "\n" else "\n" * 1_499 + '"' * (MAX_BODY_BYTES - 1_499)
    assert faults_of_words(Words(language="ru", title="x", body=body)) == ()
    vector = msgspec.convert(VECTORS["entries"][0]["value"], ArticlePayload)
    full = msgspec.structs.replace(
        vector.facts, techniques=tuple(BY_ID), categories=CATEGORIES, adapted_from=vector.facts.adapted_from
    )
    payload = ArticlePayload(facts=full, title="\U0001f4a9" * MAX_TITLE, body=body)
    data = render_article(payload, sender="cctld.ru", salt="5a" * 16)
    assert len(data) <= MAX_PAYLOAD_BYTES
    assert parse_article(data) == payload


@given(st.binary(max_size=300))
@settings(max_examples=50)
def test_rubbish_is_a_problem_and_never_an_exception(data: bytes) -> None:
    assert all(isinstance(read(data), PayloadProblem) for read in READERS.values())


def test_size_is_bounded_before_anything_is_read() -> None:
    for data in (b"[" * 60_000, b" " * (MAX_PAYLOAD_BYTES + 1)):
        assert all(isinstance(read(data), PayloadProblem) for read in READERS.values())
