"""Draw the pictures of docs/pages.md anew: `python tools/screenshots.py [NAME ...]`.

A node of cctld.ru is set up in a temporary directory with the rows of the tests of the pages and the articles that come
with the program; a Chromium without a window opens each page of the table and writes docs/images/NAME.png, 1200 by 800
pixels at most.  A page that this tree does not have is named and left out.  Everything in the pictures is invented.
"""

# ruff: noqa: PLC0415 — Django wants its settings before anything of the store is read

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import django
import msgspec

ROOT: Final = Path(__file__).resolve().parent.parent
IMAGES: Final = ROOT / "docs" / "images"
CHROMIUM: Final = "/usr/bin/chromium"
LARGEST_BYTES: Final = 120_000
for folder in ("src", "tests"):
    sys.path.insert(0, str(ROOT / folder))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.node.settings")
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps an event loop in this thread


class Picture(msgspec.Struct, frozen=True):
    """One picture: its name, who opens which address, in which language and how the page is to look."""

    name: str
    role: str
    address: str
    language: str = "en"
    dark: bool = False
    reading: dict[str, str] = {}
    height: int = 800


def pictures(registry: Any, article: str) -> list[Picture]:
    """The pages that matter most, by who works with them."""
    return [
        Picture("inbox", "analyst", "/inbox/"),
        Picture("inbox-dark", "analyst", "/inbox/", dark=True),
        Picture("case", "analyst", f"/cases/{registry.referred}/"),
        Picture("case-be", "analyst", "/cases/7K3Q-F9XW-0002/", language="be"),
        Picture("approval", "supervisor", f"/approvals/{registry.plan}/", height=620),
        Picture("appeal", "policy-officer", f"/appeals/{registry.appealed}/"),
        Picture("consultation", "supervisor", "/consultations/00000000-0000-4000-8000-0000000c0001/"),
        Picture("library-article", "analyst", f"/library/{article}/", height=720),
        Picture("memorandum-editor", "policy-officer", f"/memoranda/drafts/{registry.draft}/", height=700),
        Picture("statistics", "auditor", "/statistics/?period=2026-12"),
        Picture("enquiries", "analyst", "/enquiries/", height=620),
        Picture("sweeps", "analyst", "/sweeps/", height=720),
        Picture("campaign", "analyst", f"/cases/{registry.protected}/campaign/"),
        Picture("report", "", "/report/"),
        Picture("answer", "", "/answer/answer-token-of-a-host-0123456789/"),
        Picture(
            "reading-panel", "analyst", "/reading/", language="be", reading={"size": "150", "scheme": "blue"},
        ),
    ]  # fmt: skip


@contextmanager
def node() -> Iterator[str]:
    """Serve a node with something on every page from this process; its address."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections
    from django.test.testcases import LiveServerThread

    from comity.edges.home import Home, NodeSettings, database_entry

    with tempfile.TemporaryDirectory(prefix="comity-pictures-") as directory:
        place = Path(directory)
        settings.HOME = Home(place, NodeSettings(party="cctld.ru", zones=("ru", "xn--p1ai"), secret_key="not-secret"))  # noqa: S106
        settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
        settings.ALLOWED_HOSTS = ["*"]
        settings.DATABASES["default"].clear()
        settings.DATABASES["default"].update(database_entry("sqlite:///pictures.sqlite3", base=place))
        connections.settings.update(connections.configure_settings(settings.DATABASES))
        call_command("migrate", verbosity=0)
        server = LiveServerThread("127.0.0.1", _without_files)
        server.daemon = True
        server.start()
        server.is_ready.wait()
        if server.error:
            raise server.error
        try:
            yield f"http://127.0.0.1:{server.port}"
        finally:
            server.terminate()


def _without_files(application: Any) -> Any:
    """The node serves its own files; Django's test server would look for others."""
    return application


def main(wanted: list[str]) -> None:
    """Draw the named pictures, or all."""
    django.setup()
    from django.conf import settings
    from django.urls import Resolver404, resolve
    from playwright.sync_api import sync_playwright

    from comity.flows.stock_library import stock_library
    from comity.store.models import Article
    from comity.web.reading_panel import Reading, render_reading
    from web.small_registry import fill_store, signed_in

    with node() as url, sync_playwright() as playwright:
        registry = fill_store()
        stock_library(settings.HOME, at=datetime.now(UTC))
        article = Article.objects.filter(origin="comity").order_by("pk")[0].uuid
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for one in pictures(registry, article):
            if wanted and one.name not in wanted:
                continue
            try:
                resolve(one.address.partition("?")[0])
            except Resolver404:
                print(f"{one.name}: this tree has no page {one.address}")
                continue
            context = browser.new_context(
                base_url=url,
                viewport={"width": 1200, "height": one.height},
                color_scheme="dark" if one.dark else "light",
            )
            cookies = {"comity_language": one.language}
            if one.role:
                cookies["sessionid"] = signed_in(one.role).cookies["sessionid"].value
            if one.reading:
                cookies["comity_reading"] = render_reading(Reading(**one.reading))
            context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
            page = context.new_page()
            answer = page.goto(one.address)
            if answer is None or not answer.ok:
                raise SystemExit(f"{one.name}: {one.address} does not open")
            place = IMAGES / f"{one.name}.png"
            page.screenshot(path=place)
            size = place.stat().st_size
            print(f"{place.relative_to(ROOT)}: {size} bytes", flush=True)
            if size > LARGEST_BYTES:
                raise SystemExit(f"{place.name} is larger than {LARGEST_BYTES} bytes")
            context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
