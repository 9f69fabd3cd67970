"""The table of a case: whole, unambiguous, and obeyed; and every guard with all its reasons."""

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.case_steps import CaseFacts, Refusal, Rules, Step, recipients_of, why_not_harsher
from comity.core.cases import (
    ACTIONS,
    ACTIONS_OF_EVENT,
    CLOSED,
    EVENTS,
    INITIAL,
    NEEDS_HISTORY,
    NOTES,
    STATES,
    TRANSITIONS,
    Advance,
    CaseChange,
    CaseEntry,
    advance,
    fold,
)
from comity.core.errors import ConflictError
from comity.core.outcomes import OUTCOMES, OUTCOMES_OF_EVENT, is_outcome, only_outcome, public_line, suits
from comity.core.roles import CASE_ROLES, Actor, case_roles, may_read

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
RULES = Rules()
ANNA = Actor("anna", "analyst", "oac.by")
BORIS = Actor("boris", "supervisor", "oac.by")
VERA = Actor("vera", "supervisor", "oac.by")
OLGA = Actor("olga", "policy-officer", "oac.by")
NODE = Actor("node", "system", "oac.by")
OWNERS = frozenset(("host", "registrant"))
PARTNER = Actor("cctld.ru", "partner", "cctld.ru")


def step(event: str, actor: Actor = ANNA, **said: object) -> Step:
    return Step(event=event, actor=actor, **said)  # type: ignore[arg-type]


def facts(state: str, **known: object) -> CaseFacts:
    return CaseFacts(state=state, party="oac.by", **known)  # type: ignore[arg-type]


def codes(answer: Advance | Refusal) -> set[str]:
    return {reason.code for reason in answer.reasons} if isinstance(answer, Refusal) else set()


# -- the table ---------------------------------------------------------------------------------------------------------


def test_the_table_is_the_published_one(shared_domain: Path) -> None:
    published = json.loads((shared_domain / "statemachine.json").read_text(encoding="utf-8"))

    assert set(STATES) == set(published["states"])
    assert published["initial"] == INITIAL
    assert {(row.from_state, row.event, row.to_state, frozenset(row.roles)) for row in TRANSITIONS} == {
        (row["from"], row["event"], row["to"], frozenset(row["roles"])) for row in published["transitions"]
    }


def test_there_are_13_states_and_39_transitions() -> None:
    assert len(STATES) == 13
    assert len(TRANSITIONS) == 39


def test_no_state_and_event_lead_to_two_places() -> None:
    assert len({(row.from_state, row.event) for row in TRANSITIONS}) == len(TRANSITIONS)


def test_every_state_is_reachable_has_an_exit_and_can_reach_closed() -> None:
    after = defaultdict(set)
    before = defaultdict(set)
    for row in TRANSITIONS:
        after[row.from_state].add(row.to_state)
        before[row.to_state].add(row.from_state)

    assert _closure(INITIAL, after) == set(STATES)
    assert _closure(CLOSED, before) == set(STATES)
    assert set(after) == set(STATES)


def _closure(start: str, edges: dict[str, set[str]]) -> set[str]:
    seen, todo = {start}, [start]
    while todo:
        for state in edges[todo.pop()] - seen:
            seen.add(state)
            todo.append(state)
    return seen


def test_every_role_of_the_table_is_known() -> None:
    assert {role for row in TRANSITIONS for role in row.roles} <= set(CASE_ROLES)
    assert {role for roles, _states in NOTES.values() for role in roles} <= set(CASE_ROLES)


def test_notes_are_no_events_of_the_table() -> None:
    assert not set(NOTES) & set(EVENTS)


def test_a_partner_causes_only_what_it_may() -> None:
    caused = {row.event for row in TRANSITIONS if "partner" in row.roles}

    assert caused == {"partner_accepted", "partner_outcome", "partner_refused", "info_supplied"}


@given(st.sampled_from(STATES), st.sampled_from(EVENTS), st.sampled_from(sorted(OUTCOMES)))
def test_a_partner_never_moves_a_case_out_of_a_state_of_our_desk(state: str, event: str, outcome: str) -> None:
    answer = advance(facts(state), step(event, PARTNER, outcome=outcome), at=AT, rules=RULES)

    if isinstance(answer, Advance):
        assert state in {"referred", "needs_info"}


