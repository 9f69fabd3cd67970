"""The case page: what it shows of evidence, letters, files and partners, and that nothing hostile on it is alive."""

from datetime import timedelta

import idna
import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from comity.core.media_types import MAX_BYTES
from comity.core.reports import Report as Claim
from comity.store.cases import timeline
from comity.store.models import Attachment, Case, CaseEvent, CaseMerge, Look, Report, Reporter
from comity.web.uploads import MOST_OCTETS
from flows.test_case_weighed import PNG
from web.small_registry import NOON, Registry, signed_in
from web.test_pages import assert_well_formed, plain

pytestmark = pytest.mark.django_db

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)> [x](javascript:alert(1)) \u202egnp.exe\u2066 a\u200bb "
    "http://evil.ru/<svg/onload=alert(1)> \"'"
)
MIXED = idna.encode("\u0455b\u0435rb\u0430nk.ru").decode()  # three of its letters are Cyrillic


def page_of(ref: str, role: str = "analyst") -> str:
    answer = signed_in(role).get(f"/cases/{ref}/")
    assert answer.status_code == 200
    text = answer.content.decode()
    assert_well_formed(text, ref)
    return text


def assert_harmless(page: str) -> None:
    assert "<script" not in page
    assert "<svg" not in page
    assert "onerror=alert(1)>" not in page
    assert 'href="javascript:' not in page
    assert "http://evil.ru" not in page
    for letter in "\u202e\u2066\u200b":
        assert letter not in page


class TestHostile:
    def test_every_text_that_people_wrote_is_shown_harmless(self, registry: Registry) -> None:
        case = Case.objects.get(ref=registry.closed)
        claim = Claim(
            name="x", category="phishing", narrative=HOSTILE[:2000], impersonated_party=HOSTILE, malware_family=HOSTILE,
            requested_action=HOSTILE, language="ru",
        )  # fmt: skip
        reporter = Reporter.objects.create(
            key="h", name=HOSTILE[:200], kind="public", status_token="t" * 40, created_at=NOON
        )
        Report.objects.create(
            key=b"hostile-report-1", uuid="00000000-0000-4000-8000-0000000000aa", standing="accepted",
            registrable=case.registrable, host=f"a.{case.registrable}", zone="ru", category="phishing",
            reporter=reporter, case=case, body=msgspec.json.encode(claim), received_at=NOON,
        )  # fmt: skip
        check = [{"question": "mail_use", "answer": "yes", "source": "<b>x</b>", "by": "analyst"}]
        detail = {"collateral": HOSTILE, "check": check, "related": "<b>x</b>"}
        CaseEvent.objects.create(
            case=case, seq=7, event="note", from_state="closed", to_state="closed", party="cctld.ru",
            actor=HOSTILE[:150], role="analyst", reason=HOSTILE[:60], clause="<b>", note=HOSTILE,
            detail=msgspec.json.encode(detail), at=NOON + timedelta(hours=9),
        )  # fmt: skip

        for role in ("analyst", "auditor"):
            page = page_of(registry.closed, role)
            assert_harmless(page)
            assert "⟨U+202E⟩" in page
            assert "hxxp://evil[.]ru" in page

    def test_a_hostile_step_is_refused_or_kept_and_shown_harmless(self, registry: Registry) -> None:
        case = Case.objects.get(state="triage")
        answer = signed_in("analyst").post(f"/cases/{case.ref}/confirm/", {"note": HOSTILE, "collateral": HOSTILE})
        assert answer.status_code == 409
        page = answer.content.decode()
        assert "<script" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page

    @pytest.mark.parametrize("event", ["attached", "observed", "clock_warned", "action_carried_out", "approval_noted"])
    def test_an_entry_that_is_no_step_cannot_be_written_by_hand(self, registry: Registry, event: str) -> None:
        assert signed_in("supervisor").post(f"/cases/{registry.received}/{event}/", {}).status_code == 404


class TestLetters:
    def test_a_mixed_name_warns_and_shows_every_letter(self, registry: Registry) -> None:
        Case.objects.filter(ref=registry.received).update(registrable=MIXED)
        page = page_of(registry.received)
        assert "Mixed scripts" in page
        assert "sberbank[.]ru" in page
        assert "a protected name (list: " in page
        assert "U+0455" in page
        assert "CYRILLIC SMALL LETTER DZE" in page
        assert "Cyrillic + Latin" in page

    def test_a_plain_name_has_nothing_to_say(self, registry: Registry) -> None:
        page = page_of(registry.received)
        assert "Mixed scripts" not in page
        assert "The characters of the name" not in page


