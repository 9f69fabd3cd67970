"""Campaigns as values: bounded, the same whatever the order, joined both ways, never without a reason."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.campaign_patterns import learn_letters, suppose_patterns
from comity.core.campaigns import (
    ENOUGH,
    SIGN_KINDS,
    Bounds,
    Candidate,
    Sign,
    extend_campaign,
    find_enquiries,
    likelihood,
    may_propose,
    reason_of,
    weigh_campaign,
)
from comity.core.findings import PART

NAMES = 1_000_000
RARE = Sign(kind="servers", key="ns1.demo.ru ns2.demo.ru", holders=12, names=NAMES)
COMMON_SET = Sign(kind="servers", key="ns1.hoster.ru ns2.hoster.ru", holders=100_000, names=NAMES)
DAYS = Sign(kind="burst", key="2026-08-01/2026-08-03", holders=2_000, names=NAMES, seen=12, expected=0.02)
SHAPE = Sign(kind="pattern", key="demo-login‹number›", holders=20, names=NAMES, is_estimate=True)
REGISTRAR = Sign(kind="registrar", key="REG-DEMO", holders=3_000, names=NAMES)
HOLDER = Sign(kind="registrant", key="", holders=9, names=NAMES)

signs = st.builds(
    Sign, kind=st.sampled_from(SIGN_KINDS), key=st.text("abc.-", max_size=8), holders=st.integers(0, NAMES),
    names=st.just(NAMES), seen=st.integers(0, 50), expected=st.floats(0, 50), is_estimate=st.booleans(),
    tried=st.integers(1, 40),
)  # fmt: skip


@st.composite
def questions(draw: st.DrawFn) -> tuple[list[Sign], list[Candidate]]:
    given_signs = draw(st.lists(signs, max_size=6))
    places = st.lists(st.integers(0, max(0, len(given_signs) - 1)), max_size=6 if given_signs else 0)
    names = draw(st.lists(st.sampled_from([f"demo-{n}.ru" for n in range(40)]), unique=True, max_size=40))
    return given_signs, [Candidate(name, "ru", tuple(draw(places))) for name in names]


def weigh(given_signs: list[Sign], candidates: list[Candidate], **more: object):
    return weigh_campaign(
        "demo-0.ru", "ru", given_signs, candidates, names=NAMES, zones=("ru",),
        is_guarded=lambda name: name.endswith("7.ru"), **more,  # type: ignore[arg-type]
    )  # fmt: skip


@given(questions(), st.integers(0, 12), st.randoms())
def test_what_is_found_is_bounded_reasoned_and_the_same_in_any_order(question, most, lot) -> None:
    given_signs, candidates = question
    found = weigh(given_signs, candidates, bounds=Bounds(siblings=most))
    assert len(found.members) <= most
    assert len({member.name for member in found.members}) == len(found.members)
    shuffled = list(candidates)
    lot.shuffle(shuffled)
    assert weigh(given_signs, shuffled, bounds=Bounds(siblings=most)) == found
    for edge in found.edges():
        assert edge.signs
        assert all(reason_of(found.signs[place]) for place in edge.signs)
    for member in found.members:
        assert member.score >= ENOUGH
        assert member.name != found.seed
        assert not member.name.endswith("7.ru")
        assert may_propose([found.signs[place] for place in member.signs])
    assert sum(len(members) for _signs, members in found.bundles()) == len(found.members)


@given(questions())
def test_who_is_joined_with_one_is_joined_by_it(question) -> None:
    neighbours = weigh(*question).neighbours()
    for name, others in neighbours.items():
        for other in others:
            assert name in neighbours[other]


@given(signs, signs)
def test_another_sign_makes_nobody_less_sure(one: Sign, two: Sign) -> None:
    assert likelihood([one, two], NAMES) >= likelihood([one], NAMES) - 1e-12
    assert 0 <= likelihood([one, two], NAMES) <= 1


def test_one_sign_proposes_nothing_and_a_large_hoster_says_nothing() -> None:
    for sign in (RARE, DAYS, SHAPE, REGISTRAR):
        assert not weigh([sign], [Candidate("demo-1.ru", "ru", (0,))]).members
    assert weigh([RARE, DAYS], [Candidate("demo-1.ru", "ru", (0, 1))]).members[0].score > 0.99
    found = weigh([COMMON_SET, DAYS], [Candidate("demo-1.ru", "ru", (0, 1))])
    assert not found.members
    assert [(one.sign, one.why) for one in found.dropped] == [(COMMON_SET, "says-nothing")]


def test_signs_that_depend_on_each_other_count_once() -> None:
    assert likelihood([RARE, REGISTRAR], NAMES) == likelihood([RARE], NAMES)
    assert not may_propose([RARE, REGISTRAR])
    assert not weigh([RARE, REGISTRAR], [Candidate("demo-1.ru", "ru", (0, 1))]).members


def test_a_registrant_of_few_names_proposes_alone_and_one_of_many_does_not() -> None:
    assert weigh([HOLDER], [Candidate("demo-1.ru", "ru", (0,))]).members[0].score == ENOUGH
    many = Sign(kind="registrant", key="", holders=51, names=NAMES)
    assert not weigh([many], [Candidate("demo-1.ru", "ru", (0,))]).members


def test_a_sign_that_would_propose_too_much_is_dropped_and_said() -> None:
    wide = Sign(kind="servers", key="ns1.demo.ru", holders=150, names=NAMES)
    few = [Candidate(f"few-{n}.ru", "ru", (0, 1, 2)) for n in range(3)]
    many = [Candidate(f"many-{n}.ru", "ru", (0, 2)) for n in range(1_200)]
    found = weigh([wide, SHAPE, DAYS], [*few, *many], bounds=Bounds(radius=0.001))
    (dropped,) = found.dropped
    assert (dropped.sign.kind, dropped.why, dropped.names) == ("burst", "too-wide", 1_203)
    assert {member.name for member in found.members} == {one.name for one in few}
    assert weigh([wide, SHAPE, DAYS], [*few, *many], bounds=Bounds(radius=0.01)).left_out == 883  # and 120 are guarded


def test_a_guarded_name_is_counted_and_not_proposed() -> None:
    found = weigh([RARE, DAYS], [Candidate("bank-7.ru", "ru", (0, 1))])
    assert (found.members, found.guarded) == ((), 1)


def test_a_further_step_is_less_sure_and_says_by_whom() -> None:
    first = weigh([RARE, DAYS], [Candidate("demo-1.ru", "ru", (0, 1))])
    further = weigh_campaign(
        "demo-1.ru", "ru", [SHAPE, HOLDER],
        [Candidate("demo-0.ru", "ru", (0, 1)), Candidate("demo-2.ru", "ru", (0, 1))], names=NAMES, zones=("ru",),
        is_guarded=lambda _name: False,
    )  # fmt: skip
    found = extend_campaign(first, [further], bounds=Bounds(hops=2))
    assert [(one.name, one.hop, one.via) for one in found.members] == [
        ("demo-1.ru", 1, ""),
        ("demo-2.ru", 2, "demo-1.ru"),
    ]
    assert found.members[1].score == pytest.approx(first.members[0].score * further.members[1].score)
    assert [found.signs[place] for place in found.members[1].signs] == [SHAPE, HOLDER]
    assert len(extend_campaign(first, [further], bounds=Bounds(siblings=1)).members) == 1


def test_a_sibling_becomes_a_finding_with_a_reason_for_each_sign_and_no_registrant() -> None:
    found = weigh([RARE, HOLDER], [Candidate("demo-1.ru", "ru", (0, 1))])
    (finding,) = find_enquiries(found)
    assert (finding.kind, finding.subject, finding.name) == ("sibling", "demo-0.ru", "demo-1.ru")
    assert finding.detail.split(PART) == [
        "servers ns1.demo.ru ns2.demo.ru (12 / 1,000,000)",
        "registrant (9 / 1,000,000)",
    ]


ORDINARY = learn_letters(
    ["moskvaokna", "stroydom", "bankmoskva", "hotelparis", "shanghaitea", "nguyenviet", "minskauto", "remontkvartir",
     "gardencenter", "internetshop", "avtoservis", "businesscenter", "turfirma", "schoolonline"] * 20
)  # fmt: skip


@pytest.mark.parametrize(
    ("label", "sibling", "stranger"),
    [
        ("demo-signin3936", "demo-signin41", "other-signin41"),
        ("bankvnrqsu", "bankhddnaw", "bankmoskva1"),
        ("djeovdhujulkbu", "semsbztvyjdton", "internetcenter"),
        ("оплата-вход12", "оплата-вход7", "оплата12"),
    ],
)
def test_the_shapes_of_a_label_match_its_siblings(label: str, sibling: str, stranger: str) -> None:
    shapes = suppose_patterns(label, ORDINARY)

    def matches(text: str) -> set[str]:
        return {
            shape.words for shape in shapes
            if re.search(shape.expression, text) and (not shape.is_drawn or ORDINARY.is_drawn(text))
        }  # fmt: skip

    assert matches(label) == {shape.words for shape in shapes}
    assert matches(sibling) - matches(stranger)


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789-абвгдеё.*+()[]\\", min_size=1, max_size=63))
def test_every_shape_is_bounded_and_matches_the_label_it_is_of(label: str) -> None:
    shapes = suppose_patterns(label, ORDINARY)
    assert len(shapes) <= 48
    for shape in shapes:
        assert re.search(shape.expression, label), shape
        assert label.startswith(shape.start)