def test_every_event_that_closes_has_its_outcomes_and_no_other_event_has() -> None:
    closing = {row.event for row in TRANSITIONS if row.to_state == CLOSED}

    assert set(OUTCOMES_OF_EVENT) == closing
    assert {code for allowed in OUTCOMES_OF_EVENT.values() for code in allowed} - {"partner_refused"} == set(OUTCOMES)


def test_actions_are_of_the_closed_list() -> None:
    assert {action for allowed in ACTIONS_OF_EVENT.values() for action in allowed} <= {*ACTIONS, ""}
    assert set(ACTIONS_OF_EVENT) <= set(EVENTS)


def test_words_fit_the_columns_of_the_store() -> None:
    assert max(len(state) for state in STATES) <= 16
    assert max(len(event) for event in (*EVENTS, *NOTES)) <= 30
    assert max(len(role) for role in CASE_ROLES) <= 20
    assert max(len(action) for action in ACTIONS) <= 40
    assert max(len(code) for code in OUTCOMES) <= 60


# -- guards ------------------------------------------------------------------------------------------------------------


def test_a_refusal_carries_all_its_reasons() -> None:
    stranger = Actor("eve", "auditor", "cctld.ru")

    answer = advance(facts("triage"), step("confirm", stranger, score=0.1), at=AT, rules=RULES)

    assert codes(answer) == {
        "wrong-role",
        "score-too-low",
        "disposition-missing",
        "collateral-check-missing",
        "not-our-zone",
    }


def test_a_confirmed_case_has_evidence_a_disposition_and_a_collateral_check() -> None:
    full = step("confirm", score=0.6, disposition="malicious", collateral="no subdomains, no mail")

    assert advance(facts("triage"), full, at=AT, rules=RULES) == Advance(
        event="confirm", from_state="triage", to_state="confirmed", role="analyst", outcome="", action=""
    )


@pytest.mark.parametrize(
    ("score", "code"),
    [
        (None, "score-missing"),
        (0.59, "score-too-low"),
        (1.01, "score-out-of-range"),
        (float("nan"), "score-out-of-range"),
    ],
)
def test_a_score_below_the_threshold_does_not_confirm(score: float | None, code: str) -> None:
    answer = advance(
        facts("triage"), step("confirm", score=score, disposition="malicious", collateral="none"), at=AT, rules=RULES
    )

    assert codes(answer) == {code}


def test_the_threshold_can_be_set() -> None:
    low = step("confirm", score=0.3, disposition="malicious", collateral="none")

    assert isinstance(advance(facts("triage"), low, at=AT, rules=Rules(confirm_score=0.3)), Advance)


def test_an_unknown_disposition_is_refused() -> None:
    answer = advance(facts("triage"), step("confirm", score=1.0, disposition="bad", collateral="x"), at=AT, rules=RULES)

    assert codes(answer) == {"disposition-unknown"}


def test_a_hold_of_a_hacked_site_waits_for_its_owner() -> None:
    hacked = facts("confirmed", disposition="compromised", score=0.9, severity="high")
    propose = step("propose_hold", reason="no answer")

    assert codes(advance(hacked, propose, at=AT, rules=RULES)) == {"compromised-site-first"}


def test_a_hold_of_a_hacked_site_is_possible_after_the_time_to_act() -> None:
    noticed = facts("confirmed", disposition="compromised", score=0.9, severity="high", noticed_at=AT, told=OWNERS)
    propose = step("propose_hold", reason="no answer", note="still served at noon")

    assert codes(advance(noticed, propose, at=AT + timedelta(hours=23), rules=RULES)) == {"compromised-site-first"}
    assert isinstance(advance(noticed, propose, at=AT + timedelta(hours=24), rules=RULES), Advance)


