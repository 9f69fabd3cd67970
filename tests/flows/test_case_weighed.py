"""What stands in a decision: the score as the rubric gave it then, the collateral check, and what the analyst said."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import msgspec
import pytest
from django.db import connection

from comity.core.case_score import FrozenScore
from comity.core.collateral import Finding
from comity.core.evidence import RUBRIC_VERSION
from comity.core.names import Name, parse_name
from comity.core.observations import Registration, Resolution
from comity.core.plans import Plan
from comity.core.reports import Claim, Evidence, EvidenceKind, Report
from comity.edges.suffix_file import load_suffixes
from comity.flows.acknowledge import acknowledge
from comity.flows.advance_cases import Grounds, VerbOutcome, advance_cases, same_step, step_of
from comity.flows.attach import attach_to_case
from comity.flows.close import close
from comity.flows.confirm import confirm
from comity.flows.dismiss import dismiss
from comity.flows.hold import approve_hold, hold
from comity.flows.merge import merge, unmerge
from comity.flows.notify import notify
from comity.flows.plan_action import plan_action, propose_plan
from comity.flows.record_action import record_action
from comity.flows.reopen import reopen
from comity.flows.store_batch import store_batch
from comity.flows.study import study
from comity.store.case_reports import reports_of_case
from comity.store.cases import CaseFilter, get_case, list_cases, timeline
from comity.store.models import CaseEvent
from comity.store.observations import add_observation
from comity.store.reports import ensure_reporter
from flows.desk import ANNA, AT, BORIS, HOME, NODE, case_of, new_case, open_some, state_of

pytestmark = pytest.mark.django_db

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c636000000002000148afa471"
    "0000000049454e44ae426082"
)


def reported(host: str, *kinds: EvidenceKind, category: str = "phishing", **said: object) -> str:
    """File one report and answer the reference of its case."""
    name = parse_name(host, suffixes=load_suffixes())
    assert isinstance(name, Name)
    evidence = tuple(Evidence(kind) for kind in kinds)
    report = Report(name=host, host=host, category=category, evidence=evidence, **said)  # type: ignore[arg-type]
    reporter = ensure_reporter("notifier", kind="trusted-notifier", at=AT)
    store_batch(HOME, [Claim(report, name, host)], reporter=reporter, run=None, at=AT)
    return list_cases(CaseFilter(registrable=name.registrable), newest_first=True).cases[0].ref


def codes(outcome: VerbOutcome, ref: str) -> set[str]:
    return {reason.code for reason in outcome.refused[ref]}


def confirmed(ref: str, *, score: float, disposition: str = "malicious", note: str = "") -> VerbOutcome:
    acknowledge(HOME, [ref], ANNA, at=AT)
    return confirm(
        HOME, [ref], ANNA, disposition=disposition, score=score, collateral="",
        check=(Finding("mail_use", "no", "mx"),), at=AT, grounds=Grounds(note=note),
    )  # fmt: skip


def test_a_decision_keeps_what_the_rubric_gave_when_it_was_taken() -> None:
    ref = reported("login.a-demo.by", "live-check", "screenshot", impersonated_party="Demo Bank")

    assert confirmed(ref, score=0.6).done == (ref,)
    reported("pay.a-demo.by", "live-check", "screenshot", "second-source", "traffic", impersonated_party="Demo Bank")

    pk = case_of(ref).pk
    entry = next(one for one in timeline(pk) if one.event == "confirm")
    assert entry.score == 0.6
    assert entry.evidence is not None
    assert (entry.evidence.rubric, entry.evidence.total, entry.evidence.reports) == (RUBRIC_VERSION, 0.6, 1)
    assert [part.fact for part in entry.evidence.parts] == ["live-check", "screenshot", "impersonated-party"]
    assert entry.evidence.best == reports_of_case(pk).reports[0].uuid
    now = study(HOME, get_case(ref), role="analyst", at=AT).score
    assert now is not None
    assert now.total == 1.0


def test_another_rubric_of_later_or_earlier_is_shown_as_it_was_written() -> None:
    ref = reported("a-demo.by", "live-check", "screenshot", impersonated_party="Demo Bank")
    confirmed(ref, score=0.6)
    row = CaseEvent.objects.get(case__ref=ref, event="confirm")
    detail = msgspec.json.decode(row.detail)
    detail["evidence"] = {
        "rubric": "comity-evidence-score/0",
        "total": 0.42,
        "parts": [{"fact": "hearsay", "weight": 0.42}],
    }
    CaseEvent.objects.filter(pk=row.pk).update(detail=msgspec.json.encode(detail))

    frozen = next(one.evidence for one in timeline(case_of(ref).pk) if one.event == "confirm")
    assert frozen is not None
    assert (frozen.rubric, frozen.total, frozen.parts[0].fact) == ("comity-evidence-score/0", 0.42, "hearsay")


def test_more_than_the_rubric_gives_needs_a_reason_and_every_decision_freezes_its_score() -> None:
    ref = reported("a-demo.by", "live-check", "screenshot", impersonated_party="Demo Bank")

    assert codes(confirmed(ref, score=0.9), ref) == {"score-raised"}
    assert confirmed(ref, score=0.9, note="a colleague saw it as well").done == (ref,)
    assert hold(HOME, [ref], ANNA, at=AT, grounds=Grounds(reason="phishing")).done == (ref,)
    assert approve_hold(HOME, [ref], BORIS, at=AT).done == (ref,)

    frozen = {one.event: one.evidence for one in timeline(case_of(ref).pk)}
    assert all(frozen[event] == frozen["confirm"] for event in ("propose_hold", "approve_hold"))
    assert frozen["start_triage"] is frozen["opened"] is None
    weak = reported("b-demo.by")
    acknowledge(HOME, [weak], ANNA, at=AT)
    dismiss(HOME, [weak], ANNA, "insufficient_evidence", at=AT)
    dismissed = timeline(case_of(weak).pk)[-1].evidence
    assert isinstance(dismissed, FrozenScore)
    assert (dismissed.total, dismissed.parts) == (0.0, ())


def test_what_the_desk_attaches_and_looks_up_counts_and_what_others_attach_does_not() -> None:
    ref = reported("a-demo.by", impersonated_party="Demo Bank")
    stranger = msgspec.structs.replace(ANNA, name="holder", role="registrant")
    for actor, kind in ((stranger, "live-check"), (ANNA, "screenshot")):
        attach_to_case(HOME, ref, PNG, actor, name="a.png", kind=kind, tlp="TLP:AMBER", at=AT)
    add_observation("a-demo.by", "rdap", Registration(name="a-demo.by", registered_at=AT - timedelta(days=3)), at=AT)

    found = study(HOME, get_case(ref), role="analyst", at=AT)
    assert found.score is not None
    assert [part.fact for part in found.score.parts] == ["impersonated-party", "screenshot", "newly-registered"]
    assert {line.field for line in found.checklist if line.is_there} >= {"screenshot", "registration_data"}


def test_the_collateral_check_is_answers_with_sources_over_what_the_node_knows() -> None:
    ref = reported("login.a-demo.by", "live-check", "screenshot", impersonated_party="Demo Bank")
    reported("mail.a-demo.by")
    add_observation("a-demo.by", "dns", Resolution(name="a-demo.by", answer="resolves", mail_hosts=("mx.by",)), at=AT)
    suggested = {one.question: one for one in study(HOME, get_case(ref), role="analyst", at=AT).collateral}
    assert suggested["subdomain_count"] == Finding("subdomain_count", "yes", "reports", "node", 2)
    assert suggested["mail_use"] == Finding("mail_use", "yes", "dns")

    acknowledge(HOME, [ref], ANNA, at=AT)
    said = (
        Finding("subdomain_count", "yes", "zone-file", "analyst", 7),
        Finding("mail_use", "yes", "analyst", "analyst"),
    )
    confirm(HOME, [ref], ANNA, disposition="malicious", score=0.6, collateral="", check=said, at=AT)

    entry = timeline(case_of(ref).pk)[-1]
    check = {one.question: one for one in entry.check}
    assert len(check) == 5
    assert check["subdomain_count"] == Finding("subdomain_count", "yes", "zone-file", "analyst", 7)
    assert check["mail_use"] == Finding("mail_use", "yes", "dns", "analyst")
    assert check["state_body"].by == "node"
    assert entry.collateral.startswith("subdomain_count: 7 (zone-file); ")


def test_a_hacked_sites_owner_is_told_first_and_somebody_looks_again() -> None:
    ref = reported("a-demo.by", "live-check", "screenshot", "second-source", impersonated_party="Demo Bank")
    confirmed(ref, score=0.8, disposition="compromised")
    grounds = Grounds(reason="no-answer")

    assert codes(hold(HOME, [ref], ANNA, at=AT, grounds=grounds), ref) == {"compromised-site-first"}
    assert codes(notify(HOME, [ref], ANNA, told=("registrar",), at=AT), ref) == {"owner-not-told"}
    notify(HOME, [ref], ANNA, told=("registrar", "host", "registrant"), at=AT)
    assert set(timeline(case_of(ref).pk)[-1].told) == {"host", "registrant", "registrar"}
    late = AT + timedelta(hours=24)
    overdue = same_step([ref], step_of("act_deadline_passed", NODE))
    assert codes(advance_cases(HOME, overdue, at=late), ref) == {"recheck-missing"}
    looked = same_step([ref], step_of("act_deadline_passed", ANNA, Grounds(note="the form still takes passwords")))
    assert advance_cases(HOME, looked, at=late).done == (ref,)
    planned = plan_action(HOME, [ref], ANNA, at=late)
    assert isinstance(planned, Plan)
    propose_plan(HOME, planned, ANNA, at=late)
    assert approve_hold(HOME, [ref], BORIS, at=late).done == (ref,)


def test_what_follows_a_case_closes_with_it_and_is_found_from_both_ends() -> None:
    parent, child, other, strange = open_some(
        new_case("a-demo.by"), new_case("b-demo.by"), new_case("c-demo.by"),
        new_case("d-demo.ru", zone="ru", party="cctld.ru"),
    )  # fmt: skip
    acknowledge(HOME, [parent], ANNA, at=AT)

    merged = merge(HOME, [child, other, parent, strange], ANNA, parent, at=AT)
    assert merged.done == (child, other)
    assert codes(merged, parent) == {"parent-is-itself"}
    assert codes(merged, strange) == {"parent-elsewhere"}
    assert codes(merge(HOME, [parent], ANNA, child, at=AT), parent) == {"parent-is-merged", "has-followers"}
    assert unmerge(HOME, [other], ANNA, at=AT).done == (other,)
    above = study(HOME, get_case(parent), role="analyst", at=AT)
    assert [one.ref for one in above.followers] == [child]
    below = study(HOME, get_case(child), role="analyst", at=AT).parent
    assert below is not None
    assert below.ref == parent

    dismiss(HOME, [parent], ANNA, "not_reproducible", at=AT)
    assert (state_of(child), case_of(child).outcome, state_of(other)) == ("closed", "duplicate", "triage")
    entry = timeline(case_of(child).pk)[-1]
    assert (entry.event, entry.role, entry.related) == ("parent_closed", "system", case_of(parent).uuid)
    assert codes(merge(HOME, [other], ANNA, parent, at=AT), other) == {"parent-is-closed"}
    assert reopen(HOME, [child], ANNA, at=AT).done == (child,)
    assert study(HOME, get_case(child), role="analyst", at=AT).parent is None


def test_two_cases_cannot_follow_each_other_in_one_request() -> None:
    first, second = open_some(new_case("a-demo.by"), new_case("b-demo.by"))
    steps = {
        first: msgspec.structs.replace(step_of("merge_duplicate", ANNA), related=case_of(second).uuid),
        second: msgspec.structs.replace(step_of("merge_duplicate", ANNA), related=case_of(first).uuid),
    }

    answered = advance_cases(HOME, steps, at=AT)

    assert answered.done == (first,)
    assert codes(answered, second) == {"parent-is-merged", "has-followers"}


def test_abuse_that_returns_after_closing_opens_the_next_episode_that_shows_the_former() -> None:
    ref = reported("a-demo.by", "live-check", "screenshot", impersonated_party="Demo Bank", observed_at=AT)
    confirmed(ref, score=0.6)
    notify(HOME, [ref], ANNA, at=AT)
    record_action(HOME, [ref], ANNA, "cleaned", at=AT)
    seen = same_step([ref], step_of("recurrence_seen", NODE))
    assert advance_cases(HOME, seen, at=AT).done == (ref,)
    assert state_of(ref) == "confirmed"
    notify(HOME, [ref], ANNA, at=AT)
    record_action(HOME, [ref], ANNA, "cleaned", at=AT)
    close(HOME, [ref], ANNA, "cured_by_registrant", at=AT)

    again = reported("a-demo.by", observed_at=AT + timedelta(days=2))
    found = study(HOME, get_case(again), role="analyst", at=AT)
    assert again != ref
    assert case_of(again).episode == 2
    assert found.has_returned
    assert [(one.ref, one.outcome) for one in found.episodes] == [(ref, "cured_by_registrant")]
    assert not study(HOME, get_case(ref), role="analyst", at=AT).has_returned


@pytest.mark.django_db(transaction=True)
def test_two_people_who_merge_two_cases_into_each_other_at_once_make_no_circle() -> None:
    first, second = open_some(new_case("a-demo.by"), new_case("b-demo.by"))
    together = Barrier(2)

    def follow(child: str, parent: str) -> tuple[str, ...]:
        try:
            together.wait(timeout=20)
            return merge(HOME, [child], ANNA, parent, at=AT).done
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as people:
        done = [one.result() for one in (people.submit(follow, first, second), people.submit(follow, second, first))]

    assert sorted(map(len, done)) == [0, 1]
    assert sorted([state_of(first), state_of(second)]) == ["merged", "received"]
