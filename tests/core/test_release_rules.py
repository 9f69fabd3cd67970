"""What a subscriber may be told: every state of a case, every kind of reader, every marking; silence is refusal."""

from datetime import UTC, datetime, timedelta
from functools import cache
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.cases import ACTIONS, STATES
from comity.core.categories import CATEGORIES
from comity.core.erasure import ERASED
from comity.core.markings import TLPS, Tlp, is_within
from comity.core.memoranda import Memorandum
from comity.core.outcomes import OUTCOMES, PUBLIC_LINE
from comity.core.release_rules import (
    CaseState,
    Filed,
    Reader,
    ask_case,
    ask_report,
    is_blockable,
    is_found_wrong,
    stands,
    tell_case,
    tell_report,
    tell_sightings,
)
from comity.core.reports import Evidence, Report
from comity.core.told_items import MAX_TARGETS, SUBSCRIBER_KINDS, SubscriberKind
from memoranda_made import made

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECRETS = ("anna", "secret", "TICKET", "+375", "other-case", "police")
REPORT = Report(
    name="https://anna:secret@kassa-demo.ru/login?to=anna.k@bank-demo.by", category="phishing", report_id=uuid4(),
    narrative="Write to anna.k@bank-demo.by, she was cheated.", source_ref="TICKET-7", tags=("kit:demo",),
    linked_report="other-case", already_reported_to="police", observed_at=AT, verified_at=AT, tlp="TLP:CLEAR",
    url="https://anna:secret@kassa-demo.ru/login?to=anna.k@bank-demo.by", impersonated_party="Demo Bank",
    personal_data={"victim_contact": "anna.k@bank-demo.by", "registrant_contact": "+375"}, good_faith=True,
    evidence=(
        Evidence(kind="screenshot", sha256="a" * 64, captured_at=AT),
        Evidence(kind="second-source", note="seen by another notifier"),
        Evidence(kind="live-check", captured_at=AT),
    ),
)  # fmt: skip
CASE = CaseState(
    case=str(uuid4()), party="cctld.ru", registrable="kassa-demo.ru", zone="ru", category="phishing", state="confirmed",
    severity="high", opened_at=AT, changed_at=AT, disposition="malicious",
)  # fmt: skip

# state → whether a malicious, unprotected name may be blocked while the case is in it (docs/spec/subscribers.md §5)
BLOCKABLE = {
    "received": False, "triage": False, "needs_info": False, "referred": False, "merged": False, "confirmed": True,
    "notified": True, "hold_proposed": True, "on_hold": True, "mitigated": True, "appeal": True, "restoring": False,
    "closed": False,
}  # fmt: skip


def filed(report: Report = REPORT, **changed: object) -> Filed:
    target = report.name.replace("anna:secret@", "")  # a canonical URL has no userinfo
    first = Filed(report_id=str(uuid4()), host="kassa-demo.ru", target=target, report=report, received_at=AT)
    return msgspec.structs.replace(first, **changed)


def reader(kind: SubscriberKind, ceiling: Tlp = "TLP:AMBER", **changed: object) -> Reader:
    party = {"party": "cctld.ru", "memorandum": made(), "status": "in-force"} if kind == "party" else {}
    return Reader(own="oac.by", kind=kind, ceiling=ceiling, clause="MoU 4.2", **{**party, **changed})


def is_told(case: CaseState, one: Filed, to: Reader, *, told: bool = False, at: datetime = AT) -> bool:
    return ask_report(case, one, to, at=at, is_told=told, sent_today=0).verdict == "tell"


def test_every_state_is_in_the_table() -> None:
    assert set(BLOCKABLE) == set(STATES)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("action", ["", *ACTIONS])
def test_what_may_be_blocked_follows_the_table(state: str, action: str) -> None:
    case = msgspec.structs.replace(CASE, state=state, action=action, appealed_from="on_hold")
    is_cured = action in {"cleaned", "delegation-restored"} and state in {"mitigated", "appeal"}
    assert is_blockable(case) == (BLOCKABLE[state] and not is_cured)
    assert stands(case) == is_blockable(case)
    for other in ({"protected": "banks"}, {"disposition": "compromised"}, {"disposition": ""}):
        assert not is_blockable(msgspec.structs.replace(case, **other))


@pytest.mark.parametrize("came_from", ["closed", "", "on_hold", "mitigated"])
def test_an_appeal_against_a_closed_case_brings_no_block_back(came_from: str) -> None:
    case = msgspec.structs.replace(CASE, state="appeal", appealed_from=came_from)
    assert is_blockable(case) == (came_from in {"on_hold", "mitigated"})


@pytest.mark.parametrize("outcome", [*OUTCOMES, "partner_refused:no-grounds"])
def test_what_was_found_wrong_is_told_to_nobody(outcome: str) -> None:
    case = msgspec.structs.replace(CASE, state="closed", outcome=outcome)
    wrong = PUBLIC_LINE.get(outcome, "insufficient-grounds") == "insufficient-grounds"
    wrong = wrong or outcome in {"withdrawn", "restored_on_appeal"}
    assert is_found_wrong(case) == wrong
    assert is_told(case, filed(), reader("cert")) == (not wrong)
    assert not is_told(case, filed(), reader("public", "TLP:CLEAR"))


