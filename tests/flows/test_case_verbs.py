"""Every verb of the desk against the real store: state, entry and row change together or not at all."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.core.case_steps import Step
from comity.core.cases import TRANSITIONS, CaseChange, fold
from comity.core.errors import ConflictError, InputError, NotFoundError
from comity.core.outcomes import OUTCOMES
from comity.core.roles import CASE_ROLES, Actor
from comity.edges.home import Home
from comity.flows import advance_cases as advance_module
from comity.flows.acknowledge import acknowledge
from comity.flows.advance_cases import Grounds, VerbOutcome, advance_cases, same_step, step_of
from comity.flows.appeal import appeal
from comity.flows.ask import ask
from comity.flows.close import close
from comity.flows.confirm import confirm
from comity.flows.decide_appeal import decide_appeal
from comity.flows.dismiss import dismiss
from comity.flows.hold import approve_hold, hold, lift, refuse_hold, restore
from comity.flows.merge import merge, unmerge
from comity.flows.notify import notify
from comity.flows.record_action import record_action
from comity.flows.reopen import reopen
from comity.flows.supply_info import supply_info
from comity.flows.unconfirm import unconfirm
from comity.flows.withdraw import withdraw
from comity.store.case_writes import append_events
from comity.store.cases import CaseFilter, find_case, find_cases, get_case, list_cases, timeline
from comity.store.models import Case, CaseEvent, CasePeer, Decision
from flows.desk import (
    ANNA,
    AT,
    BORIS,
    HOME,
    NODE,
    OLGA,
    OWN,
    PARTNER_PARTY,
    REPORTER,
    VERA,
    case_of,
    new_case,
    open_some,
    state_of,
)

pytestmark = pytest.mark.django_db

GROUNDS = Grounds(reason="credential-page", clause="4", evidence_hash="ab" * 32, note="seen with a browser")


def codes(outcome: VerbOutcome, ref: str) -> set[str]:
    return {reason.code for reason in outcome.refused[ref]}


def brought_to(state: str, name: str = "shop-demo-1.by", **facts: str) -> str:
    """A case that the desk has brought to a state."""
    (ref,) = open_some(new_case(name, **facts))
    path = {
        "received": (),
        "triage": ("ack",),
        "needs_info": ("ack", "ask"),
        "confirmed": ("ack", "confirm"),
        "notified": ("ack", "confirm", "notify"),
        "mitigated": ("ack", "confirm", "notify", "act"),
        "hold_proposed": ("ack", "confirm", "hold"),
        "on_hold": ("ack", "confirm", "hold", "approve"),
        "closed": ("ack", "confirm", "notify", "act", "close"),
    }[state]
    for verb in path:
        outcome = {
            "ack": lambda: acknowledge(HOME, [ref], ANNA, at=AT),
            "ask": lambda: ask(HOME, [ref], ANNA, "Which page?", at=AT),
            "confirm": lambda: confirm(
                HOME, [ref], ANNA, disposition="malicious", score=0.9, collateral="no mail", at=AT
            ),
            "notify": lambda: notify(HOME, [ref], ANNA, at=AT),
            "act": lambda: record_action(HOME, [ref], ANNA, "delegation-ended", at=AT),
            "hold": lambda: hold(HOME, [ref], ANNA, at=AT, grounds=Grounds(reason="phishing")),
            "approve": lambda: approve_hold(HOME, [ref], BORIS, at=AT),
            "close": lambda: close(HOME, [ref], ANNA, "undelegated_registrar", at=AT),
        }[verb]()
        assert outcome.done == (ref,), outcome
    assert state_of(ref) == state
    return ref


def test_a_case_goes_its_usual_way() -> None:
    ref = brought_to("closed")

    case = case_of(ref)
    assert (case.disposition, case.outcome, case.action) == ("malicious", "undelegated_registrar", "delegation-ended")
    assert case.closed_at == AT
    assert [entry.event for entry in timeline(case.pk)] == [
        "opened",
        "start_triage",
        "confirm",
        "send_notice",
        "registrar_acted",
        "close",
    ]


def test_every_entry_says_who_why_and_by_what() -> None:
    (ref,) = open_some(new_case("a-demo.by"))
    acknowledge(HOME, [ref], ANNA, at=AT, grounds=GROUNDS)

    entry = timeline(case_of(ref).pk)[-1]

    assert (entry.actor, entry.role, entry.party, entry.at) == ("anna", "analyst", OWN, AT)
    assert (entry.reason, entry.clause, entry.evidence_hash, entry.note) == (
        "credential-page",
        "4",
        "ab" * 32,
        "seen with a browser",
    )


def test_the_detail_of_a_confirmation_is_canonical_json() -> None:
    ref = brought_to("confirmed")

    detail = CaseEvent.objects.get(case__ref=ref, event="confirm").detail

    assert detail == (
        b'{"check":[{"answer":"unknown","question":"subdomain_count","source":"not-looked-up"},'
        b'{"answer":"no","question":"public_suffix_or_shared_host","source":"suffix-list"},'
        b'{"answer":"no","question":"popularity_rank","source":"guard-list:popular"},'
        b'{"answer":"unknown","question":"mail_use","source":"not-looked-up"},'
        b'{"answer":"unknown","question":"state_body","source":"not-looked-up"}],'
        b'"collateral":"no mail","disposition":"malicious","score":0.9}'
    )


def test_a_verb_works_on_many_cases_and_says_which_refused() -> None:
    first, second = open_some(new_case("a-demo.by"), new_case("b-demo.by"))
    acknowledge(HOME, [second], ANNA, at=AT)

    outcome = acknowledge(HOME, [first, second, "NONE-SUCH-CASE", first], ANNA, at=AT)

    assert outcome.done == (first,)
    assert codes(outcome, second) == {"wrong-state"}
    assert codes(outcome, "NONE-SUCH-CASE") == {"not-found"}


def test_a_case_named_in_two_ways_is_touched_once() -> None:
    (ref,) = open_some(new_case("a-demo.by"))
    uuid = case_of(ref).uuid

    outcome = acknowledge(HOME, [ref, uuid, ref.lower()], ANNA, at=AT)

    assert outcome.done == (ref,)
    assert codes(outcome, uuid) == codes(outcome, ref.lower()) == {"named-twice"}
    assert case_of(ref).event_count == 2


def test_a_reference_that_no_store_could_hold_is_not_found() -> None:
    assert find_cases(["a\x00b", "'; DROP TABLE", "\udcff", ""]) == {}


def test_a_question_goes_out_and_its_answer_comes_back() -> None:
    ref = brought_to("needs_info")

    assert codes(supply_info(HOME, [ref], ANNA, "It is /login", at=AT), ref) == {"wrong-role"}
    assert supply_info(HOME, [ref], REPORTER, "It is /login", at=AT).done == (ref,)
    assert state_of(ref) == "triage"
    assert timeline(case_of(ref).pk)[-1].note == "It is /login"


@pytest.mark.parametrize("text", ["", "   \n"])
def test_an_empty_question_or_answer_is_no_question(text: str) -> None:
    ref = brought_to("triage")

    with pytest.raises(InputError):
        ask(HOME, [ref], ANNA, text, at=AT)
    with pytest.raises(InputError):
        supply_info(HOME, [ref], REPORTER, text, at=AT)


def test_a_dismissed_case_says_why() -> None:
    ref = brought_to("triage")

    assert codes(dismiss(HOME, [ref], ANNA, "hold_registry", at=AT), ref) == {"outcome-not-for-event"}
    assert dismiss(HOME, [ref], ANNA, "false_positive", at=AT).done == (ref,)
    assert case_of(ref).outcome == "false_positive"


def test_a_refusal_changes_nothing() -> None:
    ref = brought_to("triage")
    before = case_of(ref)

    outcome = confirm(HOME, [ref], ANNA, disposition="", score=0.1, collateral="", at=AT + timedelta(hours=1))

    assert codes(outcome, ref) == {"disposition-missing", "score-too-low", "collateral-check-missing"}
    assert case_of(ref) == before
    assert not Decision.objects.exists()


def test_a_hold_has_four_eyes_and_a_way_back() -> None:
    ref = brought_to("hold_proposed")

    assert codes(approve_hold(HOME, [ref], ANNA, at=AT), ref) == {"wrong-role", "same-person"}
    assert approve_hold(HOME, [ref], BORIS, at=AT).done == (ref,)
    assert case_of(ref).action == "server-hold"
    assert lift(HOME, [ref], ANNA, at=AT).done == (ref,)
    assert restore(HOME, [ref], NODE, "restored_after_cure", at=AT).done == (ref,)
    assert (case_of(ref).action, case_of(ref).outcome) == ("delegation-restored", "restored_after_cure")


def test_a_supervisor_who_confirmed_does_not_approve() -> None:
    (ref,) = open_some(new_case("a-demo.by"))
    acknowledge(HOME, [ref], ANNA, at=AT)
    confirm(HOME, [ref], BORIS, disposition="malicious", score=0.9, collateral="none", at=AT)
    hold(HOME, [ref], ANNA, at=AT, grounds=Grounds(reason="phishing"))

    assert codes(approve_hold(HOME, [ref], BORIS, at=AT), ref) == {"same-person"}
    assert refuse_hold(HOME, [ref], VERA, at=AT).done == (ref,)
    assert state_of(ref) == "confirmed"


def test_a_protected_name_is_held_by_two_approvers() -> None:
    ref = brought_to("hold_proposed", protected="banks")

    assert approve_hold(HOME, [ref], BORIS, at=AT).done == (ref,)
    assert state_of(ref) == "hold_proposed"
    assert codes(approve_hold(HOME, [ref], BORIS, at=AT), ref) == {"second-approver-needed"}
    assert approve_hold(HOME, [ref], VERA, at=AT).done == (ref,)
    assert state_of(ref) == "on_hold"


def test_an_appeal_is_decided_by_somebody_uninvolved() -> None:
    ref = brought_to("on_hold")
    holder = Actor("holder", "registrant", OWN)

    assert appeal(HOME, [ref], holder, at=AT).done == (ref,)
    assert codes(decide_appeal(HOME, [ref], BORIS, "granted", at=AT), ref) == {"wrong-role"}
    assert decide_appeal(HOME, [ref], OLGA, "interim_restore", at=AT).done == (ref,)
    assert decide_appeal(HOME, [ref], OLGA, "granted", at=AT).done == (ref,)
    assert state_of(ref) == "restoring"
    with pytest.raises(InputError):
        decide_appeal(HOME, [ref], OLGA, "perhaps", at=AT)


def test_a_closed_case_reopens_within_30_days() -> None:
    ref = brought_to("closed")

    assert codes(reopen(HOME, [ref], ANNA, at=AT + timedelta(days=31)), ref) == {"too-late"}
    assert reopen(HOME, [ref], ANNA, at=AT + timedelta(days=29)).done == (ref,)
    case = case_of(ref)
    assert (case.state, case.outcome, case.closed_at) == ("triage", "", None)


def test_a_confirmation_can_be_taken_back() -> None:
    ref = brought_to("confirmed")

    assert unconfirm(HOME, [ref], ANNA, at=AT).done == (ref,)
    assert state_of(ref) == "triage"


def test_a_case_follows_another_one() -> None:
    parent, child = open_some(new_case("a-demo.by"), new_case("b-demo.by"))

    assert merge(HOME, [child], ANNA, parent, at=AT).done == (child,)
    assert timeline(case_of(child).pk)[-1].related == case_of(parent).uuid
    assert codes(merge(HOME, [parent], ANNA, parent, at=AT), parent) == {"parent-is-itself"}
    assert codes(merge(HOME, [parent], ANNA, child, at=AT), parent) == {"parent-is-merged", "has-followers"}
    assert unmerge(HOME, [child], ANNA, at=AT).done == (child,)
    with pytest.raises(NotFoundError):
        merge(HOME, [child], ANNA, "NONE-SUCH-CASE", at=AT)


def test_what_nobody_was_told_is_not_withdrawn() -> None:
    ref = brought_to("triage")

    assert codes(withdraw(HOME, [ref, "NONE-SUCH-CASE"], ANNA, at=AT), ref) == {"nothing-to-withdraw"}


def test_of_a_confirmed_case_the_way_back_is_told_and_can_be_gone() -> None:
    ref = brought_to("confirmed")

    (reason,) = withdraw(HOME, [ref], ANNA, at=AT).refused[ref]
    assert "take the confirmation back and dismiss it" in reason.message
    assert unconfirm(HOME, [ref], ANNA, at=AT).done == (ref,)
    assert dismiss(HOME, [ref], ANNA, "withdrawn", at=AT).done == (ref,)


def test_a_closed_case_is_retracted_by_an_approver() -> None:
    ref = brought_to("closed")

    assert codes(withdraw(HOME, [ref], ANNA, at=AT), ref) == {"wrong-role"}
    assert withdraw(HOME, [ref], VERA, at=AT + timedelta(days=90), outcome="false_positive").done == (ref,)
    case = case_of(ref)
    assert (case.state, case.outcome, case.closed_at) == ("closed", "false_positive", AT)


def test_a_referred_case_stays_with_the_partner_when_it_is_withdrawn() -> None:
    (ref,) = open_some(new_case("shop-demo.ru", zone="ru", party=PARTNER_PARTY))
    advance_cases(HOME, same_step([ref], step_of("refer_out_of_zone", NODE)), at=AT)

    assert withdraw(HOME, [ref], ANNA, at=AT).done == (ref,)
    assert supply_info(HOME, [ref], ANNA, "more", at=AT).done == (ref,)
    assert state_of(ref) == "referred"
    assert [entry.event for entry in timeline(case_of(ref).pk)][-2:] == ["withdrawal_sent", "info_sent"]


def test_a_partner_that_reported_is_asked_about_by_the_memorandum() -> None:
    """Without a memorandum in force nothing goes out, and the refusal is kept beside the case."""
    ref = brought_to("received")
    CasePeer.objects.create(case_id=case_of(ref).pk, partner=PARTNER_PARTY, remote_case=case_of(ref).uuid)

    acknowledge(HOME, [ref], ANNA, at=AT)

    decision = Decision.objects.get()
    assert (decision.partner, decision.direction, decision.verdict) == (PARTNER_PARTY, "out", "refuse")


def test_an_action_that_is_none_of_this_path_is_refused() -> None:
    with pytest.raises(InputError):
        record_action(HOME, ["x"], ANNA, "server-hold", at=AT)


@pytest.mark.parametrize(
    ("grounds", "code"),
    [
        (Grounds(reason="x" * 61), "text-too-long"),
        (Grounds(note="x" * 4001), "text-too-long"),
        (Grounds(note="a\x00b"), "text-not-storable"),
        (Grounds(note="\udcff"), "text-not-storable"),
        (Grounds(evidence_hash="AB" * 32), "hash-malformed"),
    ],
)
def test_what_cannot_be_stored_is_refused(grounds: Grounds, code: str) -> None:
    ref = brought_to("received")

    assert codes(acknowledge(HOME, [ref], ANNA, at=AT, grounds=grounds), ref) == {code}


def test_a_case_that_somebody_else_changed_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between our reading and our writing somebody else acknowledges one of two cases."""
    first, second = open_some(new_case("a-demo.by"), new_case("b-demo.by"))
    raced = []

    def write_after_somebody(changes: Sequence[CaseChange], *, at: datetime) -> None:
        if not raced:
            raced.append(True)
            append_events([change for change in changes if change.ref == second], at=at)
            raise ConflictError("as the store says it", item=second)
        append_events(changes, at=at)

    monkeypatch.setattr(advance_module, "append_events", write_after_somebody)
    outcome = acknowledge(HOME, [first, second], ANNA, at=AT)

    assert outcome.done == (first, second)
    assert case_of(first).event_count == case_of(second).event_count == 2