def test_addresses_of_persons_are_masked_and_whoever_wants_them_says_why(registry: Registry) -> None:
    row = Report.objects.filter(case__ref=registry.received)[0]
    claim = msgspec.structs.replace(
        msgspec.json.decode(row.body, type=Claim), narrative="Ask victim.one@mail-demo.ru.",
        url="https://shop-demo.ru/p?u=victim.two@mail-demo.ru",
    )  # fmt: skip
    Report.objects.filter(pk=row.pk).update(body=msgspec.json.encode(claim))
    page = page_of(registry.received)
    assert "victim." not in page
    assert "Ask redacted." in page
    link = f"/cases/{registry.received}/reports/{row.uuid}/personal/"
    assert link in page
    assert link not in page_of(registry.received, "auditor")
    shown = signed_in("analyst").post(link, {"reason": "to warn the victim"}).content.decode()
    assert "victim.one" in shown
    assert Look.objects.filter(subject=row.uuid, reason="to warn the victim").count() == 1


class TestWeighing:
    def test_score_checklist_and_next_step(self, registry: Registry) -> None:
        Case.objects.filter(ref=registry.received).update(state="triage")
        page = page_of(registry.received)
        assert "The rubric comity-evidence-score/1 gives 0.60 now" in page
        assert "Screenshot: the page can be seen with its address" in page
        assert "Missing</span> Registration data" in page
        assert "The evidence reaches the score" in page
        first = page[page.index('id="steps-title"') :]
        assert first.index("/confirm/") < first.index("Other steps") < first.index("/dismiss/")

    def test_what_a_decision_froze_stands_on_the_time_line(self, registry: Registry) -> None:
        ref = registry.received
        Case.objects.filter(ref=ref).update(state="triage")
        form = {
            "disposition": "malicious", "score": "0.6", "check-subdomain_count": "yes", "number-subdomain_count": "12",
            "source-subdomain_count": "zone file", "check-mail_use": "no", "check-state_body": "unknown",
        }  # fmt: skip
        answer = signed_in("analyst").post(f"/cases/{ref}/confirm/", form)
        assert answer.status_code == 302, plain(answer.content.decode())[:2000]
        page = page_of(ref)
        assert "The rubric comity-evidence-score/1 gave 0.60 at that moment" in page
        shown = plain(page)
        assert "Subdomains in use: Yes (12) Source: zone file · confirmed by the analyst" in shown
        assert "Used for mail (MX): No Source: the analyst · confirmed by the analyst" in shown
        assert "suggested by the program" in shown
        assert timeline(Case.objects.get(ref=ref).pk)[-1].check[0].number == 12

    def test_an_answer_that_is_none_is_refused_and_everything_typed_stays(self, registry: Registry) -> None:
        case = Case.objects.get(state="triage")
        form = {
            "score": "0.5",
            "check-subdomain_count": "yes",
            "number-subdomain_count": "many",
            "collateral": "keep me",
        }
        answer = signed_in("analyst").post(f"/cases/{case.ref}/confirm/", form)
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "yes, no, unknown or a whole number" in page
        assert 'value="many"' in page
        assert "keep me" in page

    def test_more_than_the_rubric_gives_needs_a_note(self, registry: Registry) -> None:
        Case.objects.filter(ref=registry.received).update(state="triage")
        form = {"disposition": "malicious", "score": "0.9", "collateral": "none"}
        answer = signed_in("analyst").post(f"/cases/{registry.received}/confirm/", form)
        assert answer.status_code == 409
        assert "You give more than the rubric does" in answer.content.decode()

    def test_episodes_parents_and_followers_are_linked_both_ways(self, registry: Registry) -> None:
        former, child = Case.objects.get(ref=registry.closed), Case.objects.get(state="merged")
        again = Case.objects.create(
            ref="7K3Q-F9XW-9999", uuid="00000000-0000-5000-8000-000000009999", registrable=former.registrable,
            category=former.category, episode=2, zone="ru", party="cctld.ru", state="received", severity="critical",
            opened_at=NOON, changed_at=NOON,
        )  # fmt: skip
        CaseMerge.objects.create(case=child, parent=again)

        page = page_of(again.ref)
        assert "Returned after closing" in page
        assert f'href="/cases/{former.ref}/"' in page
        assert f'href="/cases/{child.ref}/"' in page
        assert f'href="/cases/{again.ref}/"' in page_of(child.ref)

    def test_a_notice_about_a_hacked_site_says_whom_it_went_to(self, registry: Registry) -> None:
        case = Case.objects.get(state="confirmed")
        CaseEvent.objects.filter(case=case).update(to_state="confirmed")
        Case.objects.filter(pk=case.pk).update(disposition="compromised")
        page = page_of(case.ref)
        assert page.count('name="told"') == page.count('checked> <label class="beside-tick"') == 3
        client = signed_in("analyst")
        refused = client.post(f"/cases/{case.ref}/send_notice/", {"told": ["registrar"]})
        assert refused.status_code == 409
        assert "The host and the holder of a hacked website are told" in refused.content.decode()
        assert (
            client.post(f"/cases/{case.ref}/send_notice/", {"told": ["registrar", "host", "registrant"]}).status_code
            == 302
        )
        assert "Told" in page_of(case.ref)


