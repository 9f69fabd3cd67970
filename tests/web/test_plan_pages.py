"""The pages of plans and zones: shown before they ask, answered by another person, and found from the case."""

import re
from datetime import UTC, datetime

import msgspec
import pytest
from django.conf import LazySettings
from django.test import Client

from comity.core.roles import Actor
from comity.edges.home import Home, PlanSettings
from comity.flows.acknowledge import acknowledge
from comity.flows.advance_cases import Grounds, advance_cases, step_of
from comity.flows.confirm import confirm
from comity.flows.hold import hold
from comity.store.case_writes import NewCase, open_cases
from comity.store.cases import get_case
from comity.store.models import Case, CasePeer
from comity.store.plans import list_plans
from web.small_registry import ROLES, Registry, signed_in

pytestmark = pytest.mark.django_db

OWN = "cctld.ru"
AT = datetime.now(UTC)  # a proposal of another day would have expired
ANNA = Actor("anna", "analyst", OWN)
NAME = "xn-----6kcpbbgb7axcjf0a7aeb.xn--p1ai"


@pytest.fixture
def ref(home: Home, registry: Registry) -> str:
    """A case whose hold Anna has proposed, with its plan."""
    return planned(home, "pay-demo-z1.ru")[0]


def planned(home: Home, *names: str) -> list[str]:
    cases = [NewCase(name, "phishing", 1, name.rpartition(".")[2], OWN, "high") for name in names]
    refs = [case.ref for case in open_cases(OWN, cases, actor=OWN, role="system", at=AT)]
    acknowledge(home, refs, ANNA, at=AT)
    confirm(home, refs, ANNA, disposition="malicious", score=0.9, collateral="no mail", at=AT)
    assert hold(home, refs, ANNA, at=AT, grounds=Grounds(reason="phishing")).done == tuple(refs)
    return refs


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def test_a_plan_waits_for_another_person_and_is_approved_by_its_hash(ref: str) -> None:
    which = list_plans()[0].hash
    waiting = page(signed_in("supervisor"), "/approvals/")
    assert f"/approvals/{which}/" in waiting
    assert "No plan waits for you" in page(signed_in("analyst"), "/approvals/")
    shown = page(signed_in("supervisor"), f"/approvals/{which}/")
    for expected in (which, "pay-demo-z1", "clientHold", "0.90", "nobody was asked", "1 person must approve", "anna"):
        assert expected in shown, expected
    assert "Approve this plan" not in page(signed_in("analyst"), f"/approvals/{which}/")
    assert "Approve this plan" not in page(signed_in("auditor"), f"/approvals/{which}/")

    refused = signed_in("analyst").post(f"/approvals/{which}/approve/", {"note": "keep <b>me</b>"})
    assert refused.status_code == 409
    assert "Your role may not do this" in refused.content.decode()
    done = signed_in("supervisor").post(f"/approvals/{which}/approve/", {"note": "seen <script>"}, follow=True)
    assert "Approved, not carried out yet" in done.content.decode()
    assert "<script>" not in done.content.decode()
    assert get_case(ref).state == "on_hold"
    case_page = page(signed_in("supervisor"), f"/cases/{ref}/")
    assert f"/approvals/{which}/" in case_page

    done = signed_in("analyst").post(f"/approvals/{which}/carry-out/", follow=True)
    assert "done by hand, says analyst" in done.content.decode()
    assert list_plans()[0].state == "done"
    assert "ours:" in page(signed_in("analyst"), f"/cases/{ref}/")


def test_the_clause_that_asks_for_a_second_person_is_named(home: Home, registry: Registry) -> None:
    case = Case.objects.get(ref=planned(home, "pay-demo-z5.ru")[0])
    refuse = signed_in("supervisor").post
    refuse(f"/approvals/{list_plans()[0].hash}/refuse/", {"reason": "anew"})
    CasePeer.objects.create(case=case, partner="oac.by", remote_case=case.uuid)
    in_force = datetime(2027, 6, 1, tzinfo=UTC)
    assert hold(home, [case.ref], ANNA, at=in_force, grounds=Grounds(reason="phishing")).done == (case.ref,)
    shown = page(signed_in("supervisor"), f"/approvals/{list_plans()[0].hash}/")
    assert "A memorandum asks for a second person" in shown
    assert "oac.by, clause 8" in shown


def test_a_refusal_states_its_reason(ref: str) -> None:
    which = list_plans()[0].hash
    answer = signed_in("supervisor").post(f"/approvals/{which}/refuse/", {"reason": " "})
    assert answer.status_code == 409
    assert "State the reason" in answer.content.decode()
    signed_in("supervisor").post(f"/approvals/{which}/refuse/", {"reason": "collateral"})
    assert get_case(ref).state == "confirmed"