def test_a_hacked_site_is_looked_at_again_before_it_is_held() -> None:
    noticed = facts("confirmed", disposition="compromised", score=0.9, severity="high", noticed_at=AT, told=OWNERS)
    late, propose = AT + timedelta(hours=25), step("propose_hold", reason="no answer")
    looked_early = msgspec.structs.replace(noticed, looked_at=AT + timedelta(hours=23))
    looked = msgspec.structs.replace(noticed, looked_at=AT + timedelta(hours=24))

    assert codes(advance(noticed, propose, at=late, rules=RULES)) == {"recheck-missing"}
    assert codes(advance(looked_early, propose, at=late, rules=RULES)) == {"recheck-missing"}
    assert isinstance(advance(looked, propose, at=late, rules=RULES), Advance)
    untold = msgspec.structs.replace(noticed, told=frozenset(("registrar",)))
    assert codes(advance(untold, propose, at=late, rules=RULES)) == {"owner-not-told", "recheck-missing"}


@pytest.mark.parametrize("event", ["propose_hold", "act_deadline_passed", "approve_hold"])
@pytest.mark.parametrize(
    ("disposition", "code"), [("", "disposition-missing"), ("undetermined", "disposition-undetermined")]
)
def test_nothing_harsher_than_a_notice_before_somebody_said_what_it_is(event: str, disposition: str, code: str) -> None:
    state = {"propose_hold": "confirmed", "act_deadline_passed": "notified", "approve_hold": "hold_proposed"}[event]
    who = BORIS if event == "approve_hold" else ANNA
    known = facts(state, disposition=disposition, score=1.0, noticed_at=AT)

    answer = advance(known, step(event, who, reason="phishing"), at=AT + timedelta(days=9), rules=RULES)

    assert codes(answer) == {code}
    assert [reason.code for reason in why_not_harsher(known, at=AT + timedelta(days=9), rules=RULES)] == [code]


def test_what_it_is_may_be_said_with_the_step_that_needs_it() -> None:
    known = facts("confirmed", disposition="undetermined", score=0.9)
    propose = step("propose_hold", reason="phishing", disposition="malicious")

    assert isinstance(advance(known, propose, at=AT, rules=RULES), Advance)


def test_a_hold_is_approved_on_the_evidence_that_a_hold_needs() -> None:
    weak = facts("hold_proposed", disposition="malicious", score=0.6)

    assert codes(advance(weak, step("approve_hold", BORIS), at=AT, rules=RULES)) == {"score-too-low"}


def test_an_analyst_goes_below_the_rubric_at_will_and_above_it_with_a_reason() -> None:
    known = facts("triage", computed=0.7)
    full = step("confirm", score=0.65, disposition="malicious", collateral="none")
    raised = msgspec.structs.replace(full, score=0.71)

    assert isinstance(advance(known, full, at=AT, rules=RULES), Advance)
    assert codes(advance(known, raised, at=AT, rules=RULES)) == {"score-raised"}
    for field in ("reason", "note"):
        said = msgspec.structs.replace(raised, **{field: "seen twice"})
        assert isinstance(advance(known, said, at=AT, rules=RULES), Advance)
    held = facts("confirmed", disposition="malicious", score=0.7, computed=0.7)
    propose = step("propose_hold", reason="phishing", score=0.9)
    assert codes(advance(held, propose, at=AT, rules=RULES)) == {"score-raised"}
    said = msgspec.structs.replace(propose, note="a second sandbox says the same")
    assert isinstance(advance(held, said, at=AT, rules=RULES), Advance)


def test_a_notice_about_a_hacked_site_goes_to_its_host_and_holder() -> None:
    hacked = facts("confirmed", disposition="compromised")

    assert codes(advance(hacked, step("send_notice", told=("registrar",)), at=AT, rules=RULES)) == {"owner-not-told"}
    assert codes(advance(hacked, step("send_notice", told=("police",)), at=AT, rules=RULES)) == {
        "owner-not-told",
        "recipient-unknown",
    }
    told = step("send_notice", told=("host", "registrant", "registrar"))
    assert isinstance(advance(hacked, told, at=AT, rules=RULES), Advance)
    assert set(recipients_of("compromised")) == {"host", "registrant", "registrar"}
    assert recipients_of("malicious") == ("registrar",)


def test_a_critical_hacked_site_may_be_held_at_once() -> None:
    critical = facts("confirmed", disposition="compromised", score=0.7, severity="critical")

    assert isinstance(advance(critical, step("propose_hold", reason="C2"), at=AT, rules=RULES), Advance)


