"""The library's pages: what they show, to whom, in which language; and that what a stranger wrote is only read."""

import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.test import Client

from comity.core.articles import Tags, Words
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.stock_library import stock_library
from comity.flows.write_article import revise_article, write_article
from comity.store.library import ArticleFilter, VersionRow, add_version, create_article, get_article, list_articles
from comity.store.models import Article, ArticleAnnotation, Decision, Person
from comity.web.shelf import playbooks_for
from web.consultation_rows import CLOSED
from web.small_registry import ROLES, Registry, signed_in
from web.test_pages import READERS, assert_well_formed

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
ANNA = Actor("anna", "supervisor", "cctld.ru")
HOSTILE = """# <script>alert(1)</script>
<img src=x onerror=alert(2)><svg/onload=alert(3)>
[x](javascript:alert(4)) [y](data:text/html,<script>5</script>) ![z](https://evil.example/t.gif)
[w](https://www.first.org.evil.example/) [v](https://first.org@evil.example/) \u202egpj.exe
<style>body{display:none}</style> [bank](http://evil.example/login)
"""


@pytest.fixture
def own(registry: Registry, home: Home) -> str:
    """An article of ours in two versions and two languages."""
    tags = Tags(kind="case-study", categories=("phishing",), techniques=("fast-flux",), tlp="TLP:GREEN")
    uuid = write_article(home, tags, Words(language="en", title="A night in May", body="First.\n\nSame."), ANNA, at=AT)
    revise_article(home, uuid, Words(language="ru", title="Майская ночь", body="Сначала."), ANNA, base=0, at=AT)
    words = Words(language="en", title="A night in June", body="Second.\n\nSame.")
    revise_article(home, uuid, words, ANNA, base=1, note="the month", at=AT)
    return uuid


@pytest.fixture
def theirs(registry: Registry) -> str:
    """A partner's article, hostile in every way that its text can be."""
    tags = Tags(kind="playbook", categories=("phishing",), tlp="TLP:AMBER")
    row = create_article(str(uuid4()), "oac.by", tags, language="en", at=AT)
    version = VersionRow(
        language="en", number=1, translates=0, title="</h1><script>0</script>", body=HOSTILE, party="oac.by",
        author="oac.by", note="", at=AT, erased=False,
    )  # fmt: skip
    add_version(row, version, at=AT)
    return row.uuid


def pages(own: str, theirs: str) -> list[str]:
    return [
        "/library/",
        "/library/?q=night&language=en&category=phishing&technique=fast-flux&state=draft&origin=cctld.ru&kind=case-study",
        "/library/?q=first",
        "/library/?category=nothing&origin=%00&q=%00%27%22*",
        f"/library/{own}/",
        f"/library/{own}/?language=ru",
        f"/library/{own}/?version=1",
        f"/library/{own}/print/",
        f"/library/{own}/history/",
        f"/library/{own}/history/?language=vi&from=9&to=x",
        f"/library/{theirs}/",
        f"/library/{theirs}/print/",
        f"/library/{theirs}/history/",
    ]


@pytest.mark.parametrize("language", ["en", "ru", "be", "vi", "zh-hans"])
def test_every_page_speaks_every_language_and_is_well_formed(own: str, theirs: str, language: str) -> None:
    client = signed_in("supervisor")
    client.cookies["comity_language"] = language
    further = ["/library/new/", f"/library/{own}/edit/?language=ru", f"/library/{own}/publish/"]
    for address in [*pages(own, theirs), *further]:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert_well_formed(answer.content.decode(), address)


@pytest.mark.parametrize("role", ROLES)
def test_each_page_is_for_its_roles(own: str, theirs: str, role: str) -> None:
    client = signed_in(role)
    for address in pages(own, theirs):
        assert client.get(address).status_code == (200 if role in READERS else 403), address
    writes = role in {"analyst", "supervisor", "policy-officer"}
    publishes = role in {"supervisor", "policy-officer"}
    assert client.get("/library/new/").status_code == (200 if writes else 403)
    assert client.get(f"/library/{own}/edit/").status_code == (200 if writes else 403)
    assert client.get(f"/library/{own}/publish/").status_code == (200 if publishes else 403)
    assert client.post(f"/library/{theirs}/adopt/").status_code == (302 if publishes else 403)
    assert client.post(f"/library/{own}/withdraw/").status_code == (302 if publishes else 403)
    assert client.post(f"/library/{theirs}/annotate/", {"text": "x"}).status_code == (302 if writes else 403)


def test_what_a_partner_wrote_runs_nothing_loads_nothing_and_leads_nowhere(theirs: str) -> None:
    of_it = (f"/library/{theirs}/", f"/library/{theirs}/print/", f"/library/{theirs}/history/")
    for address in (*of_it, "/library/?q=bank"):
        page = signed_in("analyst").get(address).content.decode()
        inside = page.partition("<main")[2]
        assert not re.search(r"<(script|svg|style|iframe|img|object|embed)\b|\son[a-z]+\s*=\s*[\"']", inside), address
        assert not re.search(r"href=\"(?!/|#)", inside), address
        assert "\u202e" not in inside
    page = signed_in("analyst").get(f"/library/{theirs}/").content.decode()
    assert "hxxp://evil[.]example/login" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "⟨U+202E⟩" in page


def test_a_page_shows_the_language_of_the_reader_and_how_it_stands(own: str) -> None:
    client = signed_in("analyst")
    client.cookies["comity_language"] = "ru"
    page = client.get(f"/library/{own}/").content.decode()
    assert '<h1 lang="ru">Майская ночь</h1>' in page
    assert f'<a href="/library/{own}/?language=en">' in page  # the original has moved on
    client.cookies["comity_language"] = "vi"
    assert '<h1 lang="en">A night in June</h1>' in client.get(f"/library/{own}/").content.decode()