def test_a_stale_change_is_refused_by_the_store() -> None:
    ref = brought_to("triage")
    case = case_of(ref)
    stale = CaseChange(
        case_pk=case.pk, case_uuid=case.uuid, ref=ref, registrable=case.registrable, zone=case.zone, seq=2,
        category=case.category, event="start_triage", from_state="received", to_state="triage", party=OWN, actor="x",
        role="analyst",
    )  # fmt: skip

    with pytest.raises(ConflictError, match=ref):
        append_events([stale], at=AT)


def test_thresholds_are_the_nodes() -> None:
    strict = Home(
        path=HOME.path,
        settings=type(HOME.settings)(
            party=OWN, zones=("by",), secret_key="s", desk=type(HOME.settings.desk)(confirm_score=0.95)
        ),
    )
    ref = brought_to("triage")

    outcome = confirm(strict, [ref], ANNA, disposition="malicious", score=0.9, collateral="none", at=AT)

    assert codes(outcome, ref) == {"score-too-low"}


# -- reading -----------------------------------------------------------------------------------------------------------


def test_pages_follow_the_order_of_opening() -> None:
    refs = open_some(*(new_case(f"n{number}-demo.by") for number in range(5)))

    first = list_cases(CaseFilter(), limit=2)
    second = list_cases(CaseFilter(), limit=2, cursor=first.next_cursor)
    third = list_cases(CaseFilter(), limit=2, cursor=second.next_cursor)

    assert [row.ref for page in (first, second, third) for row in page.cases] == refs
    assert third.next_cursor == ""
    newest = list_cases(CaseFilter(), limit=3, newest_first=True)
    assert [row.ref for row in newest.cases] == refs[:1:-1]
    rest = list_cases(CaseFilter(), limit=3, newest_first=True, cursor=newest.next_cursor)
    assert [row.ref for row in rest.cases] == refs[1::-1]


