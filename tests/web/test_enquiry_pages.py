"""The pages of sweeps and enquiries: ranked, explained, harmless; ended by a form, by whom it is for."""

import pytest

from comity.store.models import Case, SweepFinding
from comity.web.templatetags.findings import likely
from web.small_registry import Registry, signed_in
from web.sweep_rows import RUN
from web.test_pages import assert_well_formed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]


def page(address: str, role: str = "analyst") -> str:
    answer = signed_in(role).get(address)
    assert answer.status_code == 200, address
    text: str = answer.content.decode()
    assert_well_formed(text, address)
    assert "style=" not in text
    return text


def test_enquiries_are_ranked_explained_and_harmless() -> None:
    text = page("/enquiries/")
    assert "<mark>bank-demo</mark>-login[.]ru" in text
    assert "The protected label “bank-demo” together with other words." in text
    assert text.index("-login[.]ru") < text.index("xn----7sbarfztqva[.]xn--p1ai")
    assert "bamk-demo" not in text
    assert "Dismissed before:" in text
    assert "bamk-demo[.]ru" in page("/enquiries/?state=all&kind=edit&score=0.5&zone=ru&name=bamk-demo[.]ru&page=1")
    assert "No finding is so." in page("/enquiries/?page=999&score=x&zone=moon")
    assert 'formaction="/enquiries/open/"' not in page("/enquiries/", "auditor")


def test_one_enquiry_and_the_case_tell_the_same(registry: Registry) -> None:
    row = SweepFinding.objects.get(state="dismissed")
    text = page(f"/enquiries/{row.pk}/")
    assert "a river" in text
    assert "A word or name with a meaning of its own" in text
    assert signed_in("analyst").get("/enquiries/999999999999999999/").status_code == 404
    assert "A report names login[.]kassa-demo-a1[.]ru." in page(f"/cases/{registry.received}/")


def test_a_warning_is_told_with_its_signs_and_leads_to_it() -> None:
    text = page("/enquiries/?kind=warning&ticked=all")
    assert "oac.by warned of a campaign (its reference: RU-7)." in text
    assert text.count(" checked") == 1
    assert 'name="next" value="/enquiries/?state=open&amp;kind=warning"' in text  # what comes next is not ticked
    row = SweepFinding.objects.get(kind="warning")
    assert f'href="/warnings/{row.subject}/"' in page(f"/enquiries/{row.pk}/")
    assert "ticked=all" in page("/enquiries/")


def test_no_score_is_told_as_certain() -> None:
    assert [likely(score) for score in (0.5, 0.99, 0.9951, 1.0)] == ["50%", "99%", "> 99%", "> 99%"]


def test_siblings_that_wait_are_on_the_page_of_enquiries(registry: Registry) -> None:
    assert f'href="/cases/{registry.protected}/campaign/"' in page("/enquiries/")


def test_a_sweep_tells_bursts_refusals_and_what_was_skipped() -> None:
    text = page(f"/sweeps/{RUN}/")
    for said in (
        "2 bursts of new names", "Same name servers: <bdi translate=\"no\">ns1.demo.su ns2.demo.su</bdi>",
        "kassa-demo-1[.]ru", "changes of 2 earlier days are known, and 7 are needed", "1 name came back after a hold",
        "again-demo[.]ru", "<code translate=\"no\">unknown-type</code>", "zones/su.zone: is cut in line 7",
        "would find 900,000 of 1,234,567 names; at most 123 may be", "<code translate=\"no\">bad-character</code> 5",
        "2 protected labels could not be read",
    ):  # fmt: skip
        assert said in text, said


def test_sweeps_are_pictures_with_tables() -> None:
    text = page("/sweeps/?zone=xn--p1ai")
    assert text.count("<svg") >= 5
    assert "zones/ru.zone: cannot be read" in text
    assert "1,200" in page(f"/sweeps/{RUN}/")
    assert signed_in("analyst").get("/sweeps/nothing/").status_code == 404


def test_findings_are_dismissed_and_opened_by_form() -> None:
    client = signed_in("analyst")
    first, second = SweepFinding.objects.filter(state="open", first_sweep__isnull=False).order_by("pk")
    said = client.post("/enquiries/dismiss/", {"finding": [str(first.pk), "x"], "next": "/enquiries/"}, follow=True)
    assert "Choose why they are nothing to pursue." in said.content.decode()
    form = {"finding": [str(first.pk)], "why": "own-meaning", "note": "a word"}
    assert "1 finding dismissed." in client.post("/enquiries/dismiss/", form, follow=True).content.decode()
    again = client.post("/enquiries/dismiss/", form, follow=True).content.decode()
    assert "Somebody has ended this enquiry already." in again
    assert "No finding was ticked." in client.post("/enquiries/open/", {}, follow=True).content.decode()
    form = {"finding": [str(second.pk)], "category": "phishing"}
    opened = client.post("/enquiries/open/", form, follow=True).content.decode()
    second.refresh_from_db()
    assert second.state == "case-opened"
    assert second.case is not None
    assert Case.objects.get(pk=second.case.pk).ref in opened
    assert signed_in("auditor").post("/enquiries/open/", form).status_code == 403
