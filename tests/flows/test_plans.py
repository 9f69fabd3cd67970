"""Plans against the real store and a registry that is a process: shown, approved, done exactly once, undone."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from comity.core.cases import CaseEntry
from comity.core.errors import SettingError
from comity.core.plans import Plan, PlanRefusal
from comity.edges.epp_session import EppLostAnswerError, EppUnavailableError
from comity.edges.home import Home
from comity.flows.advance_cases import Grounds, advance_cases, same_step, step_of
from comity.flows.appeal import appeal
from comity.flows.approve_plan import approve_plan, refuse_plan
from comity.flows.carry_out import carry_on, carry_out
from comity.flows.decide_appeal import decide_appeal
from comity.flows.hold import approve_hold, hold, lift, restore
from comity.flows.plan_action import plan_action, propose_plan
from comity.flows.restore_name import restore_held, restore_names
from comity.flows.tend_holds import tend_holds
from comity.store.cases import timeline
from comity.store.holds import holds_of_case, list_held_days
from comity.store.models import ActionPlan, ActionStep
from comity.store.observations import newest
from comity.store.plans import get_plan, steps_of
from comity.testing.registry import Fault
from comity.testing.registry_process import RegistryProcess
from flows.desk import ANNA, AT, BORIS, HOME, NODE, OLGA, OWN, VERA, case_of, new_case, open_some, state_of
from flows.plan_desk import approved, home_at, proposed, the_plan

pytestmark = [pytest.mark.django_db, pytest.mark.processes]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryProcess]:
    with RegistryProcess(tmp_path_factory.mktemp("registry")) as running:
        yield running


@pytest.fixture
def home(registry: RegistryProcess, tmp_path: Path) -> Home:
    (registry.directory / "fault").unlink(missing_ok=True)
    return home_at(registry, tmp_path / "node")


def codes(reasons: tuple[object, ...]) -> set[str]:
    return {getattr(reason, "code", "") for reason in reasons}


def said(ref: str) -> list[CaseEntry]:
    return list(timeline(case_of(ref).pk))


def updates(registry: RegistryProcess, name: str) -> list[str]:
    return [line for line in registry.journal() if f" update {name} " in line]


def test_a_plan_is_shown_approved_carried_out_and_undone(registry: RegistryProcess, home: Home) -> None:
    registry.put("a1-demo.by", "clientTransferProhibited", nameservers=["ns1.host-demo.by"])
    refs = proposed(home, "a1-demo.by")
    stored = the_plan()
    (step,) = stored.plan.steps
    assert (step.present.statuses, step.present.registrar) == (("clientTransferProhibited",), "registrar-a")
    assert (step.add, step.wanted) == (("serverHold",), ("clientTransferProhibited", "serverHold"))
    assert (step.score, step.disposition, step.reason) == (0.9, "malicious", "phishing")
    assert stored.state == "proposed"
    assert list(list_held_days()) == []
    assert registry.statuses("a1-demo.by") == ["clientTransferProhibited"]

    assert approve_plan(home, stored.hash, BORIS, at=AT).state == "approved"
    assert state_of(refs[0]) == "on_hold"
    assert said(refs[0])[-1].evidence_hash == stored.hash
    assert registry.statuses("a1-demo.by") == ["clientTransferProhibited"]

    assert carry_out(home, stored.hash[:12], BORIS, at=AT).state == "done"
    assert registry.statuses("a1-demo.by") == ["clientTransferProhibited", "serverHold"]
    assert [(entry.event, entry.reason) for entry in said(refs[0])[-2:]] == [
        ("action_carried_out", "hold"), ("note", "registrant-not-told-no-mail"),
    ]  # fmt: skip
    (held,) = holds_of_case(case_of(refs[0]).pk)
    assert (held.state, held.former, held.added) == ("held", ("clientTransferProhibited",), ("serverHold",))
    assert held.do_not_release
    look = newest("a1-demo.by", "epp")
    assert look is not None
    assert look.value is not None

    registry.put("a1-demo.by", "clientDeleteProhibited", "clientTransferProhibited", "serverHold")  # others added one
    assert lift(home, refs, ANNA, at=AT).done == tuple(refs)
    assert codes(restore(home, refs, NODE, "restored_after_cure", at=AT).refused[refs[0]]) == {"held-still"}
    assert carry_on(home, at=AT) == 1
    assert registry.statuses("a1-demo.by") == ["clientDeleteProhibited", "clientTransferProhibited"]
    assert (state_of(refs[0]), case_of(refs[0]).outcome) == ("closed", "restored_after_cure")
    assert list(list_held_days()) == [("a1-demo.by", AT.date())]  # for what is back after it
    assert carry_on(home, at=AT) == 0


def test_what_was_on_a_name_before_stays_when_it_comes_back(registry: RegistryProcess, home: Home) -> None:
    registry.put("a2-demo.by", "serverHold")
    refs, which = approved(home, "a2-demo.by")
    assert carry_out(home, which, ANNA, at=AT).state == "done"
    assert updates(registry, "a2-demo.by") == []

    lift(home, refs, ANNA, at=AT)
    carry_on(home, at=AT)

    assert registry.statuses("a2-demo.by") == ["serverHold"]
    assert updates(registry, "a2-demo.by") == []


def test_a_name_that_moved_since_it_was_shown_is_left_alone(registry: RegistryProcess, home: Home) -> None:
    registry.put("a3-demo.by")
    registry.put("a4-demo.by")
    refs, which = approved(home, "a3-demo.by", "a4-demo.by")
    registry.put("a3-demo.by", "clientHold")

    assert carry_out(home, which, ANNA, at=AT).state == "failed-partly"

    assert registry.statuses("a3-demo.by") == ["clientHold"]
    assert registry.statuses("a4-demo.by") == ["serverHold"]
    assert [step.state for step in steps_of(get_plan(which).pk)] == ["moved", "confirmed"]
    assert said(refs[0])[-1].event == "action_failed"

    again = plan_action(home, [refs[0]], ANNA, at=AT)  # planned anew, approved anew
    assert isinstance(again, Plan)
    anew = propose_plan(home, again, ANNA, at=AT)
    assert codes(approve_plan(home, anew, ANNA, at=AT).reasons) == {"wrong-role", "same-person"}
    assert approve_plan(home, anew, VERA, at=AT).state == "approved"
    assert carry_out(home, anew, ANNA, at=AT).state == "done"
    assert registry.statuses("a3-demo.by") == ["clientHold", "serverHold"]


@pytest.mark.parametrize("what", ["die-before", "die-after", "cut", "drop-before", "drop-after", "malformed"])
def test_an_answer_that_is_lost_is_asked_for_and_never_guessed(
    registry: RegistryProcess, home: Home, what: str
) -> None:
    name = f"lost-{what}-demo.by"
    registry.put(name, "clientTransferProhibited")
    refs, which = approved(home, name)
    registry.arm(Fault(what))  # type: ignore[arg-type]

    with pytest.raises(EppLostAnswerError):
        carry_out(home, which, ANNA, at=AT)
    assert [step.state for step in steps_of(get_plan(which).pk)] == ["sent"]
    if what.startswith("die"):
        registry.revive()
    assert carry_on(home, at=AT) == 1

    assert registry.statuses(name) == ["clientTransferProhibited", "serverHold"]
    assert len(updates(registry, name)) == 1  # carried out once, whenever it was lost
    lift(home, refs, ANNA, at=AT)
    registry.arm(Fault(what))  # type: ignore[arg-type]
    assert carry_on(home, at=AT) == 0
    if what.startswith("die"):
        registry.revive()
    assert carry_on(home, at=AT) == 1
    assert registry.statuses(name) == ["clientTransferProhibited"]


def test_an_answer_that_comes_twice_does_no_harm(registry: RegistryProcess, home: Home) -> None:
    registry.put("twice-demo.by")
    _refs, which = approved(home, "twice-demo.by")
    registry.arm(Fault("duplicate"))

    assert carry_out(home, which, ANNA, at=AT).state == "done"
    assert registry.has_struck


def test_a_registry_that_hangs_is_not_waited_for(registry: RegistryProcess, home: Home) -> None:
    registry.put("hang-demo.by")
    quick = Home(
        home.path,
        msgspec.structs.replace(home.settings, epp=msgspec.structs.replace(home.settings.epp, answer_seconds=0.3)),
    )
    _refs, which = approved(quick, "hang-demo.by")
    registry.arm(Fault("hang", seconds=0.6))

    with pytest.raises(EppLostAnswerError):
        carry_out(quick, which, ANNA, at=AT)
    assert carry_on(quick, at=AT) == 1

    assert registry.statuses("hang-demo.by") == ["serverHold"]


def test_a_registry_that_refuses_says_why_and_the_rest_goes_on(registry: RegistryProcess, home: Home) -> None:
    registry.put("b1-demo.by", "serverUpdateProhibited")
    registry.put("b2-demo.by")
    refs, which = approved(home, "b1-demo.by", "b2-demo.by")

    assert carry_out(home, which, ANNA, at=AT).state == "failed-partly"

    first, second = steps_of(get_plan(which).pk)
    assert (first.state, first.code) == ("failed", "2304")
    assert second.state == "confirmed"
    assert registry.statuses("b1-demo.by") == ["serverUpdateProhibited"]
    assert holds_of_case(case_of(refs[0]).pk)[0].state == "dropped"
    assert lift(home, [refs[0]], ANNA, at=AT).done == (refs[0],)  # nothing of ours is there
    assert restore(home, [refs[0]], NODE, "restored_after_cure", at=AT).done == (refs[0],)


def test_a_failure_of_the_registrys_own_is_tried_again(registry: RegistryProcess, home: Home) -> None:
    registry.put("b3-demo.by")
    _refs, which = approved(home, "b3-demo.by")
    registry.arm(Fault("fail"))

    with pytest.raises(EppUnavailableError):
        carry_out(home, which, ANNA, at=AT)
    assert carry_out(home, which, ANNA, at=AT).state == "done"


def test_a_registrars_login_cannot_set_what_is_the_registrys(registry: RegistryProcess, tmp_path: Path) -> None:
    registry.put("b4-demo.by")
    home = home_at(registry, tmp_path / "a", client="registrar-a")
    _refs, which = approved(home, "b4-demo.by")

    assert carry_out(home, which, ANNA, at=AT).state == "failed-partly"
    assert [step.code for step in steps_of(get_plan(which).pk)] == ["2306"]


def test_two_cases_hold_one_name_until_both_let_go(registry: RegistryProcess, home: Home) -> None:
    registry.put("c1-demo.by")
    first, which = approved(home, "c1-demo.by")
    carry_out(home, which, ANNA, at=AT)
    second_case = new_case("c1-demo.by")
    (second,) = open_some(type(second_case)("c1-demo.by", "malware", 1, "by", OWN, "high"))
    for event in ("start_triage", "confirm", "propose_hold"):
        step = step_of(event, ANNA, Grounds(reason="malware"))
        step = type(step)(
            **{
                **{f: getattr(step, f) for f in step.__struct_fields__},
                "score": 0.9,
                "disposition": "malicious",
                "collateral": "none",
            }
        )
        assert advance_cases(home, {second: step}, at=AT).done == (second,)
    plan = plan_action(home, [second], ANNA, at=AT)
    assert isinstance(plan, Plan)
    which = propose_plan(home, plan, ANNA, at=AT)
    approve_plan(home, which, BORIS, at=AT)
    assert carry_out(home, which, ANNA, at=AT).state == "done"

    lift(home, first, ANNA, at=AT)
    carry_on(home, at=AT)
    assert registry.statuses("c1-demo.by") == ["serverHold"]
    assert state_of(first[0]) == "closed"

    lift(home, [second], ANNA, at=AT)
    carry_on(home, at=AT)
    assert registry.statuses("c1-demo.by") == ["ok"]


def test_an_appeal_brings_the_name_back_for_its_time(registry: RegistryProcess, home: Home) -> None:
    registry.put("d1-demo.by")
    refs, which = approved(home, "d1-demo.by")
    carry_out(home, which, ANNA, at=AT)
    holder = type(ANNA)("holder", "registrant", OWN)
    appeal(home, refs, holder, at=AT)
    decide_appeal(home, refs, OLGA, "interim_restore", at=AT)

    assert restore_names(home, refs, OLGA, "interim", AT).done == tuple(refs)
    assert restore_names(home, refs, OLGA, "interim", AT).done == tuple(refs)  # asked twice, done once
    assert carry_on(home, at=AT) == 1

    assert registry.statuses("d1-demo.by") == ["ok"]
    assert state_of(refs[0]) == "appeal"
    decide_appeal(home, refs, OLGA, "granted", at=AT)
    restore_held(home, refs, OLGA, "appeal", AT)  # back already: the case is closed by it
    assert (state_of(refs[0]), case_of(refs[0]).outcome) == ("closed", "restored_on_appeal")


def test_a_hold_that_was_not_begun_is_not_begun_after_a_restoration(registry: RegistryProcess, home: Home) -> None:
    registry.put("d2-demo.by")
    refs, which = approved(home, "d2-demo.by")
    lift(home, refs, ANNA, at=AT)

    assert carry_out(home, which, ANNA, at=AT).state == "failed-partly"
    assert registry.statuses("d2-demo.by") == ["ok"]


def test_a_hold_is_warned_of_and_ends(registry: RegistryProcess, home: Home) -> None:
    registry.put("e1-demo.by")
    refs, which = approved(home, "e1-demo.by")
    carry_out(home, which, ANNA, at=AT)
    until = holds_of_case(case_of(refs[0]).pk)[0].until

    assert tend_holds(home, at=until - timedelta(days=4)) == 0
    assert tend_holds(home, at=until - timedelta(days=3)) == 1
    assert tend_holds(home, at=until - timedelta(days=2)) == 0
    assert (said(refs[0])[-1].event, said(refs[0])[-1].reason) == ("clock_warned", "hold-ends-soon")
    assert tend_holds(home, at=until) == 1
    assert tend_holds(home, at=until) == 0
    assert carry_on(home, at=until) == 1

    assert registry.statuses("e1-demo.by") == ["ok"]
    assert [entry.event for entry in said(refs[0])[-2:]] == ["hold_expired", "action_carried_out"]


def test_where_the_profile_says_so_a_person_is_asked_at_the_end(registry: RegistryProcess, home: Home) -> None:
    (home.path / "authority.toml").write_text('[profile.by]\non-expiry = "ask"\nhold-days = 5\n')
    registry.put("e2-demo.by")
    refs, which = approved(home, "e2-demo.by")
    carry_out(home, which, ANNA, at=AT)

    assert tend_holds(home, at=AT + timedelta(days=6)) == 1

    assert registry.statuses("e2-demo.by") == ["serverHold"]
    assert (said(refs[0])[-1].event, said(refs[0])[-1].reason) == ("hold_expired", "hold-ended-decide")


def test_a_locked_hold_is_locked_last_and_unlocked_first(registry: RegistryProcess, home: Home) -> None:
    (home.path / "authority.toml").write_text(
        "[profile.by.cells]\n"
        'lock-statuses = { mark = "assumed", source = "s",'
        ' words = ["serverUpdateProhibited", "serverTransferProhibited"] }\n'
    )
    registry.put("f1-demo.by", "clientHold")
    refs, which = approved(home, "f1-demo.by")
    assert carry_out(home, which, ANNA, at=AT).state == "done"
    assert registry.statuses("f1-demo.by") == [
        "clientHold", "serverHold", "serverTransferProhibited", "serverUpdateProhibited",
    ]  # fmt: skip

    lift(home, refs, ANNA, at=AT)
    carry_on(home, at=AT)

    assert registry.statuses("f1-demo.by") == ["clientHold"]
    assert len(updates(registry, "f1-demo.by")) == 4


# -- who may -----------------------------------------------------------------------------------------------------------


def test_only_another_person_approves_and_only_what_was_shown() -> None:
    refs = proposed(HOME, "g1-demo.by")
    which = the_plan().hash

    assert codes(approve_plan(HOME, which, ANNA, at=AT).reasons) == {"wrong-role", "same-person"}
    late = approve_plan(HOME, which, BORIS, at=AT + timedelta(hours=25))
    assert codes(late.reasons) == {"plan-expired"}
    assert codes(carry_out(HOME, which, ANNA, at=AT).reasons) == {"plan-not-approved"}
    assert codes(refuse_plan(HOME, which, BORIS, at=AT).reasons) == {"reason-missing"}
    assert refuse_plan(HOME, which, BORIS, at=AT, grounds=Grounds(reason="collateral")).state == "refused"
    assert state_of(refs[0]) == "confirmed"
    assert codes(approve_plan(HOME, which, BORIS, at=AT).reasons) >= {"plan-not-proposed"}


def test_a_supervisor_who_proposed_does_not_approve() -> None:
    refs = proposed(HOME, "g2-demo.by")
    refuse_plan(HOME, the_plan().hash, VERA, at=AT, grounds=Grounds(reason="anew"))
    assert hold(HOME, refs, BORIS, at=AT, grounds=Grounds(reason="phishing")).done == tuple(refs)

    assert codes(approve_plan(HOME, the_plan().hash, BORIS, at=AT).reasons) == {"same-person"}
    assert approve_plan(HOME, the_plan().hash, VERA, at=AT).state == "approved"


def test_a_protected_name_needs_two_and_the_others_of_its_plan_wait() -> None:
    (guarded,) = open_some(new_case("bank-demo.by", protected="banks"))
    refs = [guarded, *open_some(new_case("g3-demo.by"))]
    for event in ("start_triage", "confirm"):
        step = step_of(event, ANNA)
        step = type(step)(event=event, actor=ANNA, score=0.9, disposition="malicious", collateral="none")
        advance_cases(HOME, same_step(refs, step), at=AT)
    assert hold(HOME, refs, ANNA, at=AT, grounds=Grounds(reason="phishing")).done == tuple(refs)
    which = the_plan().hash
    assert the_plan().plan.approvals == 2

    assert approve_plan(HOME, which, BORIS, at=AT).state == "proposed"
    assert {state_of(ref) for ref in refs} == {"hold_proposed"}
    assert codes(approve_plan(HOME, which, BORIS, at=AT).reasons) == {"second-approver-needed"}
    assert approve_plan(HOME, which, VERA, at=AT).state == "approved"
    assert {state_of(ref) for ref in refs} == {"on_hold"}


def test_many_names_are_meant_by_a_supervisor_or_not_at_all() -> None:
    few = Home(HOME.path, msgspec.structs.replace(HOME.settings, plans=type(HOME.settings.plans)(most_names=2)))
    refs = proposed(few, "h1-demo.by", "h2-demo.by", "h3-demo.by")
    which = the_plan().hash

    assert {demand.rule for demand in the_plan().plan.demands} == {"four-eyes", "many-names", "profile"}
    assert codes(approve_plan(few, which, BORIS, at=AT).reasons) == {"bulk-not-agreed"}
    assert codes(approve_hold(few, refs, BORIS, at=AT).refused[refs[0]]) == {"bulk-not-agreed"}
    assert approve_plan(few, which, BORIS, bulk=True, at=AT).state == "approved"


def test_many_small_plans_are_not_approved_as_one() -> None:
    few = Home(HOME.path, msgspec.structs.replace(HOME.settings, plans=type(HOME.settings.plans)(most_names=1)))
    refs = [*proposed(few, "h4-demo.by"), *proposed(few, "h5-demo.by")]

    assert codes(approve_hold(few, refs, BORIS, at=AT).refused[refs[1]]) == {"bulk-not-agreed"}
    assert approve_hold(few, refs[:1], BORIS, at=AT).done == (refs[0],)


def test_a_plan_with_other_cases_is_answered_by_its_hash() -> None:
    first, second = proposed(HOME, "i1-demo.by", "i2-demo.by")

    assert codes(approve_hold(HOME, [first], BORIS, at=AT).refused[first]) == {"plan-has-others"}
    assert approve_hold(HOME, [second, first], BORIS, at=AT).done == (second, first)


def test_evidence_weighed_anew_makes_another_plan() -> None:
    refs = proposed(HOME, "j1-demo.by")
    which = the_plan().hash
    advance_cases(HOME, same_step(refs, step_of("refuse_hold", VERA, Grounds(reason="anew"))), at=AT)

    assert codes(approve_plan(HOME, which, BORIS, at=AT).reasons) == {"plan-outdated"}


def test_a_plan_gives_all_its_reasons_or_none() -> None:
    (fresh,) = open_some(new_case("k1-demo.by"))
    (foreign,) = open_some(new_case("k2-demo.ru", zone="ru", party="cctld.ru"))

    refused = plan_action(HOME, [fresh, foreign], ANNA, at=AT)

    assert isinstance(refused, PlanRefusal)
    assert codes(refused.reasons[fresh]) == {"wrong-state"}
    assert codes(refused.reasons[foreign]) == {"wrong-state", "authority-unknown"}
    assert not ActionPlan.objects.exists()
    assert isinstance(plan_action(HOME, ["NONE"], ANNA, at=AT), PlanRefusal)


def test_by_hand_a_person_says_that_it_is_done() -> None:
    refs = proposed(HOME, "l1-demo.by")
    which = the_plan().hash
    approve_plan(HOME, which, BORIS, at=AT)

    assert carry_on(HOME, at=AT) == 0
    assert carry_out(HOME, which, ANNA, at=AT).state == "done"
    assert "done by hand, says anna" in said(refs[0])[-2].note
    lift(HOME, refs, ANNA, at=AT)
    assert state_of(refs[0]) == "restoring"
    assert the_plan().state == "approved"
    assert carry_out(HOME, the_plan().hash, ANNA, at=AT).state == "done"
    assert state_of(refs[0]) == "closed"


def test_a_proposal_that_nobody_answers_expires() -> None:
    refs = proposed(HOME, "m1-demo.by")

    assert tend_holds(HOME, at=AT + timedelta(hours=25)) == 1
    assert the_plan().state == "expired"
    assert said(refs[0])[-1].reason == "plan-expired"
    assert isinstance(plan_action(HOME, refs, ANNA, at=AT + timedelta(hours=25)), Plan)


def test_nothing_is_proposed_where_the_registry_cannot_be_asked(registry: RegistryProcess, home: Home) -> None:
    closed = Home(
        home.path, msgspec.structs.replace(home.settings, epp=msgspec.structs.replace(home.settings.epp, port=1))
    )
    refs = open_some(new_case("n1-demo.by"))
    step = type(step_of("x", ANNA))
    advance_cases(closed, {refs[0]: step("start_triage", ANNA)}, at=AT)
    advance_cases(closed, {refs[0]: step("confirm", ANNA, score=0.9, disposition="malicious", collateral="no")}, at=AT)

    with pytest.raises(EppUnavailableError):
        hold(closed, refs, ANNA, at=AT, grounds=Grounds(reason="phishing"))

    assert state_of(refs[0]) == "confirmed"
    assert not ActionStep.objects.exists()


def test_a_plan_for_the_registry_is_not_done_by_hand(registry: RegistryProcess, home: Home) -> None:
    registry.put("o1-demo.by")
    _refs, which = approved(home, "o1-demo.by")
    by_hand = Home(home.path, msgspec.structs.replace(home.settings, epp=type(home.settings.epp)()))

    with pytest.raises(SettingError):
        carry_out(by_hand, which, ANNA, at=AT)
