"""The five tasks that a desk and a citizen do most, in a real Chromium with the keyboard alone; one without JavaScript.

Nothing is clicked and nothing is focused by script: Tab goes on until the wanted control has the focus, as a hand would
do it, so what cannot be reached, or only by hundreds of stops, fails.
"""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page

from comity.core.case_steps import Step
from comity.core.reporter_quality import FORM_SECONDS
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.acknowledge import acknowledge
from comity.flows.advance_cases import Grounds, advance_cases
from comity.flows.confirm import confirm
from comity.flows.hold import hold
from comity.flows.invite import invite
from comity.store.case_writes import NewCase, open_cases
from comity.store.models import Case, ConsultationMessage, PublicFiling
from comity.store.plans import list_plans
from web.consultation_rows import OPEN
from web.small_registry import ARTICLE, Registry
from web.test_axe import browser, registry, visit, window

__all__ = ["browser", "registry", "visit", "window"]  # fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Visit = Callable[..., BrowserContext]
FARTHEST = 120  # stops of the Tab key within one page


def reach(page: Page, what: str, *, key: str = "Tab") -> None:
    """Press Tab until what has the focus matches the selector."""
    for _ in range(FARTHEST):
        if page.evaluate("what => document.activeElement.matches(what)", what):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{what} is not reached by {FARTHEST} stops on {page.url}")


def press(page: Page, what: str) -> None:
    """Reach a button or a link, press Enter, and wait for the page it leads to."""
    reach(page, what)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def skip_to_content(page: Page) -> None:
    """The second stop of every page."""
    reach(page, "a.skip")
    page.keyboard.press("Enter")


def unfold(page: Page, what: str) -> None:
    """Open what is folded, by its summary."""
    reach(page, what)
    page.keyboard.press("Enter")


def test_an_analyst_acknowledges_and_confirms(visit: Visit, registry: Registry) -> None:
    page = visit("analyst").new_page()
    page.goto("/inbox/?sort=newest")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("a")
    page.wait_for_selector(f"#row-{registry.received} .state-triage")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith(f"/cases/{registry.received}/")
    skip_to_content(page)
    if not page.locator("#disposition-confirm").is_visible():
        unfold(page, "section.steps summary:not(details[open] > summary)")
    if not page.locator("#disposition-confirm").is_visible():
        unfold(page, "details:has(> form[action$='/confirm/']) > summary")
    reach(page, "#disposition-confirm")
    while page.locator("#disposition-confirm").input_value() != "malicious":
        page.keyboard.press("ArrowDown")
    reach(page, "#score-confirm")
    page.keyboard.press("Control+a")
    page.keyboard.type("0.9")
    reach(page, "#note-confirm")
    page.keyboard.type("The copied page of the bank was seen twice.")
    press(page, "form[action$='/confirm/'] button.primary")
    assert "Done" in page.locator("#messages").inner_text(), page.locator("main").inner_text()
    assert Case.objects.get(ref=registry.received).state == "confirmed"


def test_a_supervisor_approves_a_plan(visit: Visit, home: Home, registry: Registry) -> None:
    now, anna = datetime.now(UTC), Actor("anna", "analyst", "cctld.ru")
    case = NewCase("pay-demo-z1.ru", "phishing", 1, "ru", "cctld.ru", "high")
    refs = [one.ref for one in open_cases("cctld.ru", [case], actor="cctld.ru", role="system", at=now)]
    acknowledge(home, refs, anna, at=now)
    confirm(home, refs, anna, disposition="malicious", score=0.9, collateral="no mail", at=now)
    hold(home, refs, anna, at=now, grounds=Grounds(reason="phishing"))
    page = visit("supervisor").new_page()
    page.goto("/inbox/")
    press(page, "nav.places a[href='/approvals/']")
    which = list_plans()[0].hash
    skip_to_content(page)
    press(page, f"main a[href='/approvals/{which}/']")
    skip_to_content(page)
    reach(page, "#note-approve")
    page.keyboard.type("Seen, and nothing else falls.")
    press(page, "form[action$='/approve/'] button.primary")
    assert [plan.state for plan in list_plans() if plan.hash == which] == ["approved"]


