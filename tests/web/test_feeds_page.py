"""The page of feeds and the part of a case that feeds fill: health, precision, sightings, and who may read them."""

from datetime import UTC, datetime

import pytest

from comity.edges.feed_declarations import get_feed
from comity.edges.home import Home
from comity.flows.fetch_feed import fetch_feed
from comity.flows.fetch_feeds import compare_feeds
from comity.store.models import Case, Reporter, ReporterTally
from web.small_registry import signed_in
from web.test_pages import assert_well_formed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]

DECLARED = """
[{0}]
file = "{0}.txt"
format = "names"
category = "phishing"
confidence = 0.8
terms = {{ may_share = {1} }}
"""


def page(address: str, role: str = "analyst") -> str:
    answer = signed_in(role).get(address)
    assert answer.status_code == 200
    text: str = answer.content.decode()
    assert_well_formed(text, address)
    return text


@pytest.fixture
def followed(home: Home) -> None:
    """Two lists, one of which must not be shared, and one that cannot be fetched."""
    declared = DECLARED.format("open", "true") + DECLARED.format("closed", "false") + DECLARED.format("gone", "true")
    (home.path / "feeds.toml").write_text(declared, encoding="utf-8")
    for name in ("open", "closed"):
        (home.path / f"{name}.txt").write_text(f"both-demo.ru\n{name}-demo.ru\n", encoding="utf-8")
        assert fetch_feed(home, get_feed(home, name)).end == "taken"
    assert fetch_feed(home, get_feed(home, "gone")).end == "failed"
    compare_feeds(home, at=datetime.now(UTC))


@pytest.mark.usefixtures("followed")
def test_the_page_shows_health_share_and_precision() -> None:
    reporter = Reporter.objects.get(key="open")
    told = {"confirmed": 18, "dismissed": 2, "reversed": 0, "counted_at": datetime.now(UTC)}
    ReporterTally.objects.update_or_create(reporter=reporter, window="all", defaults=told)
    text = page("/feeds/")
    assert "90% (70%–97%)" in text
    assert "The server cannot be reached." in text
    (row,) = (part for part in text.split("<tr ")[1:] if '<bdi translate="no">open</bdi>' in part)
    cells = [cell.partition(">")[2].partition("</td>")[0] for cell in row.split("<td ")[1:]]
    assert cells[2:7] == ["2", "2", "0", "2", "1"]  # rows, accepted, refused, names now, alone


@pytest.mark.usefixtures("followed")
def test_a_case_shows_what_feeds_say_as_far_as_its_reader_may_know() -> None:
    case = Case.objects.get(registrable="both-demo.ru")
    desk = page(f"/cases/{case.ref}/")
    assert "What feeds say" in desk
    assert "Together they weigh 96%" in desk
    auditor = page(f"/cases/{case.ref}/", "auditor")
    assert '<bdi translate="no">closed</bdi>' not in auditor
    assert "Together they weigh 80%" in auditor


def test_without_feeds_and_with_wrong_declarations_the_pages_stand(home: Home) -> None:
    assert "This node follows no feed." in page("/feeds/")
    (home.path / "feeds.toml").write_text("[urlhaus]\nsurprise = '<script>'\n", encoding="utf-8")
    assert "surprise" in page("/feeds/", "administrator")
