"""Every page in every language in a real Chromium: WCAG 2.2 AA by axe, reflow, target size, keyboard, and no script.

axe sees neither text that runs off a narrow page nor a target too small, so both are measured here.  This file has one
browser; each test has a store of its own behind a live server, and signs in by cookie where signing in is not its
matter.
"""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from django.conf import LazySettings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from comity.edges.home import Home
from comity.flows.invite import invite
from comity.store.models import Case, CaseAnswer, Person
from comity.web.reading_panel import CHOICES, Reading, render_reading
from web.pages_of_the_node import AGAIN, LISTS, Opened, pages_to_look_at
from web.small_registry import PASSWORD, ROLES, Registry, fill_store, signed_in, typed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
LANGUAGES = ["en", "ru", "be", "vi", "zh-hans"]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RUN_AXE = """async ([tags, rules]) => {
  const found = await axe.run(document, {runOnly: {type: 'tag', values: tags}, rules, resultTypes: ['violations']});
  return found.violations.map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html).join(' || '));
}"""
WIDE = {"width": 1280, "height": 800}
NARROW = {"width": 320, "height": 640}
OPEN_ALL = "document.querySelectorAll('details').forEach(d => d.open = true)"
SEND = """([end, typed]) => {
  const form = [...document.querySelectorAll('main form[method=post]')]
    .find(f => new URL(f.action).pathname.endsWith(end));
  for (const [name, value] of Object.entries(typed))
    for (const field of form.querySelectorAll('input:is([type=text], [type=password], :not([type]))'))
      if (name === '*' || name === field.name) field.value = value;
  form.noValidate = true;
  form.requestSubmit();
}"""
WIDEST = """() => [...document.querySelectorAll('body *')]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 0.5 && !e.closest('.scrolls'))
  .slice(-1).map(e => e.outerHTML.slice(0, 160))[0]"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# The page as the panel's largest makes it; its colours are set one scheme after the other.
LARGEST = """() => Object.assign(document.documentElement.dataset, {
  size: '200', letter: 'widest', line: '2', face: 'serif', images: 'off', motion: 'off', scheme: 'regular'})"""
# WCAG 2.5.8: 24 by 24 CSS pixels, but for a link within a sentence and what the page hides for sighted readers.
SMALL_TARGETS = """() => [...document.querySelectorAll('a, button, input, select, textarea, summary')].filter(e => {
  if (e.type === 'hidden' || e.closest('p, li, dd, .quiet') && getComputedStyle(e).display === 'inline') return false;
  const box = e.getBoundingClientRect();
  return box.width > 1 && box.right > 0 && (box.width < 24 || box.height < 24);
}).map(e => e.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for this file.  Playwright keeps an event loop in this thread, which Django would take for a
    view's.
    """
    with pytest.MonkeyPatch.context() as environment, sync_playwright() as playwright:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def registry(transactional_db: None) -> Registry:
    """Fill the store; rows are visible to the server's thread."""
    return fill_store()


@pytest.fixture
def visit(window: Callable[..., BrowserContext], registry: Registry) -> Callable[..., BrowserContext]:
    """Open a window on a node with something on every page."""
    return window


@pytest.fixture
def window(
    browser: Browser, live_server: LiveServer, transactional_db: None
) -> Iterator[Callable[..., BrowserContext]]:
    """Open a window of the browser for a person (or nobody), a language and a reader's panel."""
    opened: list[BrowserContext] = []

    def open_window(
        role: str = "", *, language: str = "en", reading: Reading | None = None, **options: Any
    ) -> BrowserContext:
        context = browser.new_context(base_url=live_server.url, **options)
        context.set_default_timeout(10_000)
        opened.append(context)
        cookies = {"comity_language": language}
        if role == AGAIN:
            cookies["sessionid"] = typed_in("supervisor").cookies["sessionid"].value
        elif role:
            cookies["sessionid"] = signed_in(role).cookies["sessionid"].value
        if reading is not None:
            cookies["comity_reading"] = render_reading(reading)
        context.add_cookies([{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()])
        return context

    yield open_window
    for context in opened:
        context.close()


def violations(page: Page, *, rules: dict[str, Any] | None = None) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
        page.context.add_init_script(AXE)  # the window's later pages have it when they open: it is sent once
    found: list[str] = page.evaluate(RUN_AXE, [TAGS, rules or {}])
    return found


def rules_for(language: str) -> dict[str, Any]:
    """What axe leaves out: its look at contrast but in English, for `faint` measures more of it in every language."""
    return {} if language == "en" else {"color-contrast": {"enabled": False}}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_in_every_language(visit: Callable[..., BrowserContext], registry: Registry, language: str) -> None:
    """Each page is loaded once: looked at wide, then narrow, then with the panel's largest.

    Colours do not know languages: each scheme, and axe's own (slow, and weaker) look at contrast, are for English.
    """
    problems = []
    pages: dict[str, Page] = {}
    in_colour = language == "en"
    rules = rules_for(language)
    for opened in pages_to_look_at(registry):
        page = pages.get(opened.role) or pages.setdefault(opened.role, visit(opened.role, language=language).new_page())
        open_page(page, opened)
        found = violations(page, rules=rules) + small_targets(page) + faint(page, "as it is") + too_wide(page)
        page.evaluate(LARGEST)
        found += small_targets(page) + too_wide(page) + (every_scheme(page) if in_colour else [])
        problems += [f"{opened.address} {opened.form}: {problem}" for problem in dict.fromkeys(found)]
    assert problems == [], "\n".join(problems)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_list_with_nothing_in_it(
    window: Callable[..., BrowserContext], transactional_db: None, language: str
) -> None:
    for role in ROLES:
        Person.objects.create_user(username=role, password=PASSWORD, role=role)
    page = window("supervisor", language=language).new_page()
    problems = []
    rules = rules_for(language)
    for address in LISTS:
        open_page(page, Opened("supervisor", address))
        found = violations(page, rules=rules) + small_targets(page) + faint(page, "as it is") + too_wide(page)
        problems += [f"{address}: {problem}" for problem in found]
    assert problems == [], "\n".join(problems)


@pytest.mark.parametrize("media", [{"forced_colors": "active"}, {"contrast": "more"}])
def test_the_colours_of_the_device_itself(
    visit: Callable[..., BrowserContext], registry: Registry, media: dict[str, Any]
) -> None:
    page = visit("analyst", language="be").new_page()
    page.emulate_media(**media)
    for address in ("/inbox/", f"/cases/{registry.referred}/"):
        open_page(page, Opened("analyst", address))
        assert violations(page) == []


if os.environ.get("COMITY_SOAK"):  # the full product, each page loaded anew

    @pytest.mark.parametrize("scheme", CHOICES["scheme"])
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_page_loaded_with_the_panel_at_its_extremes(
        visit: Callable[..., BrowserContext], registry: Registry, language: str, scheme: str
    ) -> None:
        problems = []
        for images in ("grey", "off"):
            reading = Reading(size="200", face="serif", scheme=scheme, letter="widest", line="2", images=images)
            pages: dict[str, Page] = {}
            for opened in pages_to_look_at(registry):
                page = pages.get(opened.role) or pages.setdefault(
                    opened.role, visit(opened.role, language=language, reading=reading).new_page()
                )
                open_page(page, opened)
                found = violations(page) + small_targets(page) + faint(page, scheme) + too_wide(page)
                problems += [f"{opened.address} {opened.form}: {problem}" for problem in found]
        assert problems == [], "\n".join(problems)


def open_page(page: Page, opened: Opened) -> None:
    """Open a page, wide; where a form is to be sent, send it past the browser's own checks and wait for the answer."""
    page.set_viewport_size(WIDE)
    page.goto(opened.address)
    if opened.form:
        with page.expect_navigation():
            page.evaluate(SEND, [opened.form, opened.typed])
    page.evaluate(OPEN_ALL)


def small_targets(page: Page) -> list[str]:
    return [f"small target {target}" for target in page.evaluate(SMALL_TARGETS)]


def too_wide(page: Page) -> list[str]:
    """How far the page runs off a window of 320 pixels."""
    page.set_viewport_size(NARROW)
    over = page.evaluate(OVERFLOW)
    return [f"{over} px too wide: {page.evaluate(WIDEST)}"] if over > 0 else []


def faint(page: Page, scheme: str) -> list[str]:
    """Words with a contrast under 7:1, which the style sheet promises in every scheme."""
    lowest, words = page.evaluate(LUMINANCE)
    return [] if lowest >= 7 else [f"{lowest:.2f}:1 ({scheme}): {words}"]


def every_scheme(page: Page) -> list[str]:
    """The contrast in each of the panel's schemes and in a device's dark one."""
    found = []
    for scheme in CHOICES["scheme"]:
        page.evaluate("scheme => { document.documentElement.dataset.scheme = scheme }", scheme)
        found += faint(page, scheme)
    page.evaluate("document.documentElement.dataset.scheme = 'regular'")
    page.emulate_media(color_scheme="dark")
    found += faint(page, "dark")
    page.emulate_media(color_scheme="light")
    return found


def test_keyboard_reaches_the_panel_first_and_then_past_the_top(
    visit: Callable[..., BrowserContext], registry: Registry
) -> None:
    page = visit("analyst").new_page()
    page.goto("/inbox/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Version for visually impaired people"
    assert outline(page) != "none"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#content"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    for _ in range(30):
        assert outline(page) != "none", page.evaluate("document.activeElement.outerHTML")
        page.keyboard.press("Tab")


def test_everything_works_without_javascript(
    visit: Callable[..., BrowserContext], registry: Registry, settings: LazySettings
) -> None:
    page = visit(java_script_enabled=False).new_page()
    page.goto("/inbox/")
    page.get_by_label("User name").fill("analyst")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main button.primary").click()
    assert page.url.endswith("/inbox/")
    page.get_by_role("button", name="Беларуская").click()
    assert page.locator("h1").inner_text() == "Уваходныя"
    page.get_by_role("link", name="Версія для слабавідушчых").first.click()
    page.locator('input[name="size"][value="150"]').check()
    page.locator('input[name="scheme"][value="blue"]').check()
    page.get_by_role("button", name="Захаваць").click()
    assert page.url.endswith("/inbox/")
    assert page.locator("html").get_attribute("data-size") == "150"
    assert page.locator("html").get_attribute("data-scheme") == "blue"
    page.locator(f'input[value="{registry.received}"]').check()
    page.locator("main button.primary").click()
    assert "Атрыманне 1 справы пацверджана." in page.locator(".messages").inner_text()
    assert Case.objects.get(ref=registry.received).state == "triage"


def test_an_answer_is_sent_from_a_page_that_sends_no_referrer(visit: Callable[..., BrowserContext], home: Home) -> None:
    case = Case.objects.get(state="notified")
    link = invite(home, case.pk, role="registrar", recipient="a@registrar.example", language="ru", at=datetime.now(UTC))
    window = visit(language="", java_script_enabled=True, viewport=NARROW)
    page = window.new_page()
    page.goto(link[link.index("/answer/") :])
    assert page.locator("html").get_attribute("lang") == "ru"
    assert violations(page) == []
    page.get_by_role("button", name="English").click()
    assert page.locator("h1").inner_text() == "Your answer is asked"
    page.get_by_label("We contest it").check()
    page.locator("main button.primary").click()
    assert "Say it in a few words." in page.get_by_role("alert").inner_text()
    assert violations(page) == []
    assert too_wide(page) == []
    page.get_by_label("In words").fill("The page was never there.")
    page.locator("main button.primary").click()
    assert "It was received" in page.locator("main").inner_text()
    assert violations(page) == []
    assert CaseAnswer.objects.order_by("-pk")[0].event == "registrar_refused"


def test_a_page_loads_nothing_but_its_own(visit: Callable[..., BrowserContext], live_server: LiveServer) -> None:
    page = visit().new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto("/")
    assert all(address.startswith(live_server.url) for address in asked)
    assert complaints == []
    assert page.evaluate("getComputedStyle(document.querySelector('.brand')).display") == "flex"


def outline(page: Page) -> str:
    style: str = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    return style


# The lowest contrast of any words on the page with what is behind them (WCAG's formula), and which words.
LUMINANCE = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const known = new Map();
  const light = (colour) => {
    if (known.has(colour)) return known.get(colour);
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const part = (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(v => part(v / 255));
    known.set(colour, 0.2126 * r + 0.7152 * g + 0.0722 * b);
    return known.get(colour);
  };
  const behind = (e) => {
    if (!e) return 'white';
    const colour = getComputedStyle(e).backgroundColor;
    return /^rgba.*, 0\\)$/.test(colour) ? behind(e.parentElement) : colour;
  };
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let lowest = [21, ''];
  while (words.nextNode()) {
    const e = words.currentNode.parentElement;
    if (!words.currentNode.data.trim() || !e.checkVisibility() || e.closest('option')) continue;
    const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < lowest[0]) lowest = [contrast, e.outerHTML.slice(0, 160)];
  }
  return lowest;
}"""