def appealed(home: Home, ref: str) -> Case:
    """Hold the name of a case, and let its holder appeal through a one-time link."""
    now, anna, boris = datetime.now(UTC), Actor("anna", "analyst", home.party), Actor("boris", "supervisor", home.party)
    for step in (
        Step("start_triage", anna),
        Step("confirm", anna, disposition="malicious", score=0.9, collateral="none", note="seen by us"),
        Step("propose_hold", anna, reason="phishing"),
        Step("approve_hold", boris),
    ):
        assert advance_cases(home, {ref: step}, at=now).done
    case = Case.objects.get(ref=ref)
    link = invite(home, case.pk, role="registrant", recipient="holder@mail.example", language="en", at=now)
    said = {"case": ref, "kind": "appealed", "text": "It was hacked, and it is clean now."}
    assert Client().post(link[link.index("/answer/") :], said).status_code == 302
    return Case.objects.get(ref=ref, state="appeal")


def test_a_policy_officer_decides_an_appeal(visit: Visit, home: Home, registry: Registry) -> None:
    case = appealed(home, registry.received)
    page = visit("policy-officer").new_page()
    page.goto("/memoranda/")
    press(page, "nav.places a[href='/appeals/']")
    skip_to_content(page)
    press(page, f"main a[href='/appeals/{case.ref}/']")
    skip_to_content(page)
    reach(page, "input[name='decision']")
    page.keyboard.press("Space")
    while not page.locator("#decision-upheld").is_checked():
        page.keyboard.press("ArrowDown")
    reach(page, "#reasons")
    page.keyboard.type("The copy of the bank's page was seen after the site had been cleaned.")
    press(page, f"form[action$='/appeals/{case.ref}/'] button.primary")
    assert Case.objects.get(ref=case.ref).state == "closed", page.locator("main").inner_text()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_citizen_reports_a_domain(visit: Visit, registry: Registry, scripts: bool) -> None:
    page = visit(java_script_enabled=scripts).new_page()
    page.goto("/")
    waiting = PublicFiling.objects.count()
    press(page, "a[href='/report/']")
    skip_to_content(page)
    reach(page, "input[name='what']")
    page.keyboard.press("Space")
    while not page.locator("#what-false-page").is_checked():
        page.keyboard.press("ArrowDown")
    press(page, "main button.primary")
    assert page.url.endswith("/report/phishing/")
    skip_to_content(page)
    reach(page, "#field-name")
    page.keyboard.type("https://login.kassa-demo-a1.ru/verify")
    reach(page, "#field-observed_on")
    page.keyboard.type("11202026")
    reach(page, "#field-email")
    page.keyboard.type("citizen@mail.example")
    reach(page, "#field-narrative")
    page.keyboard.type("It asks for the password of my bank, and it is not my bank.")
    page.wait_for_timeout(1000 * FORM_SECONDS["usual"])  # sooner no person is done
    reach(page, "#field-good_faith")
    page.keyboard.press("Space")
    press(page, "main button.primary")
    assert "/report/sent/" in page.url, page.locator("main").inner_text()
    assert PublicFiling.objects.count() == waiting + 1


def test_an_analyst_answers_a_partner_and_opens_a_playbook(visit: Visit, registry: Registry) -> None:
    page = visit("analyst").new_page()
    page.goto("/inbox/")
    press(page, "nav.places a[href='/consultations/']")
    skip_to_content(page)
    press(page, f"main a[href='/consultations/{OPEN}/']")
    skip_to_content(page)
    unfold(page, "details:has(> form[action$='/reply/']) > summary")
    reach(page, "form[action$='/reply/'] textarea")
    page.keyboard.type("We keep a hold on such names for thirty days.")
    press(page, "form[action$='/reply/'] button.primary")
    assert ConsultationMessage.objects.filter(text__startswith="We keep a hold").exists(), page.locator(
        "main"
    ).inner_text()
    press(page, "nav.places a[href='/library/']")
    skip_to_content(page)
    press(page, f"main a[href='/library/{ARTICLE}/']")
    assert page.locator("h1").inner_text() == "A night in June"