def test_filters_narrow_the_list() -> None:
    here, there, guarded = open_some(
        new_case("a-demo.by"),
        new_case("b-demo.ru", zone="ru", party=PARTNER_PARTY),
        new_case("c-demo.by", protected="banks"),
    )
    acknowledge(HOME, [here], ANNA, at=AT)

    def found(wanted: CaseFilter) -> list[str]:
        return [row.ref for row in list_cases(wanted).cases]

    assert found(CaseFilter(state="triage")) == [here]
    assert found(CaseFilter(zone="ru")) == found(CaseFilter(party=PARTNER_PARTY)) == [there]
    assert found(CaseFilter(protected=True)) == [guarded]
    assert found(CaseFilter(category="malware")) == []
    assert found(CaseFilter(registrable="a-demo.by", open_only=True)) == [here]


@pytest.mark.parametrize("cursor", ["x", "-1", "1" * 19, "1\x00", "١"])
def test_a_cursor_that_is_none_is_refused(cursor: str) -> None:
    with pytest.raises(InputError):
        list_cases(CaseFilter(), cursor=cursor)


@pytest.mark.parametrize("limit", [0, 1001])
def test_a_page_has_its_bounds(limit: int) -> None:
    with pytest.raises(InputError):
        list_cases(CaseFilter(), limit=limit)


