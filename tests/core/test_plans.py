"""Plans as values: what is added, what stays, who must agree, and a hash that anybody finds again."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.authority import Cell, Profile, Rule
from comity.core.epp_statuses import STATUSES, settable
from comity.core.errors import InputError
from comity.core.plans import (
    MAX_NAMES,
    Candidate,
    Known,
    Limits,
    Plan,
    PlanRefusal,
    Present,
    blast_of,
    has_moved,
    plan_hold,
    plan_restore,
)
from comity.wire.plan_json import parse_plan, plan_hash, render_plan
from comity.wire.plan_texts import render_plan_text

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
VECTORS = Path(__file__).resolve().parents[2] / "docs" / "spec" / "vectors" / "plans.json"
PROFILE = Profile(
    id="by",
    zones=("by",),
    rules=(Rule("Instruction", "established", "s"),),
    cells={
        "undelegates": Cell("established", ("registry",), "s"),
        "hold-statuses": Cell("assumed", ("serverHold",), "s"),
        "lock-statuses": Cell("assumed", ("serverTransferProhibited",), "s"),
    },
)
STATUS_SETS = st.frozensets(st.sampled_from(sorted(settable(STATUSES))))


def candidate(name: str = "a-demo.by", *, statuses: tuple[str, ...] = ("ok",), **more: object) -> Candidate:
    said: dict[str, object] = {
        "ref": f"REF-{name}", "name": name, "zone": "by", "category": "phishing", "state": "hold_proposed",
        "present": Present("epp", statuses, "registrar-a", (), AT), "driver": "epp", "profile": PROFILE,
        "disposition": "malicious", "score": 0.9, "reason": "phishing",
    }  # fmt: skip
    return Candidate(**{**said, **more})  # type: ignore[arg-type]


def held(*candidates: Candidate, known: Known | None = None, limits: Limits | None = None) -> Plan | PlanRefusal:
    return plan_hold(
        candidates, party="oac.by", proposer="anna", known=known or Known(), limits=limits or Limits(), at=AT
    )


def codes(refusal: Plan | PlanRefusal, ref: str) -> set[str]:
    assert isinstance(refusal, PlanRefusal)
    return {reason.code for reason in refusal.reasons[ref]}


@given(STATUS_SETS)
def test_a_hold_adds_what_is_missing_and_keeps_what_is_there(there: frozenset[str]) -> None:
    plan = held(candidate(statuses=tuple(sorted(there))))
    assert isinstance(plan, Plan)
    (step,) = plan.steps
    assert set(step.wanted) == there | {"serverHold", "serverTransferProhibited"}
    assert set(step.add) == set(step.wanted) - there
    assert step.until == AT + timedelta(days=30)
    assert step.do_not_release


@given(STATUS_SETS, STATUS_SETS)
def test_only_what_people_set_moves_a_name(before: frozenset[str], after: frozenset[str]) -> None:
    planned = Present("epp", (*sorted(before), "inactive"))
    assert has_moved(planned, (*sorted(after), "ok")) == (before != after)


@settings(max_examples=20)
@given(st.permutations(["a-demo.by", "b-demo.by", "c-demo.by"]))
def test_the_order_of_the_question_makes_no_other_plan(names: list[str]) -> None:
    plan = held(*(candidate(name) for name in names))
    assert isinstance(plan, Plan)
    assert [step.name for step in plan.steps] == sorted(names)


def test_a_plan_gives_all_its_reasons() -> None:
    bad = candidate(
        state="confirmed", profile=None, present=Present("none"), is_held=True, open_plan="f" * 64, name="z-demo.by"
    )
    assert codes(held(bad), bad.ref) == {
        "wrong-state", "planned-already", "authority-unknown", "present-state-unknown", "held-already",
    }  # fmt: skip
    assert codes(held(candidate(statuses=("pendingTransfer",))), "REF-a-demo.by") == {"registry-is-at-work"}
    assert codes(held(), "") == {"nothing-to-plan"}
    assert codes(held(candidate(), candidate(ref="other")), "other") == {"named-twice"}
    many = [candidate(f"n{number}-demo.by") for number in range(MAX_NAMES + 1)]
    assert codes(held(*many), "") == {"too-many-names"}


def test_nobody_restores_what_is_not_held() -> None:
    def restored(one: Candidate) -> Plan | PlanRefusal:
        return plan_restore([one], party="p", proposer="a", why="cure", known=Known(), limits=Limits(), at=AT)

    assert codes(restored(candidate(state="restoring")), "REF-a-demo.by") == {"nothing-to-restore"}
    plan = restored(
        candidate(state="restoring", is_held=True, ours=("serverHold",), statuses=("clientHold", "serverHold"))
    )
    assert isinstance(plan, Plan)
    assert (plan.steps[0].remove, plan.steps[0].wanted, plan.approvals) == (("serverHold",), ("clientHold",), 0)


@pytest.mark.parametrize(
    ("names", "known", "rules"),
    [
        (50, Known(), set()),
        (51, Known(), {"many-names"}),
        (10, Known(registrars={"registrar-a": 200}), set()),
        (11, Known(registrars={"registrar-a": 200}), {"registrar-share"}),
        (9, Known(registrars={"registrar-a": 10}), set()),
        (10, Known(zones={"by": 9_000}), {"zone-share"}),
        (10, Known(zones={"by": 10_000}), set()),
    ],
)
def test_many_names_are_a_bulk_plan(names: int, known: Known, rules: set[str]) -> None:
    plan = held(*(candidate(f"n{number}-demo.by") for number in range(names)), known=known)
    assert isinstance(plan, Plan)
    assert {demand.rule for demand in plan.demands} - {"four-eyes", "profile"} == rules
    assert plan.is_bulk == bool(rules)


def test_a_protected_name_asks_for_two() -> None:
    plan = held(candidate(protected="banks"), candidate("b-demo.by", guards=("popular",)))
    assert isinstance(plan, Plan)
    assert plan.approvals == 2
    assert plan.blast.popular == 1
    assert "protected: banks" in render_plan_text(plan, "0" * 64)


def test_what_falls_with_a_name_is_counted_once() -> None:
    plan = held(candidate(), candidate("b-demo.by"))
    assert isinstance(plan, Plan)
    blast = blast_of(
        plan.steps,
        Known(
            registrars={"registrar-a": 4}, zones={"by": 8}, hosts={"a-demo.by": 3, "x.by": 9}, sharing={"b-demo.by": 2}
        ),
    )
    assert (blast.names, blast.hosts, blast.sharing) == (2, 3, 2)
    assert [(one.of, one.percent) for one in (*blast.registrars, *blast.zones)] == [("registrar-a", 50.0), ("by", 25.0)]


def test_the_vectors_are_found_again() -> None:
    document = json.loads(VECTORS.read_text(encoding="utf-8"))
    for one in document["plans"]:
        data = one["canonical"].encode()
        assert sha256(data).hexdigest() == one["sha256"] == plan_hash(data), one["name"]
        plan = parse_plan(data)
        assert render_plan(plan) == data
        assert plan.approvals == one["approvals"]
        assert plan.is_bulk == one["bulk"]
    for one in document["refused"]:
        with pytest.raises(InputError):
            parse_plan(one["document"].encode())


def test_a_plan_in_words_names_all_that_matters() -> None:
    plan = held(candidate("xn--e1afmkfd.by", statuses=("clientHold",)))
    assert isinstance(plan, Plan)
    text = render_plan_text(plan, "ab" * 32)
    for expected in (
        "пример",
        "clientHold (epp), registrar registrar-a",
        "+serverHold",
        "0.90, malicious, phishing",
        "ab" * 32,
    ):
        assert expected in text, expected
    assert "пример.by" not in text  # a name is never a link


def test_another_form_is_not_read() -> None:
    plan = held(candidate())
    assert isinstance(plan, Plan)
    with pytest.raises(InputError):
        parse_plan(render_plan(msgspec.structs.replace(plan, form="comity-plan/2")))


def test_whoever_is_known_has_at_least_the_names_of_the_plan() -> None:
    one = plan_hold([candidate()], party="oac.by", proposer="anna", known=Known(), limits=Limits(), at=AT)
    assert isinstance(one, Plan)
    steps = [msgspec.structs.replace(one.steps[0], name=f"n{number}.by") for number in range(12)]
    registrar = one.steps[0].present.registrar
    for known, told in ((1, 12), (60, 60), (0, 0)):
        (share,) = blast_of(steps, Known(registrars={registrar: known})).registrars
        assert (share.planned, share.known) == (12, told)
