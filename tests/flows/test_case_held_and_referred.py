"""Held reports that a person lets in, cases that a person offers to a partner, and what the reporter is told."""

import pytest

from comity.core.cases import CaseChange
from comity.core.errors import NotFoundError
from comity.core.outcomes import public_line
from comity.core.roles import Actor
from comity.flows.acknowledge import acknowledge
from comity.flows.advance_cases import Grounds, advance_cases, same_step, step_of
from comity.flows.dismiss import dismiss
from comity.flows.file_reports import Filed, file_reports
from comity.flows.open_held import open_held
from comity.flows.refer import refer
from comity.store.case_decisions import decisions_of_case
from comity.store.case_reports import held_reports, reports_of_case
from comity.store.case_writes import append_events
from comity.store.cases import CaseFilter, list_cases, timeline
from comity.store.models import Report
from comity.store.status import find_report_status, find_status, get_status_token
from flows.desk import ANNA, AT, BORIS, HOME, NODE, OWN, PARTNER_PARTY, VERA, case_of, new_case, open_some, state_of

pytestmark = pytest.mark.django_db

HELD = b'{"name":"https://nbrb.by/login","category":"phishing","observed_at":"2026-11-23T10:00:00Z"}'


def file(*lines: bytes) -> Filed:
    return file_reports(HOME, lines, reporter="kaspersky-demo", name="Demo", kind="trusted-notifier", at=AT)


def refs() -> list[str]:
    return [row.ref for row in list_cases(CaseFilter()).cases]


# -- held --------------------------------------------------------------------------------------------------------------


def test_a_held_report_opens_a_case_only_by_an_approver() -> None:
    assert file(HELD).held == 1

    refused = open_held(HOME, ["nbrb.by"], ANNA, at=AT)
    assert [reason.code for reason in refused.refused["nbrb.by"]] == ["wrong-role"]
    opened = open_held(HOME, ["nbrb.by", "other.by"], BORIS, at=AT, grounds=Grounds(note="a clone of the bank's page"))

    (ref,) = opened.done
    case = case_of(ref)
    assert (case.registrable, case.zone, case.party, case.severity) == ("nbrb.by", "by", OWN, "high")
    assert case.protected
    assert case.report_count == 1
    assert [reason.code for reason in opened.refused["other.by"]] == ["not-found"]
    assert [(entry.event, entry.actor) for entry in timeline(case.pk)] == [
        ("opened", "boris"),
        ("report_joined", "boris"),
    ]
    assert held_reports("nbrb.by") == ()
    assert len(reports_of_case(case.pk).reports) == 1


def test_held_reports_join_the_case_that_is_open() -> None:
    file(HELD)
    (ref,) = open_held(HOME, ["nbrb.by"], BORIS, at=AT).done
    Report.objects.update(standing="held", case=None)

    again = open_held(HOME, ["nbrb.by"], VERA, at=AT)

    assert again.done == (ref,)
    assert case_of(ref).report_count == 1
    assert len(refs()) == 1


def test_only_the_category_asked_for_is_opened() -> None:
    file(HELD, HELD.replace(b"phishing", b"malware"))

    assert len(open_held(HOME, ["nbrb.by"], BORIS, at=AT, category="malware").done) == 1
    assert [report.category for report in held_reports("nbrb.by")] == ["phishing"]
    assert [report.category for report in held_reports("nbrb.by", "malware")] == []


def test_a_name_held_again_after_its_case_closed_opens_the_next_episode() -> None:
    file(HELD)
    (first,) = open_held(HOME, ["nbrb.by"], BORIS, at=AT).done
    acknowledge(HOME, [first], ANNA, at=AT)
    dismiss(HOME, [first], ANNA, "false_positive", at=AT)
    file(HELD.replace(b"T10", b"T23"))

    (second,) = open_held(HOME, ["nbrb.by"], BORIS, at=AT).done

    assert (case_of(first).episode, case_of(second).episode) == (1, 2)


# -- referred ----------------------------------------------------------------------------------------------------------