def test_a_hold_needs_more_evidence_than_a_confirmation_and_a_reason() -> None:
    weak = facts("confirmed", disposition="malicious", score=0.79)

    assert codes(advance(weak, step("propose_hold"), at=AT, rules=RULES)) == {"score-too-low", "reason-missing"}


def test_nobody_approves_what_they_worked_on() -> None:
    proposed = facts("hold_proposed", disposition="malicious", score=0.9, analysts=frozenset(("boris",)))

    assert codes(advance(proposed, step("approve_hold", BORIS), at=AT, rules=RULES)) == {"same-person"}
    assert isinstance(advance(proposed, step("approve_hold", VERA), at=AT, rules=RULES), Advance)


def test_an_appeal_is_decided_by_somebody_uninvolved() -> None:
    appealed = facts("appeal", analysts=frozenset(("olga",)))
    approved = facts("appeal", approvers=frozenset(("olga",)))

    assert codes(advance(appealed, step("granted", OLGA), at=AT, rules=RULES)) == {"same-person"}
    assert codes(advance(approved, step("upheld", OLGA), at=AT, rules=RULES)) == {"same-person"}
    assert isinstance(advance(facts("appeal"), step("granted", OLGA), at=AT, rules=RULES), Advance)


def test_a_protected_name_needs_two_approvers() -> None:
    protected = facts("hold_proposed", disposition="malicious", score=0.9, protected="banks")
    first = advance(protected, step("approve_hold", BORIS), at=AT, rules=RULES)

    assert isinstance(first, Advance)
    assert (first.event, first.to_state) == ("approval_noted", "hold_proposed")
    halfway = msgspec.structs.replace(protected, approvals=frozenset(("boris",)))
    assert codes(advance(halfway, step("approve_hold", BORIS), at=AT, rules=RULES)) == {"second-approver-needed"}
    second = advance(halfway, step("approve_hold", VERA), at=AT, rules=RULES)
    assert isinstance(second, Advance)
    assert (second.to_state, second.action) == ("on_hold", "server-hold")


def test_a_first_approval_cannot_be_noted_past_the_guard() -> None:
    proposed = facts(
        "hold_proposed", disposition="malicious", score=0.9, protected="banks", analysts=frozenset(("boris",))
    )

    assert codes(advance(proposed, step("approval_noted", BORIS), at=AT, rules=RULES)) == {"same-person"}
    assert "approval_noted" in NEEDS_HISTORY


def test_a_case_reopens_within_30_days() -> None:
    closed = facts("closed", closed_at=AT)

    assert isinstance(advance(closed, step("reopen"), at=AT + timedelta(days=30), rules=RULES), Advance)
    late = advance(closed, step("reopen"), at=AT + timedelta(days=30, seconds=1), rules=RULES)
    assert codes(late) == {"too-late"}


def test_an_appeal_against_a_closed_case_is_filed_within_30_days() -> None:
    registrant = Actor("holder", "registrant", "oac.by")
    late = advance(
        facts("closed", closed_at=AT), step("appeal_filed", registrant), at=AT + timedelta(days=31), rules=RULES
    )

    assert codes(late) == {"too-late"}


@pytest.mark.parametrize(
    ("outcome", "code"),
    [("", "outcome-missing"), ("taken_down", "outcome-unknown"), ("restored_after_cure", "outcome-not-for-event")],
)
def test_closing_needs_an_outcome_of_the_closed_list(outcome: str, code: str) -> None:
    answer = advance(facts("mitigated"), step("close", outcome=outcome), at=AT, rules=RULES)

    assert codes(answer) == {code}


def test_an_outcome_is_refused_where_nothing_closes() -> None:
    answer = advance(facts("received"), step("start_triage", outcome="duplicate"), at=AT, rules=RULES)

    assert codes(answer) == {"outcome-not-for-event"}


def test_a_zone_is_its_partys_to_decide() -> None:
    theirs = CaseFacts(state="triage", party="cctld.ru")
    confirm = step("confirm", score=1.0, disposition="malicious", collateral="none")

    assert codes(advance(theirs, confirm, at=AT, rules=RULES)) == {"not-our-zone"}
    assert isinstance(advance(theirs, step("refer_out_of_zone"), at=AT, rules=RULES), Advance)
    assert codes(advance(facts("triage"), step("refer_out_of_zone"), at=AT, rules=RULES)) == {"our-own-zone"}