@pytest.mark.parametrize("kind", SUBSCRIBER_KINDS)
def test_nothing_of_a_person_is_told_to_any_kind(kind: SubscriberKind) -> None:
    answer = ask_report(CASE, filed(), reader(kind), at=AT, is_told=False, sent_today=0)
    assert answer.report is not None, answer.reason
    said = repr((answer.report, answer.target))
    of_the_report = {"other-case", "police"} if kind == "party" else set()  # told as in a ledger
    for hidden in set(SECRETS) - of_the_report:
        assert hidden not in said, hidden
    assert answer.target.startswith("https://kassa-demo.ru/login")
    assert (answer.report.narrative == "") == (kind in {"resolver", "public"})


@settings(max_examples=150)
@given(
    kind=st.sampled_from(SUBSCRIBER_KINDS), tlp=st.sampled_from(TLPS), ceiling=st.sampled_from(TLPS[:-1]),
    state=st.sampled_from(STATES), partner=st.sampled_from(("", "vnnic.vn")), has_text=st.booleans(),
    protected=st.booleans(), erased=st.booleans(), onward=st.sampled_from((None, True, False, "on_consent")),
)  # fmt: skip
def test_no_reader_is_told_above_its_ceiling_or_against_a_rule(
    kind: SubscriberKind, tlp: Tlp, ceiling: Tlp, state: str, partner: str, has_text: bool, protected: bool,
    erased: bool, onward: object,
) -> None:  # fmt: skip
    report = msgspec.structs.replace(REPORT, tlp=tlp, tags=(ERASED,) if erased else ())
    case = msgspec.structs.replace(CASE, state=state, protected="banks" if protected else "", appealed_from="on_hold")
    text = onward_of(onward) if has_text and partner else None
    one = filed(report, partner=partner, memorandum=text)
    answer = ask_report(case, one, reader(kind, ceiling), at=AT, is_told=False, sent_today=0)
    if answer.verdict == "withhold":
        assert answer.report is None
        return
    assert is_within(answer.tlp, ceiling)
    assert is_within(tlp, answer.tlp)
    assert not erased
    assert not protected
    assert tlp != "TLP:RED"
    assert not partner or (kind != "party" and text is not None and onward is True)
    assert kind not in {"resolver", "public"} or stands(case)


@cache
def onward_of(allowed: object) -> Memorandum:
    rules = ("national_cert", "public_blocklist")
    if allowed is None:
        return made({f"marking.onward.{rule}": None for rule in rules})
    return made({f"marking.onward.{rule}": {"allowed": allowed} for rule in rules})


def test_a_partners_report_goes_on_only_as_marked_and_never_where_the_source_must_be_told() -> None:
    amber = msgspec.structs.replace(REPORT, tlp="TLP:GREEN")
    told = ask_report(
        CASE, filed(amber, partner="vnnic.vn", memorandum=made()), reader("cert"), at=AT, is_told=False, sent_today=0
    )
    assert (told.verdict, told.tlp, told.clause) == ("tell", "TLP:AMBER", "5")
    assert not is_told(CASE, filed(amber, partner="vnnic.vn", memorandum=made()), reader("public", "TLP:GREEN"))
    notify = made({"marking.onward.national_cert": {"allowed": True, "notify_source": True}})
    assert not is_told(CASE, filed(amber, partner="vnnic.vn", memorandum=notify), reader("cert"))


def test_evidence_that_was_fresh_stays_told_and_a_cap_counts_it_once() -> None:
    party, later = reader("party"), AT + timedelta(days=30)
    assert is_told(CASE, filed(), party)
    assert not is_told(CASE, filed(), party, at=later)
    assert is_told(CASE, filed(), party, told=True, at=later)
    full = ask_report(CASE, filed(), party, at=AT, is_told=False, sent_today=10_000)
    assert (full.verdict, full.reason) == ("withhold", "over-daily-cap")
    assert ask_report(CASE, filed(), party, at=AT, is_told=True, sent_today=10_000).verdict == "tell"
    ended = msgspec.structs.replace(party, status="terminated")
    assert not is_told(CASE, filed(), ended, told=True)
    assert ask_case(CASE, ended, at=AT).verdict == "withhold"
    assert ask_case(CASE, party, at=AT).verdict == "tell"


def test_a_subscription_is_narrowed_to_categories_and_zones() -> None:
    for narrow in ({"categories": frozenset(CATEGORIES) - {"phishing"}}, {"zones": frozenset({"by"})}):
        assert not is_told(CASE, filed(), reader("cert", **narrow))


def test_a_case_says_nothing_that_its_reports_do_not() -> None:
    cert = reader("cert")
    names = [f"http://kassa-demo.ru/{number}" for number in range(60)]
    many = [filed(msgspec.structs.replace(REPORT, name=name, url="")) for name in names]
    answers = [(one, ask_report(CASE, one, cert, at=AT, is_told=False, sent_today=0)) for one in (*many, many[0])]
    reports, again = tell_sightings([(tell_report(CASE, one, answer), AT) for one, answer in answers])
    told = tell_case(CASE, reports, again, cert)
    assert (len(reports), [one.count for one in again], told.report_count) == (60, [1], 61)
    assert len(told.targets) == MAX_TARGETS
    assert (told.first_seen, told.impersonated_party) == (AT, "Demo Bank")
    assert tell_case(msgspec.structs.replace(CASE, state="triage"), reports, again, cert).targets == ()
