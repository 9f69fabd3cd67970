"""The inbox from the keyboard in a real Chromium: single keys, the help, a row acknowledged in place; keys off; paper.

One browser and one store for all of it: the tests of the pages themselves are in `test_axe`.
"""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from comity.store.models import Case
from comity.web.reading_panel import Reading
from web.small_registry import Registry
from web.test_axe import browser, registry, violations, visit, window

__all__ = ["browser", "registry", "visit", "window"]  # fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Visit = Callable[..., BrowserContext]


def focused(page: Page, attribute: str) -> Any:
    return page.evaluate(f"document.activeElement.getAttribute('{attribute}')")


def test_a_night_at_the_inbox_without_a_mouse(visit: Visit, registry: Registry) -> None:
    page = visit("analyst").new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto("/inbox/?sort=newest")
    # j and k walk, and stop at the ends
    page.keyboard.press("j")
    assert focused(page, "id") == f"open-{registry.received}"
    page.keyboard.press("j")
    assert focused(page, "id") == "open-7K3Q-F9XW-0002"
    page.keyboard.press("k")
    page.keyboard.press("k")
    assert focused(page, "id") == f"open-{registry.received}"
    # the same keys under a Russian layout
    page.evaluate(
        "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'о', code: 'KeyJ', bubbles: true}))"
    )
    assert focused(page, "id") == "open-7K3Q-F9XW-0002"
    page.keyboard.press("k")
    # x ticks, and unticks
    page.keyboard.press("x")
    assert page.locator(f"#t-{registry.received}").is_checked()
    page.keyboard.press("x")
    assert not page.locator(f"#t-{registry.received}").is_checked()
    # ? opens the help, which keeps the focus and gives it back
    page.keyboard.press("?")
    dialog = page.locator("dialog#keys")
    assert dialog.is_visible()
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    assert violations(page) == []
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert focused(page, "id") == f"open-{registry.received}"
    # / goes to the search, where letters are letters
    page.keyboard.press("/")
    assert focused(page, "id") == "q"
    page.keyboard.type("kassa-j")
    assert page.locator("#q").input_value() == "kassa-j"
    # a acknowledges in place: other ticks stay, the focus stays, the reader is told
    page.locator("#t-7K3Q-F9XW-0002").check()
    page.locator(f"#open-{registry.received}").focus()
    page.keyboard.press("a")
    page.wait_for_selector(f"#row-{registry.received} .state-triage")
    assert page.locator("#t-7K3Q-F9XW-0002").is_checked()
    assert page.locator("#messages").inner_text() == "Receipt of 1 case confirmed."
    expect(page.locator(f"#open-{registry.received}")).to_be_focused()
    assert Case.objects.get(ref=registry.received).state == "triage"
    # the filter answers without loading the page again, and the address says what is asked
    page.evaluate("window.here = true")
    page.keyboard.press("/")
    page.keyboard.press("Control+a")
    page.keyboard.type("shop")
    page.keyboard.press("Enter")
    expect(page.locator("#total")).to_have_text("1 case")
    assert page.evaluate("window.here") is True
    assert "q=shop" in page.url
    expect(page.locator("#said")).to_have_text("1 case")
    page.locator("#show").focus()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{registry.referred}/")
    page.go_back()
    page.wait_for_selector("#inbox")
    assert page.locator("#q").input_value() == "shop"
    assert complaints == []


def test_single_keys_can_be_turned_off(visit: Visit, registry: Registry) -> None:
    page = visit("analyst", reading=Reading(keys="off")).new_page()
    page.goto("/inbox/")
    for key in "jkax/?":
        page.keyboard.press(key)
    assert focused(page, "id") is None
    assert not page.locator("dialog#keys").is_visible()
    assert not page.locator("#show-keys").is_visible()
    assert Case.objects.get(ref=registry.received).state == "received"


def test_signed_out_meanwhile_the_reader_is_asked_to_sign_in(visit: Visit, registry: Registry) -> None:
    context = visit("analyst")
    page = context.new_page()
    page.goto("/inbox/")
    context.clear_cookies(name="sessionid")
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.wait_for_url("**/sign-in/**")
    assert Case.objects.get(ref=registry.received).state == "received"


def test_on_paper_nothing_is_cut_and_nothing_is_there_to_press(visit: Visit, registry: Registry) -> None:
    page = visit("policy-officer", viewport={"width": 680, "height": 960}).new_page()  # A4 within its margins
    for address in ("/inbox/?state=all", "/memoranda/oac.by/3/", f"/memoranda/drafts/{registry.draft}/"):
        page.emulate_media(media="screen")
        page.goto(address)
        page.emulate_media(media="print")
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, (
            address
        )
        assert not page.locator("nav, button, input, select").filter(visible=True).count(), address