def test_a_bulk_plan_asks_whether_so_many_are_meant(home: Home, registry: Registry, settings: LazySettings) -> None:
    home = Home(home.path, msgspec.structs.replace(home.settings, plans=PlanSettings(most_names=1)))
    settings.HOME = home
    planned(home, "pay-demo-z2.ru", NAME)
    which = list_plans()[0].hash
    assert "I mean all 2 names" in page(signed_in("supervisor"), f"/approvals/{which}/")
    answer = signed_in("supervisor").post(f"/approvals/{which}/approve/", {"note": "typed before"})
    assert answer.status_code == 409
    assert "typed before" in answer.content.decode()
    assert "It is a bulk plan" in answer.content.decode()
    signed_in("supervisor").post(f"/approvals/{which}/approve/", {"bulk": "yes"})
    assert list_plans()[0].state == "approved"


def test_a_case_without_a_plan_shows_one_before_it_is_proposed(home: Home, registry: Registry) -> None:
    (case,) = open_cases(
        OWN, [NewCase("pay-demo-z3.ru", "phishing", 1, "ru", OWN, "high")], actor=OWN, role="system", at=AT
    )
    acknowledge(home, [case.ref], ANNA, at=AT)
    confirm(home, [case.ref], ANNA, disposition="malicious", score=0.9, collateral="no mail", at=AT)
    advance_cases(home, {case.ref: step_of("propose_hold", ANNA, Grounds(reason="phishing"))}, at=AT)
    before = len(list_plans())
    assert f"/cases/{case.ref}/plan/" in page(signed_in("analyst"), f"/cases/{case.ref}/")

    shown = page(signed_in("analyst"), f"/cases/{case.ref}/plan/")
    assert "Nothing has been done" in shown
    assert "clientHold" in shown
    assert len(list_plans()) == before
    done = signed_in("analyst").post(f"/cases/{case.ref}/plan/", follow=True)
    assert "Waits for approval" in done.content.decode()
    assert len(list_plans()) == before + 1
    again = page(signed_in("analyst"), f"/cases/{case.ref}/plan/", status=409)
    assert "Another plan about this case is not over" in again
    assert signed_in("auditor").get(f"/cases/{case.ref}/plan/").status_code == 403


def test_the_form_of_the_case_page_proposes_and_plans(ref: str) -> None:
    signed_in("supervisor").post(f"/approvals/{list_plans()[0].hash}/refuse/", {"reason": "anew"})
    again = signed_in("analyst").post(f"/cases/{ref}/propose_hold/", {"reason": "phishing"}, follow=True)
    assert again.status_code == 200
    assert list_plans()[0].plan.proposer == "analyst"


def test_only_a_plan_that_is_one_has_a_page(registry: Registry) -> None:
    for which in ("0" * 64, "abc", "no-hash"):
        assert signed_in("supervisor").get(f"/approvals/{which}/").status_code == 404
        assert signed_in("supervisor").post(f"/approvals/{which}/approve/").status_code == 404
    assert signed_in("analyst").get("/cases/0000-0000-0000/plan/").status_code == 404


@pytest.mark.parametrize("address", ["/approvals/", "/zones/", "/zones/ru/"])
def test_pages_are_for_those_who_work_here(registry: Registry, address: str) -> None:
    allowed = {role for role in ROLES if signed_in(role).get(address).status_code == 200}
    readers = {"analyst", "supervisor", "policy-officer", "auditor"}
    assert allowed == (readers if address == "/approvals/" else readers | {"administrator"})
    assert Client().get(address).status_code == 302


def test_a_zones_profile_says_how_sure_each_cell_is(registry: Registry) -> None:
    shown = page(signed_in("auditor"), "/zones/xn--p1ai/")
    for expected in (".РФ", "clientHold", "assumed; to be confirmed", "established", "unknown — ask the partner"):
        assert expected in shown, expected
    moscow = page(signed_in("auditor"), "/zones/moscow/")
    assert "No hold can be planned here" in moscow
    assert signed_in("auditor").get("/zones/com/").status_code == 404
    assert re.search(r"/zones/vn/", page(signed_in("auditor"), "/zones/"))


def test_where_the_profile_knows_too_little_only_consideration_is_offered(home: Home, registry: Registry) -> None:
    (home.path / "authority.toml").write_text('[profile.ru.cells]\nhold-statuses = { mark = "unknown" }\n')
    case = NewCase("pay-demo-z4.ru", "phishing", 1, "ru", OWN, "high")
    ref = open_cases(OWN, [case], actor=OWN, role="system", at=AT)[0].ref
    acknowledge(home, [ref], ANNA, at=AT)
    confirm(home, [ref], ANNA, disposition="malicious", score=0.9, collateral="no mail", at=AT)
    shown = page(signed_in("analyst"), f"/cases/{ref}/")
    assert "ask the registry of the zone for consideration" in shown
    assert f"/cases/{ref}/propose_hold/" not in shown
    answer = signed_in("analyst").post(f"/cases/{ref}/propose_hold/", {"reason": "phishing"})
    assert answer.status_code == 409
    assert "is not known; ask the registry" in answer.content.decode()


def test_profiles_that_cannot_be_read_offer_nothing_and_hide_no_case(home: Home, registry: Registry) -> None:
    (home.path / "authority.toml").write_text("[profile")
    shown = page(signed_in("analyst"), f"/cases/{registry.protected}/")
    assert "ask the registry of the zone for consideration" in shown
