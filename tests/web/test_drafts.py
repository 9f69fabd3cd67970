"""Drafts of memoranda in pages: each clause in words, every problem at its field, proposed only by who may."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import msgspec
import pytest
from django.conf import LazySettings
from django.test import Client

from comity.core.reports import Report as Claim
from comity.demo.memorandum import write_memorandum
from comity.edges.home import Home
from comity.edges.keys import load_signing_key
from comity.flows.draft import amend
from comity.flows.propose import propose
from comity.flows.set_up import NewNode, set_up
from comity.store.drafts import get_draft, list_drafts, list_revisions
from comity.store.models import Case, Decision, Memorandum, Report
from comity.wire.memorandum_document import parse_document
from web.small_registry import ROLES, Registry, signed_in

pytestmark = pytest.mark.django_db
LANGUAGES = ["en", "ru", "be", "vi", "zh-hans"]
NOW = datetime.now(UTC)


@pytest.fixture
def node(tmp_path: Path, settings: LazySettings) -> Home:
    """A node with keys, and a text that it has proposed."""
    homes = [
        set_up(tmp_path / party, NewNode(party, (), "127.0.0.1", 1, 2, "sqlite:///x"), at=NOW)
        for party in ("cctld.ru", "oac.by")
    ]
    keys = [load_signing_key(home).public_key() for home in homes]
    links = ("https://127.0.0.1:9441/", "https://127.0.0.1:9442/")
    propose(homes[0], write_memorandum(*keys, links=links, reports_a_day=100, at=NOW), actor="test", at=NOW)
    settings.HOME = homes[0]
    return homes[0]


@pytest.fixture
def draft(registry: Registry, node: Home) -> int:
    """An open draft of the next version."""
    row = Memorandum.objects.get(status="proposed")
    return amend(node, row.urn, row.version, actor="policy-officer", at=NOW)


def form_of(client: Client, address: str) -> dict[str, list[str]]:
    """What a browser would send of the form on a page, as it stands there."""
    page = client.get(address).content.decode()
    form = page[page.index('class="clause-form"') : page.index("</main>")]
    sent: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        values = {name: unescape(value) for name, value in re.findall(r'([a-z-]+)="([^"]*)"', tag)}
        if values.get("type") != "checkbox" or " checked" in tag:
            sent.setdefault(values["name"], []).append(values.get("value", ""))
    for name, options in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.findall(r'value="([^"]*)" selected', options)
        sent[unescape(name)] = [unescape(chosen[0] if chosen else "")]
    for name, text in re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        sent[unescape(name)] = [unescape(text)]
    return sent


def test_who_reads_and_who_writes(draft: int) -> None:
    for role in ROLES:
        client = signed_in(role)
        reads = role in {"analyst", "supervisor", "policy-officer", "auditor", "administrator"}
        writes = role == "policy-officer"
        for address in (f"/memoranda/drafts/{draft}/", f"/memoranda/drafts/{draft}/preview/"):
            assert client.get(address).status_code == (200 if reads else 403), (role, address)
        assert client.get(f"/memoranda/drafts/{draft}/clauses/clocks/").status_code == (200 if writes else 403), role
        assert (
            f"/memoranda/drafts/{draft}/clauses/clocks/" in client.get(f"/memoranda/drafts/{draft}/").content.decode()
        ) == writes
        if not writes:
            for verb in ("propose", "drop"):
                assert client.post(f"/memoranda/drafts/{draft}/{verb}/").status_code == 403
            assert client.post("/memoranda/drafts/").status_code == 403
            assert client.post("/memoranda/oac.by/1/amend/").status_code == 403
    assert get_draft(draft).status == "open"


def test_an_untouched_form_of_every_clause_changes_nothing(draft: int) -> None:
    client = signed_in("policy-officer")
    for part in ("head", "parties", "scope", "exchange", "evidence", "marking", "personal_data", "clocks", "safeguards",
                 "audit", "amendment", "suspension", "termination", "disputes"):  # fmt: skip
        address = f"/memoranda/drafts/{draft}/clauses/{part}/"
        answer = client.post(address, form_of(client, address))
        assert answer.status_code == 302, (part, answer.content.decode())
    assert get_draft(draft).revision == 1


def test_a_clause_is_written_and_the_difference_is_shown_in_words(draft: int, node: Home) -> None:
    client = signed_in("policy-officer")
    address = f"/memoranda/drafts/{draft}/clauses/clocks/"
    form = form_of(client, address) | {"clocks.high.act": ["PT36H"]}
    page = client.post(address, form, follow=True).content.decode()
    assert "The clause was kept." in page
    assert get_draft(draft).memorandum.clocks.high.act == "PT36H"
    assert [one.part for one in list_revisions(draft)] == ["clocks", ""]
    Memorandum.objects.filter(status="proposed").update(status="in-force")
    page = client.get(f"/memoranda/drafts/{draft}/").content.decode()
    assert "High · Act within" in page
    assert "<del>24 hours</del>" in page
    assert "<ins>36 hours</ins>" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_clauses_are_said_in_every_language(draft: int, language: str) -> None:
    client = signed_in("policy-officer")
    client.cookies["comity_language"] = language
    page = client.get(f"/memoranda/drafts/{draft}/").content.decode()
    assert "registrant_contact</" not in page.replace("personal_data.classes.registrant_contact</", "")
    form = client.get(f"/memoranda/drafts/{draft}/clauses/evidence/").content.decode()
    assert 'name="evidence.required.phishing"' in form


def test_a_problem_stands_at_its_field_with_what_was_typed(draft: int) -> None:
    client = signed_in("policy-officer")
    address = f"/memoranda/drafts/{draft}/clauses/evidence/"
    form = form_of(client, address) | {
        "evidence.min_score": ["much<b>"],
        "evidence.max_age_since_verified.phishing": ["1 day"],
    }
    answer = client.post(address, form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert '<a href="#f-evidence-min-score">' in page
    field = page[page.index('id="f-evidence-min-score"') :][:600]
    assert 'value="much&lt;b&gt;"' in field
    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="f-evidence-min-score-why"' in field
    assert '<code class="path" translate="no" lang="en">evidence.max_age_since_verified.phishing</code>' in page
    assert get_draft(draft).revision == 1


def test_what_does_not_agree_is_kept_listed_and_cannot_be_proposed(draft: int) -> None:
    client = signed_in("policy-officer")
    address = f"/memoranda/drafts/{draft}/clauses/evidence/"
    form = form_of(client, address)
    form["evidence.required.phishing+"] = ["crystal_ball"]
    assert client.post(address, form).status_code == 302
    page = client.get(f"/memoranda/drafts/{draft}/").content.decode()
    assert "This is not a part of a report." in page
    assert f"{address}#f-evidence-required-phishing" in page
    assert "Sign and propose" not in page
    assert "This is not a part of a report." in client.get(address).content.decode()
    answer = client.post(f"/memoranda/drafts/{draft}/propose/", {"revision": "2"})
    assert answer.status_code == 409
    assert "unknown-evidence-field" in answer.content.decode()
    assert get_draft(draft).status == "open"


def test_a_stale_form_overwrites_nobody(draft: int) -> None:
    client = signed_in("policy-officer")
    address = f"/memoranda/drafts/{draft}/clauses/disputes/"
    form = form_of(client, address)
    client.post(address, form | {"disputes.then": ["mediation"]})
    answer = client.post(address, form | {"disputes.then": ["arbitration"]})
    assert answer.status_code == 409
    assert 'value="arbitration" selected' in answer.content.decode()
    assert get_draft(draft).memorandum.disputes.then == "mediation"


def test_proposed_and_given_as_the_signed_file(draft: int) -> None:
    client = signed_in("policy-officer")
    page = client.post(f"/memoranda/drafts/{draft}/propose/", {"revision": "1"}, follow=True).content.decode()
    assert "Signed and proposed." in page
    version = get_draft(draft).version
    file = signed_in("auditor").get(f"/memoranda/oac.by/{version}/file/")
    assert file["Content-Disposition"] == f'attachment; filename="memorandum-oac.by-{version}.json"'
    document = parse_document(file.content)
    assert not isinstance(document, tuple)
    assert document.digest == get_draft(draft).digest
    assert document.signed_by() == {"cctld.ru"}


def test_a_draft_from_a_file_and_one_that_is_none(registry: Registry, node: Home, tmp_path: Path) -> None:
    client = signed_in("policy-officer")
    good = tmp_path / "good.json"
    good.write_bytes(Memorandum.objects.get(status="proposed").body)
    with good.open("rb") as file:
        assert client.post("/memoranda/drafts/", {"file": file}).status_code == 302
    assert len(list_drafts()) == 2
    for data in (b"", b"{", b"\x00", b"x: [" * 1000, b"a" * 300_000, b"title: <script>alert(1)</script>"):
        bad = tmp_path / "bad.yaml"
        bad.write_bytes(data)
        with bad.open("rb") as file:
            answer = client.post("/memoranda/drafts/", {"file": file})
        assert answer.status_code == 422
        assert "The file was not taken:" in answer.content.decode()
        assert "<script>alert" not in answer.content.decode()
    page = client.get("/memoranda/").content.decode()
    assert f"/memoranda/drafts/{list_drafts()[0].pk}/" in page


def test_what_the_partner_would_have_seen(draft: int, node: Home) -> None:
    Memorandum.objects.filter(status="proposed").update(status="in-force")
    Decision.objects.all().delete()
    case = Case.objects.get(party="oac.by")
    report = Report.objects.get(case=case)
    claim = msgspec.json.decode(report.body, type=Claim)
    seen = NOW - timedelta(hours=3)
    report.body = msgspec.json.encode(msgspec.structs.replace(claim, observed_at=seen, verified_at=seen))
    report.save(update_fields=["body"])
    Decision.objects.create(
        report=report, case=case, partner="oac.by", direction="out", kind="report", memorandum="", verdict="send",
        clause="3", reason="allowed", trace=b"{}", at=NOW - timedelta(hours=2),
    )  # fmt: skip
    client = signed_in("policy-officer")
    page = client.get(f"/memoranda/drafts/{draft}/preview/").content.decode()
    assert "1 item in the last 30 days" in page
    assert "both texts give the same answers" in page
    address = f"/memoranda/drafts/{draft}/clauses/exchange/"
    form = {name: given for name, given in form_of(client, address).items() if name != "exchange.kinds.report!"}
    assert client.post(address, form).status_code == 302
    assert get_draft(draft).memorandum.exchange.kinds.report is None
    page = client.get(f"/memoranda/drafts/{draft}/preview/?days=7").content.decode()
    assert "1 item in the last 7 days" in page
    assert "this kind of message is not agreed" in page
    assert case.registrable in page
