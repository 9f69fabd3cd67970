"""A clause as a form: what comes back unchanged is the same clause; what is changed is changed, and no more."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.clause_words import EVIDENCE_WORDS
from comity.core.memoranda import Memorandum, Problem
from comity.core.memorandum_rules import EVIDENCE_FIELDS, find_problems
from comity.wire.clause_form import OTHERS, PARTS, PRESENT, Field, form_of, with_answers
from comity.wire.memorandum_yaml import parse_memorandum, read_draft, render_memorandum

FIXTURE = Path(__file__).parent.parent / "fixtures" / "memorandum-ru-by.yaml"


@cache
def example() -> Memorandum:
    parsed = parse_memorandum(FIXTURE.read_bytes())
    assert isinstance(parsed, Memorandum)
    return parsed


@pytest.fixture
def agreed() -> Memorandum:
    return example()


def flat(fields: tuple[Field, ...]) -> Iterator[Field]:
    for field in fields:
        yield field
        yield from flat(field.fields)


def sent(fields: tuple[Field, ...]) -> dict[str, list[str]]:
    """What a browser sends of a form that nobody touched."""
    answers: dict[str, list[str]] = {}
    for field in flat(fields):
        if field.kind == "part" and field.optional and field.present:
            answers[field.path + PRESENT] = ["1"]
        elif field.kind == "tick" and field.value == "true":
            answers[field.path] = ["1"]
        elif field.kind == "words":
            answers[field.path] = [word for word in field.options if word in field.chosen]
            answers[field.path + OTHERS] = [field.others]
        elif field.kind not in {"part", "tick"}:
            answers[field.path] = [field.value]
    return answers


def tree_of(memorandum: Memorandum) -> dict[str, Any]:
    tree: dict[str, Any] = msgspec.json.decode(render_memorandum(memorandum))
    return tree


def answered(memorandum: Memorandum, part: str, **changes: list[str]) -> Memorandum | tuple[Problem, ...]:
    tree = tree_of(memorandum)
    answers = sent(form_of(tree, part)) | changes
    return read_draft(with_answers(tree, part, answers))


@pytest.mark.parametrize("part", PARTS)
def test_an_untouched_form_changes_nothing(agreed: Memorandum, part: str) -> None:
    again = answered(agreed, part)
    assert isinstance(again, Memorandum)
    assert render_memorandum(again) == render_memorandum(agreed)


def test_every_member_of_the_text_is_asked_or_kept(agreed: Memorandum) -> None:
    paths = {field.path for part in PARTS for field in flat(form_of(tree_of(agreed), part))}
    for path in ("clocks.critical.act", "evidence.required.phishing", "safeguards.quality.on_breach[2]",
                 "exchange.kinds.report.max_per_day", "marking.onward.registrar.as", "title.vi",
                 "personal_data.on_request.legal.cctld.ru.law", "parties[1].calendar.tz",
                 "scope.categories[4].p"):  # fmt: skip
        assert path in paths, path
    assert not {path for path in paths if path.endswith(".clause")}
    assert set(EVIDENCE_WORDS) == EVIDENCE_FIELDS


def test_what_is_answered_is_what_is_said(agreed: Memorandum) -> None:
    changed = answered(
        agreed, "clocks", **{"clocks.high.act": ["PT36H"], "clocks.appeal.interim_restore_if_prima_facie": []}
    )
    assert isinstance(changed, Memorandum)
    assert changed.clocks.high.act == "PT36H"
    assert changed.clocks.appeal.interim_restore_if_prima_facie is False
    assert changed.scope == agreed.scope
    kinds = answered(
        agreed, "exchange", **{f"exchange.kinds.inquiry{PRESENT}": [], "exchange.kinds.report.max_per_day": [""]}
    )
    assert isinstance(kinds, Memorandum)
    assert kinds.exchange.kinds.inquiry is None
    assert kinds.exchange.kinds.report is not None
    assert kinds.exchange.kinds.report.max_per_day is None
    evidence = answered(
        agreed, "evidence",
        **{"evidence.min_score": ["0,75"], "evidence.required.phishing": ["url", "screenshot"],
           f"evidence.required.phishing{OTHERS}": ["crystal_ball"]},
    )  # fmt: skip
    assert isinstance(evidence, Memorandum)
    assert evidence.evidence.min_score == 0.75
    assert evidence.evidence.required["phishing"] == ("url", "screenshot", "crystal_ball")
    assert [problem.path for problem in find_problems(evidence)] == ["evidence.required.phishing[2]"]
    scope = answered(agreed, "scope", **{f"scope.categories[1]{PRESENT}": []})
    assert isinstance(scope, Memorandum)
    assert [category.id for category in scope.scope.categories] == ["phishing", "malware", "botnet-c2", "spam-vector"]
    back = answered(scope, "scope", **{f"scope.categories[4]{PRESENT}": ["1"]})
    assert isinstance(back, Memorandum)
    assert {category.id for category in back.scope.categories} == {category.id for category in agreed.scope.categories}
    ladder = answered(agreed, "safeguards", **{"safeguards.quality.on_breach[2]": [""]})
    assert isinstance(ladder, Memorandum)
    assert ladder.safeguards.quality.on_breach == ("warn", "require_two_sources")
    classes = answered(agreed, "personal_data", **{"personal_data.classes.victim_contact": ["allow"]})
    assert isinstance(classes, Memorandum)
    assert classes.personal_data.classes["victim_contact"] == "allow"


@pytest.mark.parametrize(
    ("part", "path", "given", "code"),
    [
        ("clocks", "clocks.critical.act", "tomorrow", "bad-form"),
        ("clocks", "clocks.pause_max", "", "missing"),
        ("evidence", "evidence.min_score", "1.5", "out-of-range"),
        ("evidence", "evidence.min_score", "much", "wrong-type"),
        ("exchange", "exchange.kinds.report.max_per_day", "-1", "out-of-range"),
        ("marking", "marking.tlp_max_accepted", "TLP:RED", "not-in-list"),
        ("head", "effective", "soon", "wrong-type"),
        ("personal_data", "personal_data.classes.registrant_contact", "perhaps", "not-in-list"),
    ],
)
def test_a_problem_is_told_under_the_name_of_its_field(
    agreed: Memorandum, part: str, path: str, given: str, code: str
) -> None:
    problems = answered(agreed, part, **{path: [given]})
    assert isinstance(problems, tuple)
    assert [(problem.path, problem.code) for problem in problems] == [(path, code)]
    assert path in {field.path for field in flat(form_of(tree_of(agreed), part))}


@settings(max_examples=40)
@given(
    part=st.sampled_from(PARTS),
    answers=st.dictionaries(st.text(max_size=40), st.lists(st.text(max_size=40), max_size=3), max_size=5),
    data=st.data(),
)
def test_no_answers_break_it(part: str, answers: dict[str, list[str]], data: st.DataObject) -> None:
    tree = tree_of(example())
    fields = list(flat(form_of(tree, part)))
    for field in data.draw(st.lists(st.sampled_from(fields), max_size=4)):
        answers[field.path] = [data.draw(st.text(max_size=60))]
    changed = with_answers(tree, part, sent(form_of(tree, part)) | answers)
    read = read_draft(changed)
    assert isinstance(read, Memorandum | tuple)
    assert form_of(changed, part)  # it can be shown again as it was typed