def sent(
    client: Client, ref: str, data: bytes, name: str = "shot.png", declared: str = "image/png", **said: str
) -> object:
    form = {"kind": "screenshot", "tlp": "TLP:AMBER", "file": SimpleUploadedFile(name, data, declared), **said}
    return client.post(f"/attachments/{ref}/", form)


class TestAttachments:
    def test_a_file_is_attached_shown_by_its_facts_and_given_out_as_octets(self, registry: Registry) -> None:
        client = signed_in("analyst")
        assert sent(client, registry.received, PNG).status_code == 302  # type: ignore[attr-defined]
        page = page_of(registry.received)
        row = Attachment.objects.get(case__ref=registry.received)
        assert row.sha256 in page
        assert "<bdi>shot.png</bdi>" in page
        assert "<img" not in page
        address = f"/attachments/{registry.received}/{row.uuid}/"
        assert client.get(address).status_code == 405
        assert client.post(address, {"reason": " "}).status_code == 400
        assert not Look.objects.exists()
        answer = client.post(address, {"reason": "to see the page"})
        assert answer.content == PNG
        kept = Look.objects.get()
        assert (kept.actor, kept.subject_kind, kept.subject, kept.reason) == (
            "analyst", "attachment", row.uuid, "to see the page",
        )  # fmt: skip
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Content-Disposition"] == 'attachment; filename="shot.png"'
        assert "sandbox" in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert client.post(f"/attachments/{registry.closed}/{row.uuid}/", {"reason": "x"}).status_code == 404

    @pytest.mark.parametrize(
        ("data", "name", "declared", "said"),
        [
            (b"MZ" + b"\0" * 99, "shot.png", "image/png", "Programs, scripts, archives"),
            (b"<svg onload='alert(1)'/>", "a.svg", "image/svg+xml", "Programs, scripts, archives"),
            (b"hello", "a.png", "image/png", "not what its name"),
            (b"", "a.png", "image/png", "The file is empty"),
            (PNG, "a.html", "text/html", "Programs, scripts, archives"),
        ],
    )
    def test_a_refusal_says_why_and_keeps_what_was_chosen(
        self, registry: Registry, data: bytes, name: str, declared: str, said: str
    ) -> None:
        answer = sent(signed_in("analyst"), registry.received, data, name, declared, tlp="TLP:GREEN")
        page = answer.content.decode()  # type: ignore[attr-defined]
        assert answer.status_code == 400  # type: ignore[attr-defined]
        assert said in page
        assert '<option value="TLP:GREEN" selected>' in page
        assert not Attachment.objects.filter(case__ref=registry.received).exists()

    def test_a_file_that_is_too_large_never_fills_the_memory(self, registry: Registry) -> None:
        client = signed_in("analyst")
        for size in (MAX_BYTES + 1, MOST_OCTETS + 100_000):
            answer = sent(client, registry.received, b"x" * size, "a.txt", "text/plain", kind="log")
            assert answer.status_code == 400  # type: ignore[attr-defined]
            assert "larger than 10 MB" in answer.content.decode()  # type: ignore[attr-defined]

    def test_a_form_without_a_file_and_a_stranger_get_nothing(self, registry: Registry) -> None:
        answer = signed_in("analyst").post(f"/attachments/{registry.received}/", {"kind": "log", "tlp": "TLP:AMBER"})
        assert answer.status_code == 400
        assert "Choose a file." in answer.content.decode()
        for role in ("registrar", "administrator", "auditor"):
            assert sent(signed_in(role), registry.received, PNG).status_code == 403  # type: ignore[attr-defined]
        assert "Attach a file" not in page_of(registry.received, "auditor")
        assert Client().post(f"/attachments/{registry.received}/", {}).status_code == 302
        assert not Attachment.objects.filter(case__ref=registry.received).exists()

    def test_red_files_are_for_the_desk_alone(self, registry: Registry) -> None:
        sent(signed_in("analyst"), registry.received, PNG, tlp="TLP:RED")
        row = Attachment.objects.get(case__ref=registry.received)
        address = f"/attachments/{registry.received}/{row.uuid}/"
        assert signed_in("supervisor").post(address, {"reason": "x"}).status_code == 200
        assert signed_in("policy-officer").post(address, {"reason": "x"}).status_code == 404
        assert signed_in("auditor").post(address, {"reason": "x"}).status_code == 403
        page = page_of(registry.received, "auditor")
        assert "1 file is marked TLP:RED" in page
        assert row.uuid not in page.replace(f"<code>{row.uuid}</code>", "")

    def test_a_text_is_shown_as_text_and_nothing_more(self, registry: Registry) -> None:
        log = "GET /<script>alert(1)</script> http://evil.ru/x somebody@demo.example \u202e\n".encode()
        assert sent(signed_in("analyst"), registry.received, log, "a.log", "text/plain", kind="log").status_code == 302  # type: ignore[attr-defined]
        page = page_of(registry.received)
        assert_harmless(page)
        assert "hxxp://evil[.]ru/x" in page
        assert "&lt;script&gt;" in page
        assert "somebody@demo.example" not in page