def test_marking_red_is_seen_by_the_desk_only(own: str) -> None:
    Article.objects.filter(uuid=own).update(tlp="TLP:RED")
    assert signed_in("analyst").get(f"/library/{own}/").status_code == 200
    for role in ("policy-officer", "auditor"):
        assert signed_in(role).get(f"/library/{own}/").status_code == 404
        assert f"/library/{own}/" not in signed_in(role).get("/library/?q=night").content.decode()


def test_what_is_written_is_previewed_first_and_saved_once(registry: Registry) -> None:
    client = signed_in("analyst")
    typed = {"kind": "playbook", "language": "en", "tlp": "TLP:GREEN", "categories": ["malware"], "techniques": ["dga"],
             "title": "New", "body": "# Head\n\n**bold**"}  # fmt: skip
    answer = client.post("/library/new/", {**typed, "preview": "1"})
    assert "<strong>bold</strong>" in answer.content.decode()
    assert Article.objects.count() == 1
    saved = client.post("/library/new/", {**typed, "save": "1"})
    row = get_article(saved["Location"].split("/")[2])
    assert (row.origin, row.tags.categories, row.tags.techniques) == ("cctld.ru", ("malware",), ("dga",))


def test_nothing_is_lost_when_it_cannot_be_saved(registry: Registry) -> None:
    client = signed_in("analyst")
    typed = {"kind": "poem", "language": "en", "tlp": "TLP:GREEN", "categories": ["content"], "techniques": ["magic"],
             "title": "", "body": "kept as it was", "save": "1"}  # fmt: skip
    answer = client.post("/library/new/", typed)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "kept as it was</textarea>" in page
    assert 'href="#title"' in page
    assert 'id="why-title"' in page
    assert client.post("/library/new/", {**typed, "body": "x" * 30_001}).status_code == 400
    assert Article.objects.count() == 1


def test_nobody_overwrites_what_somebody_saved_meanwhile(own: str, home: Home) -> None:
    client = signed_in("analyst")
    typed = {"kind": "case-study", "language": "en", "tlp": "TLP:GREEN", "title": "Mine", "body": "mine", "base": "1",
             "save": "1"}  # fmt: skip
    answer = client.post(f"/library/{own}/edit/", typed)
    assert answer.status_code == 409
    assert "mine</textarea>" in answer.content.decode()
    assert client.post(f"/library/{own}/edit/", {**typed, "base": "2"}).status_code == 302
    assert get_article(own).version == 3


def test_an_article_of_another_origin_is_not_edited_here(theirs: str) -> None:
    for step in ("edit", "publish"):
        assert signed_in("supervisor").get(f"/library/{theirs}/{step}/").status_code == 403
    assert signed_in("supervisor").post(f"/library/{theirs}/withdraw/").status_code == 403


def test_a_consultation_becomes_the_beginning_of_an_article(registry: Registry) -> None:
    client = signed_in("analyst")
    link = f"/library/new/?consultation={CLOSED}"
    assert link in client.get(f"/consultations/{CLOSED}/").content.decode()
    page = client.get(link).content.decode()
    assert "Имена DGA (closed)" in page
    assert "Was habt ihr getan?" in page
    assert '<option value="TLP:AMBER" selected' in page
    assert signed_in("analyst").get("/library/new/?consultation=%00nothing").status_code == 200


def test_publishing_shows_the_clause_and_sends_nothing_by_being_looked_at(own: str) -> None:
    client = signed_in("supervisor")
    page = client.get(f"/library/{own}/publish/").content.decode()
    assert "oac.by" in page
    assert not Decision.objects.filter(kind="experience").exists()
    assert client.post(f"/library/{own}/publish/", {"partner": "nobody.example"}).status_code == 404


def test_a_remark_without_words_is_refused_beside_the_field(own: str) -> None:
    answer = signed_in("analyst").post(f"/library/{own}/annotate/", {"text": "  ", "language": "en"})
    assert answer.status_code == 400
    assert 'aria-describedby="why-remark"' in answer.content.decode()
    answer = signed_in("analyst").post(f"/library/{own}/annotate/", {"text": "true <b>", "language": "en"})
    assert answer.status_code == 302
    assert ArticleAnnotation.objects.get(article__uuid=own).text == "true <b>"
    assert "true &lt;b&gt;" in signed_in("analyst").get(f"/library/{own}/").content.decode()


def test_differences_are_words_and_not_only_colours(own: str) -> None:
    page = signed_in("analyst").get(f"/library/{own}/history/?language=en").content.decode()
    assert re.search(r"<del>.*?First\..*?</del>", page, re.DOTALL)
    assert re.search(r"<ins>.*?Second\..*?</ins>", page, re.DOTALL)


def test_a_case_finds_the_playbooks_of_its_category(own: str, home: Home) -> None:
    stock_library(home, at=AT)
    found = playbooks_for("phishing", role="analyst", language="ru")
    assert "Фишинг на взломанном сайте" in [item.title for item in found]
    assert all("phishing" in item.row.tags.categories for item in found)
    assert len(found) <= 8


def test_strangers_sign_in_and_forms_are_guarded(own: str) -> None:
    assert Client().get("/library/").status_code == 302
    guarded = Client(enforce_csrf_checks=True)
    guarded.force_login(Person.objects.get(username="supervisor"))
    assert guarded.post(f"/library/{own}/withdraw/").status_code == 403
    assert [row.withdrawn_at for row in list_articles(ArticleFilter())] == [None, None]