def test_without_a_memorandum_a_referral_is_withheld_and_says_so() -> None:
    (ref,) = open_some(new_case("shop-demo.ru", zone="ru", party=PARTNER_PARTY))
    file(b'{"name":"https://pay-demo.by/","category":"phishing"}')
    Report.objects.update(case=case_of(ref).pk, registrable="shop-demo.ru", zone="ru")

    outcome = refer(HOME, [ref, "NONE"], ANNA, at=AT)

    assert outcome.done == ()
    assert [reason.code for reason in outcome.refused[ref]] == ["withheld"]
    assert [reason.code for reason in outcome.refused["NONE"]] == ["not-found"]
    assert state_of(ref) == "received"
    assert [entry.reason for entry in timeline(case_of(ref).pk)][-1] == "referral-asked"
    (decision,) = decisions_of_case(case_of(ref).pk)
    assert (decision.partner, decision.verdict, decision.direction) == (PARTNER_PARTY, "refuse", "out")


def test_a_case_without_reports_has_nothing_to_send() -> None:
    (ref,) = open_some(new_case("shop-demo.ru", zone="ru", party=PARTNER_PARTY))

    assert [reason.code for reason in refer(HOME, [ref], ANNA, at=AT).refused[ref]] == ["nothing-to-send"]


def test_a_name_of_ours_is_referred_to_nobody() -> None:
    (ref,) = open_some(new_case("shop-demo.by"))

    assert [reason.code for reason in refer(HOME, [ref], ANNA, at=AT).refused[ref]] == ["our-own-zone"]
    assert len(timeline(case_of(ref).pk)) == 1


# -- the reporter ------------------------------------------------------------------------------------------------------


def partner_outcome(ref: str, outcome: str) -> None:
    """What applying a partner's entry does: its word, in its role."""
    case = case_of(ref)
    change = CaseChange(
        case_pk=case.pk, case_uuid=case.uuid, ref=ref, registrable=case.registrable, zone=case.zone,
        category=case.category, seq=case.event_count + 1, event="partner_outcome", from_state=case.state,
        to_state="closed", party=PARTNER_PARTY, actor=PARTNER_PARTY, role="partner", outcome=outcome,
    )  # fmt: skip
    append_events([change], at=AT)


def test_the_reporter_hears_the_partners_outcome() -> None:
    (ref,) = open_some(new_case("shop-demo.ru", zone="ru", party=PARTNER_PARTY))
    token = file(b'{"name":"https://pay-demo.by/","category":"phishing"}').status_token
    Report.objects.update(case=case_of(ref).pk, registrable="shop-demo.ru")
    advance_cases(HOME, same_step([ref], step_of("refer_out_of_zone", NODE)), at=AT)

    (before,) = find_status(token) or []
    assert (before.state, before.party, before.outcome, before.public_line) == ("with-partner", PARTNER_PARTY, "", None)
    partner_outcome(ref, "undelegated_registrar")
    (after,) = find_status(token) or []
    assert (after.state, after.outcome, after.public_line) == ("closed", "undelegated_registrar", "taken-off")
    assert after.closed_at == AT


def test_reports_without_a_case_say_so() -> None:
    token = file(HELD, b'{"name":"https://x-demo.example/","category":"phishing"}').status_token

    assert [(line.name, line.state) for line in find_status(token) or []] == [
        ("x-demo.example", "out-of-reach"),
        ("nbrb.by", "awaiting-review"),
    ]


@pytest.mark.parametrize("token", ["", "nobody", "a\x00b", "\N{SNOWMAN}"])
def test_a_token_that_is_nobodys_shows_nothing(token: str) -> None:
    assert find_status(token) is None


def test_a_reporter_finds_only_their_own_report() -> None:
    file(HELD)
    uuid = Report.objects.get().uuid

    assert find_report_status(uuid, "kaspersky-demo") is not None
    assert find_report_status(uuid, "") is not None
    assert find_report_status(uuid, "somebody-else") is None
    with pytest.raises(NotFoundError):
        get_status_token("somebody-else")


def test_a_partner_refusal_closes_as_insufficient_grounds() -> None:
    (ref,) = open_some(new_case("shop-demo.ru", zone="ru", party=PARTNER_PARTY))
    advance_cases(HOME, same_step([ref], step_of("refer_out_of_zone", NODE)), at=AT)
    partner = Actor(PARTNER_PARTY, "partner", PARTNER_PARTY)
    advance_cases(HOME, same_step([ref], step_of("partner_refused", partner)), at=AT)

    assert dismiss(HOME, [ref], ANNA, "partner_refused:excluded-category", at=AT).done == (ref,)
    assert public_line(case_of(ref).outcome) == "insufficient-grounds"