def test_a_deadline_passes_only_when_it_has_passed() -> None:
    noticed = facts("notified", disposition="malicious", severity="critical", noticed_at=AT)

    early = advance(noticed, step("act_deadline_passed", NODE), at=AT + timedelta(hours=11), rules=RULES)
    assert codes(early) == {"not-yet-due"}
    late = advance(noticed, step("act_deadline_passed", NODE), at=AT + timedelta(hours=12), rules=RULES)
    assert isinstance(late, Advance)


def test_a_merged_case_names_its_parent() -> None:
    assert codes(advance(facts("triage"), step("merge_duplicate"), at=AT, rules=RULES)) == {"parent-missing"}


def test_an_action_is_one_the_event_can_record() -> None:
    notified = facts("notified")

    taken = advance(notified, step("registrar_acted", action="sinkhole"), at=AT, rules=RULES)
    assert isinstance(taken, Advance)
    assert taken.action == "sinkhole"
    assert codes(advance(notified, step("registrar_acted", action="cleaned"), at=AT, rules=RULES)) == {
        "action-not-for-event"
    }


@given(st.sampled_from(STATES), st.text(max_size=20))
def test_an_event_nobody_knows_is_refused(state: str, event: str) -> None:
    if event not in EVENTS and event not in NOTES:
        assert codes(advance(facts(state), step(event), at=AT, rules=RULES)) == {"no-such-event"}


@given(st.sampled_from(STATES), st.sampled_from(EVENTS), st.text(max_size=20))
def test_an_unknown_role_may_do_nothing(state: str, event: str, role: str) -> None:
    if not case_roles(role):
        assert isinstance(advance(facts(state), step(event, Actor("eve", role, "oac.by")), at=AT, rules=RULES), Refusal)


def test_a_withdrawal_is_sent_only_where_something_was_sent() -> None:
    assert isinstance(advance(facts("referred"), step("withdrawal_sent"), at=AT, rules=RULES), Advance)
    assert codes(advance(facts("triage"), step("withdrawal_sent", NODE), at=AT, rules=RULES)) == {
        "wrong-role",
        "wrong-state",
    }


# -- roles and outcomes ------------------------------------------------------------------------------------------------


def test_auditors_and_administrators_cause_nothing() -> None:
    assert case_roles("auditor") == ()
    assert case_roles("administrator") == ()


def test_tlp_red_stays_with_the_desk() -> None:
    assert may_read("analyst", "TLP:RED")
    assert not may_read("auditor", "TLP:RED")
    assert may_read("auditor", "TLP:AMBER")
    assert not may_read("registrar", "TLP:CLEAR")


def test_a_partners_refusal_carries_its_reason() -> None:
    assert is_outcome("partner_refused:excluded-category")
    assert not is_outcome("partner_refused")
    assert not is_outcome("partner_refused:")
    assert not is_outcome("partner_refused:No Reason")
    assert not is_outcome("partner_refused:" + "x" * 60)
    assert suits("partner_refused:excluded-category", "dismiss")
    assert not suits("partner_refused:excluded-category", "close")


def test_outcomes_fold_into_the_four_public_lines() -> None:
    assert public_line("hold_registry") == "taken-off"
    assert public_line("cured_by_registrant") == "not-needed"
    assert public_line("false_positive") == "insufficient-grounds"
    assert public_line("restored_on_appeal") == "restored"
    assert public_line("partner_refused:no-evidence") == "insufficient-grounds"
    assert public_line("duplicate") == public_line("unheard-of") == "not-counted"


def test_an_event_with_one_outcome_needs_none_named() -> None:
    assert only_outcome("info_timeout") == "info_timeout"
    assert only_outcome("close") == ""
    assert only_outcome("confirm") == ""


# -- the fold ----------------------------------------------------------------------------------------------------------


def opened() -> CaseEntry:
    return CaseEntry(seq=1, event="opened", from_state="", to_state="received", at=AT, actor="node", role="system")


def test_a_case_without_entries_is_received() -> None:
    assert fold(()).state == "received"


