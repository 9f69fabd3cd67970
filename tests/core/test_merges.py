"""Who follows whom: never a chain, never a circle, whatever is tried in whatever order."""

from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.case_merges import Standing, why_not_follow

CASES = ["a", "b", "c", "d", "e"]
TRIES = st.lists(st.tuples(st.sampled_from(CASES), st.sampled_from(CASES), st.booleans()), max_size=40)


def standing(uuid: str, parent_of: dict[str, str], state: str = "triage") -> Standing:
    return Standing(uuid, "merged" if uuid in parent_of else state, "oac.by", uuid in parent_of.values())


@given(TRIES)
@settings(max_examples=100)
def test_no_order_of_merges_makes_a_chain_or_a_circle(tries: list[tuple[str, str, bool]]) -> None:
    parent_of: dict[str, str] = {}
    for case, parent, ends in tries:
        if ends:
            parent_of.pop(case, None)
        elif case not in parent_of and not why_not_follow(standing(case, parent_of), standing(parent, parent_of)):
            parent_of[case] = parent
        assert not set(parent_of) & set(parent_of.values())
        assert all(child != followed for child, followed in parent_of.items())


def codes(case: Standing, parent: Standing | None) -> set[str]:
    return {reason.code for reason in why_not_follow(case, parent)}


def test_every_reason_is_said() -> None:
    case = Standing("a", "triage", "oac.by", has_followers=True)

    assert codes(case, None) == {"parent-unknown", "has-followers"}
    assert codes(case, case) == {"parent-is-itself"}
    assert codes(case, Standing("b", "merged", "cctld.ru", has_followers=False)) == {
        "has-followers", "parent-is-merged", "parent-elsewhere",
    }  # fmt: skip
    assert codes(
        Standing("a", "triage", "oac.by", has_followers=False), Standing("b", "closed", "oac.by", has_followers=True)
    ) == {"parent-is-closed"}