def test_a_filter_that_no_store_could_hold_is_refused() -> None:
    with pytest.raises(InputError):
        list_cases(CaseFilter(zone="b\x00y"))


def test_a_case_is_found_by_either_name() -> None:
    (ref,) = open_some(new_case("a-demo.by"))
    case = get_case(ref)

    assert find_case(case.uuid) == find_case(ref.lower()) == case
    assert find_case("0000-0000-0000") is None
    with pytest.raises(NotFoundError):
        get_case("0000-0000-0000")


# -- the row is the fold -----------------------------------------------------------------------------------------------

_NUMBERS = iter(range(10**9))


def random_step(state: str, draw: st.DrawFn) -> Step:
    events = sorted({row.event for row in TRANSITIONS if row.from_state == state} | {"note"})
    event = draw(st.sampled_from(events))
    roles = next((row.roles for row in TRANSITIONS if (row.from_state, row.event) == (state, event)), CASE_ROLES)
    return Step(
        event=event,
        actor=Actor(draw(st.sampled_from("abcd")), draw(st.sampled_from(roles)), OWN),
        disposition=draw(st.sampled_from(("malicious", "compromised"))),
        outcome=draw(st.sampled_from(("", *OUTCOMES))),
        score=draw(st.sampled_from((0.85, 0.5))),
        collateral="checked",
        reason="abuse",
        related="other",
        note=draw(st.text(max_size=20)),
    )


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.data())
def test_the_stored_row_is_the_fold_of_its_entries(data: st.DataObject) -> None:
    draw = data.draw
    protected = draw(st.sampled_from(("", "banks")))
    party, zone = draw(st.sampled_from(((OWN, "by"), (PARTNER_PARTY, "ru"))))
    (ref,) = open_some(new_case(f"n{next(_NUMBERS)}-demo.{zone}", zone=zone, party=party, protected=protected))
    at = AT
    for _ in range(draw(st.integers(1, 15))):
        at += timedelta(hours=draw(st.integers(0, 200)))
        before = get_case(ref)
        outcome = advance_cases(HOME, {ref: random_step(before.state, draw)}, at=at)
        row = get_case(ref)
        if outcome.refused:
            assert row == before
        facts = fold(timeline(row.pk), party=party, severity=row.severity, protected=protected)
        assert (row.state, row.disposition, row.outcome, row.action) == (
            facts.state,
            facts.disposition,
            facts.outcome,
            facts.action,
        )
        assert (row.event_count, row.changed_at, row.closed_at) == (
            facts.event_count,
            facts.changed_at,
            facts.closed_at,
        )


def test_thousands_of_cases_take_a_handful_of_queries(django_assert_max_num_queries: object) -> None:
    refs = open_some(*(new_case(f"n{number}-demo.by") for number in range(2000)))

    with django_assert_max_num_queries(30):  # type: ignore[operator]  # pytest-django's fixture has no type
        outcome = acknowledge(HOME, refs, ANNA, at=AT)

    assert outcome.done == tuple(refs)
    assert Case.objects.filter(state="triage").count() == 2000
