"""The life of a memorandum and what its parts say to one another."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.memoranda import LIFE, STATUSES, Status, next_status, notice_ends, standing
from comity.core.memorandum_rules import find_placeholders, find_problems
from comity.wire.memorandum_yaml import parse_memorandum
from memoranda_made import EXAMPLE, NOW, example, made

DAY = timedelta(days=1)


def test_every_state_can_be_reached_and_left_except_the_last() -> None:
    reached = {"draft", *LIFE.values()}
    left = {status for status, _ in LIFE}
    assert reached == set(STATUSES)
    assert left == set(STATUSES) - {"terminated"}


def test_suspension_is_open_to_whatever_has_force() -> None:
    assert next_status("in-force", "suspend") == "suspended"
    assert next_status("countersigned", "suspend") == "suspended"
    assert next_status("proposed", "suspend") is None


def test_nothing_leads_out_of_the_end() -> None:
    assert all(next_status("terminated", event) is None for _, event in LIFE)


def test_only_signatures_lead_into_force() -> None:
    into = {(status, event) for (status, event), after in LIFE.items() if after == "in-force" and status != "in-force"}
    assert into == {("countersigned", "enter-force"), ("suspended", "resume")}


def test_a_countersigned_text_enters_force_by_itself() -> None:
    memorandum = made({"effective": "2026-11-24T00:00:00Z"})
    assert standing(memorandum, "countersigned", ends_at=None, at=NOW) == "countersigned"
    assert standing(memorandum, "countersigned", ends_at=None, at=NOW + DAY) == "in-force"
    assert standing(memorandum, "in-force", ends_at=None, at=NOW) == "countersigned"


def test_notice_ends_it_by_itself() -> None:
    memorandum = made()
    ends = notice_ends(memorandum, at=NOW)
    assert ends == NOW + 30 * DAY
    assert standing(memorandum, "in-force", ends_at=ends, at=ends - DAY) == "in-force"
    assert standing(memorandum, "in-force", ends_at=ends, at=ends) == "terminated"
    assert standing(memorandum, "suspended", ends_at=ends, at=ends) == "terminated"


@pytest.mark.parametrize("status", ["countersigned", "in-force", "suspended"])
def test_its_own_term_ends_it_by_itself(status: Status) -> None:
    memorandum = made({"effective": "2026-01-01T00:00:00Z", "expires": "2026-12-01T00:00:00Z"})
    ends = datetime(2026, 12, 1, tzinfo=UTC)
    assert memorandum.expires == ends
    assert standing(memorandum, status, ends_at=None, at=ends - timedelta(seconds=1)) != "terminated"
    assert standing(memorandum, status, ends_at=None, at=ends) == "terminated"
    assert standing(memorandum, status, ends_at=ends + DAY, at=ends) == "terminated", "notice makes it no longer"


@given(st.sampled_from(["draft", "proposed", "suspended", "terminated"]), st.timedeltas(-400 * DAY, 400 * DAY))
def test_time_alone_opens_nothing_that_is_not_signed_or_was_shut(status: str, later: timedelta) -> None:
    assert standing(made(), status, ends_at=None, at=NOW + later) == status  # type: ignore[arg-type]


def test_the_example_is_in_order_but_not_ready_to_sign() -> None:
    memorandum = parse_memorandum(EXAMPLE.read_bytes())
    assert not isinstance(memorandum, tuple)
    assert find_problems(memorandum) == ()
    assert {problem.path for problem in find_placeholders(memorandum)} == {
        "legal_text.digest", "supersedes.digest", "parties[0].keys[0].public", "parties[1].keys[0].public",
    }  # fmt: skip


def test_a_memorandum_of_three_with_open_accession() -> None:
    third = {**_party(), "id": "vnnic.vn", "zones": ["vn"], "jurisdiction": "VN", "name": {"vi": "VNNIC"}}
    parties = [_party(), _party(1), third]
    memorandum = made(
        {"parties": parties, "accession": {"clause": "14", "open_to": "any ccTLD", "needs": "all_signatures"}}
    )
    assert memorandum.terms.all_zones == {"ru", "xn--p1ai", "by", "xn--90ais", "vn"}
    assert memorandum.terms.senders["report"] == {"cctld.ru", "oac.by", "vnnic.vn"}


def _party(number: int = 0) -> dict[str, object]:
    party: dict[str, object] = example()["parties"][number]
    return party


def test_terms_are_made_once() -> None:
    memorandum = made()
    assert memorandum.terms is memorandum.terms
    assert memorandum.terms.max_age["unauthorized-access"] == 7 * DAY


@pytest.mark.parametrize("party", ["cctld.ru", "oac.by"])
def test_a_party_is_found_by_name(party: str) -> None:
    found = made().party(party)
    assert found is not None
    assert len(found.keys[0].public_bytes) == 32
    assert made().party("nobody.example") is None
