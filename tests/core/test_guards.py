"""What a guard list protects: the name itself, or all that is below it."""

from hypothesis import given
from hypothesis import strategies as st

from comity.core.guards import join_guard_lists, parse_guard_list

GUARD = join_guard_lists(
    [
        parse_guard_list("state", "# comment\n.gov.by\n\nSberbank.ru # bank\n"),
        parse_guard_list("other", "com.vn\nsberbank.ru"),
    ]
)


def test_a_name_is_found_as_registrable_domain_and_as_host() -> None:
    assert GUARD.find("sberbank.ru", "online.sberbank.ru") == "state"
    assert GUARD.find("vn", "com.vn") == "other"


def test_an_exact_entry_protects_nothing_below_a_suffix() -> None:
    assert GUARD.find("shop.com.vn", "shop.com.vn") == ""


def test_a_tree_protects_itself_and_all_below() -> None:
    for registrable, host in (("minfin.gov.by", "www.minfin.gov.by"), ("", "gov.by"), ("minfin.gov.by", "")):
        assert GUARD.find(registrable, host) == "state"
    assert GUARD.find("notgov.by", "notgov.by") == ""


LABELS = st.lists(
    st.text("ab-", min_size=1, max_size=3).filter(lambda label: label.strip("-") == label), min_size=1, max_size=4
)


@given(st.lists(LABELS.map(".".join), max_size=5), LABELS.map(".".join))
def test_trees_answer_as_the_definition_says(trees: list[str], host: str) -> None:
    guard = join_guard_lists([parse_guard_list("x", "\n".join(f".{tree}" for tree in trees))])
    wanted = any(host == tree or host.endswith(f".{tree}") for tree in trees)
    assert (guard.find(host, host) == "x") == wanted
