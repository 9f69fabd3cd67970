"""Collateral: five questions, each answered once, from a source, and never more surely than the source allows."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.collateral import (
    MOST,
    NUMBERED,
    QUESTIONS,
    CollateralProblem,
    Finding,
    Surroundings,
    parse_answers,
    render_check,
    settle,
    suggest,
)

SURROUNDINGS = st.builds(
    Surroundings,
    subdomains=st.integers(0, 5000),
    is_suffix=st.booleans(),
    guard=st.sampled_from(["", "banks", "state", "popular", "shared-suffix", "our-own"]),
    mail=st.sampled_from([None, True, False]),
)
ANSWERS = st.dictionaries(
    st.sampled_from(QUESTIONS), st.one_of(st.sampled_from(["yes", "no", "unknown", ""]), st.integers(1, 9).map(str))
)


def found(known: Surroundings) -> dict[str, Finding]:
    return {one.question: one for one in suggest(known)}


@given(SURROUNDINGS)
@settings(max_examples=60)
def test_every_question_is_answered_once_with_a_source(known: Surroundings) -> None:
    suggested = suggest(known)

    assert tuple(one.question for one in suggested) == QUESTIONS
    assert all(one.source and one.by == "node" for one in suggested)
    assert all((one.source == "not-looked-up") == (one.answer == "unknown") for one in suggested)


@given(SURROUNDINGS, ANSWERS)
@settings(max_examples=100)
def test_the_analyst_has_the_last_word_on_every_question_they_answer(known: Surroundings, said: dict[str, str]) -> None:
    answers = parse_answers(said, {})
    problems = [one for one in answers if isinstance(one, CollateralProblem)]
    if problems:
        assert {one.question for one in problems} <= {q for q, text in said.items() if text.isdecimal()} - NUMBERED
        return
    parsed = [one for one in answers if isinstance(one, Finding)]
    settled = settle(suggest(known), parsed)

    assert tuple(one.question for one in settled) == QUESTIONS
    for one in settled:
        text = said.get(one.question, "")
        assert one.by == ("analyst" if text else "node")
        if text in {"yes", "no", "unknown"}:
            assert one.answer == text
        elif text:
            assert (one.answer, one.number) == ("yes", int(text))


def test_what_the_node_knows_is_suggested_and_what_it_does_not_know_is_unknown() -> None:
    nothing = found(Surroundings())
    assert nothing["subdomain_count"].answer == "unknown"  # that no report names one proves nothing
    assert nothing["mail_use"].answer == "unknown"
    assert nothing["state_body"].answer == "unknown"  # our list of state bodies is not whole
    assert nothing["public_suffix_or_shared_host"].answer == "no"
    assert nothing["popularity_rank"].answer == "no"

    much = found(Surroundings(subdomains=12, is_suffix=True, guard="state", mail=True))
    assert (much["subdomain_count"].answer, much["subdomain_count"].number) == ("yes", 12)
    assert much["public_suffix_or_shared_host"].answer == "yes"
    assert much["mail_use"].source == "dns"
    assert much["state_body"].source == "guard-list:state"
    assert much["popularity_rank"].answer == "unknown"  # the state list named it first
    assert found(Surroundings(guard="popular"))["popularity_rank"].answer == "yes"
    assert found(Surroundings(guard="shared-suffix"))["public_suffix_or_shared_host"].weighs


def test_who_agrees_keeps_the_source_and_who_does_not_names_their_own() -> None:
    suggested = suggest(Surroundings(subdomains=3))
    agreed = settle(suggested, [Finding("subdomain_count", "yes", "analyst", "analyst", 3)])
    other = settle(suggested, [Finding("subdomain_count", "yes", "zone-file", "analyst", 40)])

    assert agreed[0] == Finding("subdomain_count", "yes", "reports", "analyst", 3)
    assert other[0] == Finding("subdomain_count", "yes", "zone-file", "analyst", 40)
    assert render_check(other).startswith("subdomain_count: 40 (zone-file); public_suffix_or_shared_host: no (")


@pytest.mark.parametrize(
    ("answers", "sources"),
    [
        ({"mail_use": "12"}, {}),
        ({"mail_use": "perhaps"}, {}),
        ({"subdomain_count": "-1"}, {}),
        ({"subdomain_count": "1.5"}, {}),
        ({"subdomain_count": "٣"}, {}),
        ({"subdomain_count": str(MOST + 1)}, {}),
        ({"subdomain_count": "9" * 400}, {}),
        ({"popularity_rank": "0"}, {}),
        ({"colour": "yes"}, {}),
        ({"mail_use": "yes"}, {"mail_use": "x" * 61}),
        ({"mail_use": "yes"}, {"mail_use": "a\u202eb"}),
    ],
)
def test_what_is_no_answer_is_refused(answers: dict[str, str], sources: dict[str, str]) -> None:
    (problem,) = parse_answers(answers, sources)

    assert isinstance(problem, CollateralProblem)
    assert problem.question == next(iter(answers))


def test_everything_that_is_wrong_is_said() -> None:
    assert len(parse_answers({"mail_use": "x", "state_body": "y", "subdomain_count": "no"}, {})) == 2
    assert parse_answers({"subdomain_count": "0"}, {}) == (Finding("subdomain_count", "no", "analyst", "analyst", 0),)