def test_entries_that_do_not_follow_one_another_are_no_case() -> None:
    wrong_state = CaseEntry(seq=2, event="close", from_state="mitigated", to_state="closed", at=AT)
    wrong_seq = CaseEntry(seq=3, event="start_triage", from_state="received", to_state="triage", at=AT)

    with pytest.raises(ConflictError):
        fold([opened(), wrong_state])
    with pytest.raises(ConflictError):
        fold([opened(), wrong_seq])
    with pytest.raises(ConflictError):
        fold([opened(), opened()])


def test_a_refused_hold_forgets_its_approvals() -> None:
    chain = [("start_triage", "received", "triage"), ("confirm", "triage", "confirmed")]
    chain += [("propose_hold", "confirmed", "hold_proposed"), ("approval_noted", "hold_proposed", "hold_proposed")]
    entries = [opened()] + [
        CaseEntry(seq=seq, event=event, from_state=start, to_state=end, at=AT, actor="boris", role="approver")
        for seq, (event, start, end) in enumerate(chain, 2)
    ]
    assert fold(entries).approvals == {"boris"}
    refused = CaseEntry(
        seq=6,
        event="refuse_hold",
        from_state="hold_proposed",
        to_state="confirmed",
        at=AT,
        actor="vera",
        role="approver",
    )
    assert fold([*entries, refused]).approvals == frozenset()


def random_steps(state: str) -> st.SearchStrategy[Step]:
    """Steps that are often legal: events of the state, an actor of a fitting role, everything said."""
    events = sorted({row.event for row in TRANSITIONS if row.from_state == state})
    actors = st.builds(
        Actor,
        st.sampled_from(("a", "b", "c", "d")),
        st.sampled_from(CASE_ROLES),
        st.sampled_from(("oac.by", "cctld.ru")),
    )
    return st.builds(
        Step,
        event=st.sampled_from((*events, "note")),
        actor=actors,
        disposition=st.sampled_from(("malicious", "compromised", "")),
        outcome=st.sampled_from((*OUTCOMES, "", "partner_refused:no-evidence")),
        score=st.sampled_from((0.5, 0.9)),
        collateral=st.just("checked"),
        reason=st.just("abuse"),
        related=st.just("other"),
    )


@given(st.data())
def test_the_fold_ends_where_the_steps_led(data: st.DataObject) -> None:
    protected = data.draw(st.sampled_from(("", "banks")))
    entries = [opened()]
    for number in range(data.draw(st.integers(0, 25))):
        known = fold(entries, party="oac.by", protected=protected)
        wish = data.draw(random_steps(known.state))
        answer = advance(known, wish, at=AT + timedelta(hours=number), rules=RULES)
        if isinstance(answer, Refusal):
            assert answer.reasons
            continue
        entries.append(
            CaseEntry(
                seq=known.event_count + 1,
                event=answer.event,
                from_state=answer.from_state,
                to_state=answer.to_state,
                at=AT + timedelta(hours=number),
                actor=wish.actor.name,
                role=answer.role,
                disposition=wish.disposition,
                outcome=answer.outcome,
                action=answer.action,
                score=wish.score,
            )
        )
        after = fold(entries, party="oac.by", protected=protected)
        assert after.state == answer.to_state
        assert (after.closed_at is not None) == (after.state == CLOSED)
        assert bool(after.outcome) == (after.state == CLOSED)
        if answer.event == "approve_hold":
            approvals = [entry.actor for entry in entries if entry.event in {"approval_noted", "approve_hold"}]
            assert len(set(approvals[-2:])) == (2 if protected else len(set(approvals[-2:])))
            assert wish.actor.name not in known.analysts


def test_events_with_four_eyes_are_read_with_their_history() -> None:
    assert {"approve_hold", "refuse_hold", "granted", "upheld", "retract", "reopen", "propose_hold"} <= NEEDS_HISTORY
    assert not {"start_triage", "confirm", "dismiss", "close", "send_notice", "registrar_acted"} & NEEDS_HISTORY


def test_a_detail_holds_only_what_was_said() -> None:
    change = CaseChange(
        case_pk=1, case_uuid="u", ref="r", registrable="a.by", zone="by", category="phishing", seq=1, event="confirm",
        from_state="triage", to_state="confirmed", party="oac.by", actor="anna", role="analyst", score=0.0,
    )  # fmt: skip

    assert change.detail() == {"score": 0.0}
