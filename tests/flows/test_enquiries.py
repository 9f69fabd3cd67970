"""What a person does with what a sweep found: dismiss it, or let a case begin; and what neither of them may do."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from comity.core.case_steps import CaseFacts, Rules, Step, why_not
from comity.core.enquiries import DISMISSALS, MOST_AT_ONCE
from comity.core.errors import InputError
from comity.core.reports import Report as Claimed
from comity.core.roles import Actor
from comity.edges.home import GuardSettings, Home
from comity.flows.acknowledge import acknowledge
from comity.flows.advance_cases import Grounds
from comity.flows.attach import attach_to_case
from comity.flows.confirm import confirm
from comity.flows.dismiss_enquiries import EnquiryOutcome, dismiss_enquiries
from comity.flows.hold import hold
from comity.flows.open_enquiries import REPORTER, open_enquiries
from comity.flows.open_held import open_held
from comity.flows.take_findings import take_findings
from comity.store.case_writes import open_cases
from comity.store.enquiry_lists import EnquiryFilter, enquiries_about, list_enquiries, tallies_by_kind
from comity.store.models import Case, CaseEvent, EnquiryEntry, Report, SweepFinding
from flows.desk import ANNA, AT, BORIS, HOME, NODE, OLGA, OWN, new_case
from flows.desk import REPORTER as NOTIFIER
from flows.runs import DAY, write_run

pytestmark = pytest.mark.django_db

LURE = ("bank-demo-login.by", "combination", "bank-demo", 0.9)
NEAR = ("bamk-demo.by", "edit", "bank-demo", 0.6)
BOTH = ("bank-demo-login.by", "indicator", "x.bank-demo-login.by", 0.95)


@pytest.fixture
def numbers(tmp_path: Path) -> dict[str, int]:
    """Three enquiries about two names, by kind."""
    take_findings(HOME, write_run(tmp_path / "run", [LURE, NEAR, BOTH]), at=AT)
    return {row.kind: row.pk for row in SweepFinding.objects.all()}


def codes(outcome: EnquiryOutcome) -> dict[int, list[str]]:
    return {number: [reason.code for reason in reasons] for number, reasons in outcome.refused.items()}


def test_a_dismissal_has_a_reason_of_a_closed_list_a_person_and_an_entry(numbers: dict[str, int]) -> None:
    with pytest.raises(InputError, match="is one of"):
        dismiss_enquiries([numbers["edit"]], ANNA, "no-reason", at=AT)
    for why, note, code in (
        ("other", " ", "note-missing"), ("own-meaning", "x" * 1001, "text-too-long"),
        ("own-meaning", "a\0b", "text-not-storable"), ("own-meaning", "\ud800", "text-not-storable"),
    ):  # fmt: skip
        refused = dismiss_enquiries([numbers["edit"]], ANNA, why, note=note, at=AT)
        assert codes(refused) == {numbers["edit"]: [code]}
    with pytest.raises(InputError, match="1 to"):
        dismiss_enquiries(range(MOST_AT_ONCE + 1), ANNA, "own-meaning", at=AT)
    outcome = dismiss_enquiries([numbers["edit"], 10**9], ANNA, "own-meaning", note="a river", at=AT)
    assert (outcome.done, codes(outcome)) == ((numbers["edit"],), {10**9: ["not-found"]})
    row = SweepFinding.objects.get(pk=numbers["edit"])
    assert (row.state, row.why, row.ended_by, row.ended_at) == ("dismissed", "own-meaning", "anna", AT)
    entry = EnquiryEntry.objects.get(finding=row)
    assert (entry.event, entry.actor, entry.reason, entry.note) == ("dismissed", "anna", "own-meaning", "a river")
    assert codes(dismiss_enquiries([row.pk], BORIS, "harmless-site", at=AT)) == {row.pk: ["enquiry-ended"]}


@pytest.mark.parametrize("actor", [OLGA, NOTIFIER, NODE, Actor("ivan", "auditor", OWN)])
def test_only_who_works_on_cases_ends_an_enquiry(numbers: dict[str, int], actor: Actor) -> None:
    asked = list(numbers.values())
    wrong = {number: ["wrong-role"] for number in asked}
    assert codes(dismiss_enquiries(asked, actor, "own-meaning", at=AT)) == wrong
    assert codes(open_enquiries(HOME, asked, actor, "phishing", at=AT)) == wrong
    assert not EnquiryEntry.objects.exists()
    assert not Report.objects.exists()


def test_opening_files_one_report_a_name_and_the_name_takes_its_other_enquiries_along(numbers: dict[str, int]) -> None:
    outcome = open_enquiries(HOME, [numbers["combination"], numbers["edit"]], ANNA, "phishing", note="look", at=AT)
    assert set(outcome.done) == {numbers["combination"], numbers["edit"]}
    assert not outcome.refused
    states = {row.kind: row.state for row in SweepFinding.objects.all()}
    assert states == {"combination": "case-opened", "edit": "case-opened", "indicator": "joined-case"}
    case = Case.objects.get(registrable=LURE[0])
    assert outcome.cases[numbers["combination"]] == case.ref
    assert (case.state, case.report_count, case.party) == ("received", 1, OWN)
    report = Report.objects.select_related("reporter").get(case=case)
    assert (report.reporter.key, report.reporter.kind, report.standing) == (REPORTER, "node", "accepted")
    claim = msgspec.json.decode(bytes(report.body), type=Claimed)
    assert claim.machine_only
    assert claim.impersonated_party == ""
    assert [piece.kind for piece in claim.evidence] == ["note"]
    assert "“bank-demo”" in claim.evidence[0].note
    note = CaseEvent.objects.filter(case=case).order_by("seq").last()
    assert note is not None
    assert (note.event, note.actor, note.reason, note.note) == ("note", "anna", "sweep-finding", "look")
    assert [row.kind for row in enquiries_about([LURE[0]])] == ["indicator", "combination"]
    again = open_enquiries(HOME, list(outcome.done), ANNA, "phishing", at=AT)
    assert codes(again) == {number: ["enquiry-ended"] for number in outcome.done}


def test_a_report_of_a_sweep_joins_the_open_case_of_its_name(numbers: dict[str, int]) -> None:
    (known,) = open_cases(OWN, [new_case(NEAR[0])], actor=OWN, role="system", at=AT)
    outcome = open_enquiries(HOME, [numbers["edit"]], ANNA, "phishing", at=AT)
    assert outcome.cases == {numbers["edit"]: known.ref}
    case = Case.objects.get(registrable=NEAR[0])
    assert case.report_count == 1
    assert [event.event for event in CaseEvent.objects.filter(case=case).order_by("seq")] == [
        "opened", "report_joined", "note",
    ]  # fmt: skip


def test_a_protected_name_waits_for_an_approver_and_its_enquiry_stays_open(tmp_path: Path) -> None:
    (tmp_path / "banks.txt").write_text(NEAR[0] + "\n", encoding="utf-8")
    lists = GuardSettings(lists={"banks": str(tmp_path / "banks.txt")})
    home = Home(tmp_path, msgspec.structs.replace(HOME.settings, guard=lists))
    take_findings(home, write_run(tmp_path / "run", [NEAR]), at=AT)
    number = SweepFinding.objects.get().pk
    for _twice in range(2):
        outcome = open_enquiries(home, [number], BORIS, "phishing", at=AT)
        assert (outcome.done, codes(outcome)) == ((), {number: ["waits-for-approver"]})
    assert SweepFinding.objects.get().state == "open"
    assert Report.objects.get().standing == "held"
    assert not Case.objects.exists()
    # An approver lets it in; the next sweep finds the case.
    assert open_held(home, [NEAR[0]], BORIS, at=AT).done
    assert take_findings(home, write_run(tmp_path / "next", [NEAR], day=DAY + timedelta(days=1)), at=AT).joined == 1


def test_of_a_case_that_a_sweep_alone_opened_nothing_is_confirmed_or_held(numbers: dict[str, int]) -> None:
    outcome = open_enquiries(HOME, [numbers["combination"]], ANNA, "phishing", at=AT)
    (ref,) = outcome.cases.values()
    assert acknowledge(HOME, [ref], ANNA, at=AT).done
    assert refused_confirmation(ref) == ["feed-alone"]
    assert "wrong-state" in refused_hold(ref)
    # By the hash of something seen elsewhere it can be confirmed; for the hold that does not speak again.
    assert refused_confirmation(ref, Grounds(reason="seen", evidence_hash="a" * 64)) == []
    assert "feed-alone" in refused_hold(ref)
    assert Case.objects.get(ref=ref).state == "confirmed"
    # What somebody saw themselves, attached, is what makes it a matter.
    attach_to_case(
        HOME, ref, b"it asked for a password", ANNA, name="seen.txt", kind="live-check", tlp="TLP:AMBER", at=AT
    )
    assert "feed-alone" not in refused_hold(ref)


def refused_confirmation(ref: str, grounds: Grounds = Grounds(reason="seen")) -> list[str]:  # noqa: B008 — frozen
    told = confirm(
        HOME, [ref], ANNA, disposition="malicious", score=0.9, collateral="nothing else", at=AT, grounds=grounds
    )
    return sorted(reason.code for reasons in told.refused.values() for reason in reasons)


def refused_hold(ref: str) -> list[str]:
    told = hold(HOME, [ref], ANNA, at=AT, score=0.9, grounds=Grounds(reason="phishing", note="it looks so"))
    return sorted(reason.code for reasons in told.refused.values() for reason in reasons)


def test_the_guard_itself_refuses_each_harsher_step_while_machines_speak_alone() -> None:
    facts = CaseFacts(state="confirmed", party=OWN, machines_alone=True, score=0.9, disposition="malicious")
    for event in ("confirm", "propose_hold", "act_deadline_passed"):
        step = Step(event, ANNA, disposition="malicious", score=0.9, reason="phishing", collateral="none")
        assert "feed-alone" in [one.code for one in why_not(facts, step, "analyst", at=AT, rules=Rules())]


def test_precision_of_a_kind_follows_what_people_and_cases_said(tmp_path: Path) -> None:
    kinds = [(f"demo-{number}.by", "edit", "demo", 0.5) for number in range(6)]
    take_findings(HOME, write_run(tmp_path / "run", kinds), at=AT)
    numbers = {row.name: row.pk for row in SweepFinding.objects.all()}
    opened = open_enquiries(HOME, [numbers["demo-0.by"], numbers["demo-1.by"], numbers["demo-2.by"]], ANNA,
                            "phishing", at=AT)  # fmt: skip
    assert len(opened.done) == 3
    Case.objects.filter(registrable="demo-0.by").update(state="closed", outcome="hold_registry")
    Case.objects.filter(registrable="demo-1.by").update(state="closed", outcome="false_positive")
    dismiss_enquiries([numbers["demo-3.by"]], ANNA, "own-meaning", at=AT)
    dismiss_enquiries([numbers["demo-4.by"]], ANNA, "nothing-there", at=AT)
    tally = tallies_by_kind()["edit"]
    assert (tally.confirmed, tally.dismissed, tally.open, tally.not_counted) == (1, 2, 1, 1)


def test_enquiries_are_listed_by_score_and_by_what_is_asked(tmp_path: Path) -> None:
    found = [LURE, NEAR, BOTH, ("demo-x.by", "edit", "demo", 0.6)]
    take_findings(HOME, write_run(tmp_path / "run", found), at=AT)
    page = list_enquiries(EnquiryFilter(state="open"), limit=2)
    assert [row.kind for row in page.rows] == ["indicator", "combination"]
    assert (page.has_more, page.total) == (True, 4)
    assert [row.name for row in list_enquiries(EnquiryFilter(kind="edit", at_least=0.6)).rows] == [NEAR[0], "demo-x.by"]
    assert list_enquiries(EnquiryFilter(zone="ru")).rows == []
    assert len(list_enquiries(EnquiryFilter(name=LURE[0], at_least=0.92)).rows) == 1
    assert "own-meaning" in DISMISSALS
