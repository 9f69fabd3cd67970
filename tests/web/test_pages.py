"""Every page: who may open it, what it shows, and that it stays quick whatever is in the store."""

import re
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.utils.translation import override
from pytest_django.fixtures import DjangoAssertNumQueries

from comity.store.cases import timeline
from comity.store.models import Case, CaseEvent, Decision, Person, Report, Reporter
from comity.web.inbox_question import PAGE_SIZE
from web.consultation_rows import OPEN
from web.dga_rows import FAMILY
from web.small_registry import ARTICLE, CYRILLIC, NOON, PASSWORD, ROLES, TOKEN, Registry, signed_in
from web.warning_rows import INTERSECTION, WARNING

pytestmark = pytest.mark.django_db

READERS = {"analyst", "supervisor", "policy-officer", "auditor"}
STAFF = READERS | {"administrator"}


def pages(registry: Registry) -> dict[str, set[str]]:
    """Every page with the roles it is for; an empty set: for everybody, signed in or not."""
    return {
        "/": set(),
        "/sign-in/": set(),
        "/reading/": set(),
        "/accessibility/": set(),
        f"/status/{TOKEN}/": set(),
        f"/status/{TOKEN}/00000000-0000-4000-8000-000000000001/": set(),
        "/report/": set(),
        "/report/phishing/": set(),
        "/report/spam-vector/full/": set(),
        "/report/elsewhere/content/": set(),
        "/report/elsewhere/child-abuse/": set(),
        "/appeals/": READERS,
        "/reporters/": READERS,
        f"/reporters/{registry.reporter}/": READERS,
        f"/cases/{registry.closed}/answers/": READERS,
        "/inbox/": READERS,
        f"/cases/{registry.closed}/": READERS,
        "/held/": READERS,
        "/consultations/": READERS,
        f"/consultations/{OPEN}/": READERS,
        "/consultations/new/": READERS - {"auditor"},
        "/experts/": READERS,
        "/warnings/": READERS,
        f"/warnings/{WARNING}/": READERS,
        f"/warnings/runs/{INTERSECTION}/": READERS,
        "/dga/": READERS,
        f"/dga/{FAMILY}/": READERS,
        "/library/": READERS,
        f"/library/{ARTICLE}/": READERS,
        f"/library/{ARTICLE}/print/": READERS,
        f"/library/{ARTICLE}/history/": READERS,
        "/memoranda/": STAFF,
        f"/memoranda/oac.by/{registry.memorandum_version}/": STAFF,
        f"/memoranda/drafts/{registry.draft}/": STAFF,
        f"/memoranda/drafts/{registry.draft}/preview/": STAFF,
        f"/memoranda/drafts/{registry.draft}/clauses/evidence/": {"policy-officer"},
        f"/memoranda/drafts/{registry.draft}/clauses/exchange/": {"policy-officer"},
        "/links/": STAFF,
        "/links/oac.by/": STAFF,
    }


@pytest.mark.parametrize("role", ROLES)
def test_each_page_is_for_its_roles(registry: Registry, role: str) -> None:
    client = signed_in(role)
    for address, roles in pages(registry).items():
        expected = 200 if not roles or role in roles else 403
        assert client.get(address).status_code == expected, address


def test_a_stranger_signs_in_first(registry: Registry) -> None:
    for address, roles in pages(registry).items():
        answer = Client().get(address)
        if roles:
            assert answer.status_code == 302, address
            assert answer["Location"] == f"/sign-in/?next={address}"
        else:
            assert answer.status_code == 200, address


@pytest.mark.parametrize("language", ["en", "ru", "be", "vi", "zh-hans"])
def test_every_page_speaks_every_language_and_is_well_formed(registry: Registry, language: str) -> None:
    client = signed_in("analyst")
    client.cookies["comity_language"] = language
    for address in [*pages(registry), "/no-such-page/"]:
        page = client.get(address).content.decode()
        assert f'<html lang="{"zh-Hans" if language == "zh-hans" else language}"' in page, address
        assert_well_formed(page, address)


def test_every_answer_forbids_what_no_page_needs(registry: Registry) -> None:
    for address in ("/", "/inbox/", "/no-such-page/", "/sign-in/"):
        answer = signed_in("analyst").get(address)
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy, address
        assert "unsafe" not in policy
        assert "script-src 'self';" in policy
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["Cache-Control"] == "no-store"
        page = answer.content.decode()
        assert not re.search(r"<script(?! src=\"/assets/)|<style|\sstyle=|\son[a-z]+=", page), address


def test_the_style_sheet_is_kept_for_ever_under_the_name_of_what_it_holds() -> None:
    page = Client().get("/").content.decode()
    address = re.search(r'href="(/assets/[0-9a-f]{16}/comity\.css)"', page)
    assert address is not None
    answer = Client().get(address[1], headers={"accept-encoding": "gzip"})
    assert answer["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in answer["Cache-Control"]
    assert answer["Content-Encoding"] == "gzip"
    assert "immutable" not in Client().get("/assets/0123456789abcdef/comity.css")["Cache-Control"]
    assert Client().get("/assets/0123456789abcdef/..%2Fheaders.py").status_code == 404


class TestSignIn:
    def test_a_right_password_opens_the_page_that_was_asked_for(self, registry: Registry) -> None:
        form = {"username": "analyst", "password": PASSWORD, "next": "/links/"}
        assert Client().post("/sign-in/", form)["Location"] == "/links/"

    def test_a_place_elsewhere_is_not_gone_to(self, registry: Registry) -> None:
        for place in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
            form = {"username": "analyst", "password": PASSWORD, "next": place}
            assert Client().post("/sign-in/", form)["Location"] == "/inbox/", place

    def test_a_wrong_password_and_a_wrong_name_get_the_same_page(self, registry: Registry) -> None:
        first = Client().post("/sign-in/", {"username": "analyst", "password": "wrong"})
        second = Client().post("/sign-in/", {"username": "nobody", "password": "wrong"})
        assert first.status_code == second.status_code == 400
        assert plain(first.content.decode()) == plain(second.content.decode())

    def test_the_language_of_the_account_comes_along(self, registry: Registry) -> None:
        Person.objects.filter(username="analyst").update(language="be")
        answer = Client().post("/sign-in/", {"username": "analyst", "password": PASSWORD})
        assert answer.cookies["comity_language"].value == "be"

    def test_signing_out_ends_the_session(self, registry: Registry) -> None:
        client = signed_in("analyst")
        assert client.get("/sign-out/").status_code == 405
        client.post("/sign-out/")
        assert client.get("/inbox/").status_code == 302

    def test_a_form_from_elsewhere_is_refused_in_words(self, registry: Registry) -> None:
        client = Client(enforce_csrf_checks=True)
        answer = client.post("/sign-in/", {"username": "analyst", "password": PASSWORD})
        assert answer.status_code == 403
        assert "kept open too long" in answer.content.decode()


class TestInbox:
    def test_open_cases_newest_first(self, registry: Registry) -> None:
        page = signed_in("analyst").get("/inbox/").content.decode()
        assert page.index("kassa-demo-a1.ru") < page.index("shop-demo-d4.by")
        assert "portal-demo-c3.ru" not in page

    def test_a_name_is_shown_in_both_scripts(self, registry: Registry) -> None:
        page = signed_in("analyst").get("/inbox/").content.decode()
        assert CYRILLIC in page
        assert "касса-демо.рф" in page

    @pytest.mark.parametrize(
        ("query", "shown", "hidden"),
        [
            ("?state=closed", "portal-demo-c3.ru", "kassa-demo-a1.ru"),
            ("?state=all", "portal-demo-c3.ru", "no-such"),
            ("?zone=by", "shop-demo-d4.by", "kassa-demo-a1.ru"),
            ("?category=malware", CYRILLIC, "kassa-demo-a1.ru"),
            ("?state=nonsense&zone=zz&category=copyright&sort=x&page=-1", "kassa-demo-a1.ru", "portal-demo-c3.ru"),
        ],
    )
    def test_filters(self, registry: Registry, query: str, shown: str, hidden: str) -> None:
        page = signed_in("analyst").get(f"/inbox/{query}").content.decode()
        assert shown in page
        assert hidden not in page

    def test_sorting(self, registry: Registry) -> None:
        page = signed_in("analyst").get("/inbox/?sort=oldest").content.decode()
        assert page.index("shop-demo-d4.by") < page.index("kassa-demo-a1.ru")

    def test_pages_keep_what_was_asked(
        self, registry: Registry, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        many_cases(4 * PAGE_SIZE)
        client = signed_in("analyst")
        found: list[str] = []
        address = "/inbox/?category=spam-vector&sort=oldest"
        while address:
            with django_assert_max_num_queries(9):
                page = client.get(address).content.decode()
            assert "200 cases" in page
            found += re.findall(r'id="row-(MANY-[0-9-]+)"', page)
            onwards = re.search(r'href="(/inbox/[^"]+)" rel="next"', page)
            assert onwards is None or "category=spam-vector&amp;sort=oldest&amp;after=" in onwards[1]
            address = onwards[1].replace("&amp;", "&") if onwards else ""
        expected = Case.objects.filter(category="spam-vector").order_by("opened_at", "pk")
        assert found == list(expected.values_list("ref", flat=True))
        back = re.search(r'href="(/inbox/[^"]+)" rel="prev"', page)
        assert back is not None
        before = client.get(back[1].replace("&amp;", "&")).content.decode()
        assert re.findall(r'id="row-(MANY-[0-9-]+)"', before) == found[2 * PAGE_SIZE : 3 * PAGE_SIZE]

    def test_many_acknowledged_at_once(self, registry: Registry) -> None:
        many_cases(3)
        refs = [*Case.objects.filter(category="spam-vector").values_list("ref", flat=True), registry.closed]
        answer = signed_in("analyst").post("/inbox/acknowledge/", {"case": refs, "next": "/inbox/"}, follow=True)
        page = answer.content.decode()
        assert "Receipt of 3 cases confirmed." in page
        assert f"Not changed, 1 case: {registry.closed}: The case is no longer in a state that allows this." in page
        case = Case.objects.get(ref=refs[0])
        assert case.state == "triage"
        newest = timeline(case.pk)[-1]
        assert (newest.event, newest.actor, newest.role, newest.party) == (
            "start_triage",
            "analyst",
            "analyst",
            "cctld.ru",
        )

    def test_whoever_only_reads_acknowledges_nothing(self, registry: Registry) -> None:
        for role in ("auditor", "policy-officer", "registrar"):
            client = signed_in(role)
            assert client.post("/inbox/acknowledge/", {"case": registry.received}).status_code == 403
            assert 'name="case"' not in client.get("/inbox/").content.decode()
        assert Case.objects.get(ref=registry.received).state == "received"


class TestCase:
    def test_time_line_with_actor_role_clause_and_what_was_said(self, registry: Registry) -> None:
        page = signed_in("auditor").get(f"/cases/{registry.closed}/").content.decode()
        for expected in (
            "Receipt confirmed", "Received → Under review", "Delegation terminated by the registrar",
            "Registered with ill intent", "0.75", "<bdi>analyst</bdi>", "Clause",
        ):  # fmt: skip
            assert expected in page, expected

    def test_addresses_are_never_live(self, registry: Registry) -> None:
        page = signed_in("analyst").get(f"/cases/{registry.closed}/").content.decode()
        assert "hxxps://login[.]portal-demo-c3[.]ru/verify?next=a.b" in page
        assert "hxxp://login[.]portal-demo-c3[.]ru/" in page
        assert "https://login" not in page
        assert "http://login" not in page

    def test_personal_data_is_named_and_not_shown(self, registry: Registry) -> None:
        page = signed_in("supervisor").get(f"/cases/{registry.closed}/").content.decode()
        assert "victim_email" in page
        assert "somebody@demo.example" not in page

    def test_what_the_partner_was_told_and_why(self, registry: Registry) -> None:
        page = signed_in("analyst").get(f"/cases/{registry.referred}/").content.decode()
        for expected in (
            "Sent in part",
            "allowed without the personal data",
            "reporter_identity",
            "In force?",
            "0c7f4f6e",
        ):
            assert expected in page, expected
        page = signed_in("analyst").get(f"/cases/{registry.received}/").content.decode()
        for expected in ("Withheld", "evidence too old", "PT24H"):
            assert expected in page, expected

    def test_red_is_for_the_desk_only(self, registry: Registry) -> None:
        report = Report.objects.get(case__ref=registry.closed)
        report.body = report.body.replace(b'"category"', b'"tlp":"TLP:RED","category"')
        report.save()
        assert "Demo Bank" in signed_in("analyst").get(f"/cases/{registry.closed}/").content.decode()
        page = signed_in("auditor").get(f"/cases/{registry.closed}/").content.decode()
        assert "your role may not read it" in page
        assert "Demo Bank" not in page
        assert "login[.]portal-demo-c3" in page  # the name itself is no secret, the claim is

    @pytest.mark.parametrize(
        ("state", "role", "offered"),
        [
            ("received", "analyst", {"start_triage", "merge_duplicate", "note"}),
            ("received", "auditor", set()),
            ("triage", "analyst", {"confirm", "dismiss", "ask_reporter", "merge_duplicate", "note"}),
            ("hold_proposed", "analyst", {"note"}),
            ("hold_proposed", "supervisor", {"note"}),
            ("appeal", "policy-officer", {"granted", "upheld", "interim_restore", "note"}),
            ("closed", "supervisor", {"reopen", "retract", "note"}),
        ],
    )
    def test_offers_the_steps_of_the_table_and_no_others(
        self, registry: Registry, state: str, role: str, offered: set[str]
    ) -> None:
        ref = Case.objects.filter(state=state, party="cctld.ru").values_list("ref", flat=True)[0]
        page = signed_in(role).get(f"/cases/{ref}/").content.decode()
        assert set(re.findall(rf'action="/cases/{ref}/([a-z_]+)/" class="step"', page)) - {"clock_paused"} == offered

    def test_a_step_is_taken_and_written(self, registry: Registry) -> None:
        case = Case.objects.get(state="triage")
        form = {"disposition": "malicious", "score": "0,75", "collateral": "nothing", "note": "checked"}
        answer = signed_in("analyst").post(f"/cases/{case.ref}/confirm/", form, follow=True)
        assert answer.status_code == 200
        assert "written to the time line" in answer.content.decode()
        case.refresh_from_db()
        assert (case.state, case.disposition) == ("confirmed", "malicious")
        assert timeline(case.pk)[-1].score == 0.75

    def test_a_refusal_says_every_reason_and_keeps_what_was_typed(self, registry: Registry) -> None:
        case = Case.objects.get(state="triage")
        answer = signed_in("analyst").post(f"/cases/{case.ref}/confirm/", {"score": "0.1", "note": "keep me"})
        page = answer.content.decode()
        assert answer.status_code == 409
        for expected in ("below what this step needs", "Say what it is", "Note what else would fall", "keep me"):
            assert expected in page, expected
        assert CaseEvent.objects.filter(case=case).count() == 1

    def test_a_step_that_a_role_or_state_forbids_changes_nothing(self, registry: Registry) -> None:
        for role, ref, event in (
            ("auditor", registry.received, "start_triage"),
            ("analyst", registry.closed, "confirm"),
            ("analyst", registry.protected, "approve_hold"),
        ):
            before = Case.objects.get(ref=ref).state
            answer = signed_in(role).post(f"/cases/{ref}/{event}/", {"note": "x"})
            assert answer.status_code == 409, (role, event)
            assert 'role="alert"' in answer.content.decode()
            assert Case.objects.get(ref=ref).state == before
        assert signed_in("analyst").post(f"/cases/{registry.closed}/no_such_event/").status_code == 404
        assert signed_in("administrator").post(f"/cases/{registry.received}/start_triage/").status_code == 403

    def test_costs_the_same_however_long_it_is(
        self, registry: Registry, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        client = signed_in("analyst")
        with django_assert_max_num_queries(45):
            client.get(f"/cases/{registry.closed}/")

    def test_no_such_case(self, registry: Registry) -> None:
        assert signed_in("analyst").get("/cases/0000-0000-0000/").status_code == 404


def test_memorandum_shows_clauses_beside_what_they_did(registry: Registry) -> None:
    page = signed_in("policy-officer").get(f"/memoranda/oac.by/{registry.memorandum_version}/").content.decode()
    for expected in ("sha256:", "Countersigned", "Evidence", "min_score", "Let through", "ru-2027-1", "In force"):
        assert expected in page, expected
    assert signed_in("auditor").get("/memoranda/oac.by/99/").status_code == 404
    evidence = page[page.index('id="clause-evidence"') : page.index('id="clause-marking"')]
    assert "4 to the partner 0 0 0 1" in plain(evidence)


def test_link_shows_both_ledgers_and_the_lag(registry: Registry) -> None:
    page = plain(signed_in("administrator").get("/links/oac.by/").content.decode())
    for expected in ("12,345", "12,300", "Waiting for receipt 45", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
                     "cctld.ru/to/oac.by", "oac.by/to/cctld.ru", "connection refused", "evidence too old"):  # fmt: skip
        assert expected in page, expected


class TestHeld:
    def test_names_wait_and_only_an_approver_opens(self, registry: Registry) -> None:
        assert "Open a case" not in signed_in("analyst").get("/held/").content.decode()
        page = signed_in("supervisor").get("/held/").content.decode()
        assert "gosuslugi-demo.ru" in page
        assert "www[.]gosuslugi-demo[.]ru" in page
        assert "Open a case" in page
        assert signed_in("analyst").post("/held/open/", {"name": "gosuslugi-demo.ru"}).status_code == 403

    def test_an_approver_opens_a_case(self, registry: Registry) -> None:
        form = {"name": "gosuslugi-demo.ru", "category": "phishing"}
        answer = signed_in("supervisor").post("/held/open/", form, follow=True)
        assert "A hold will need two approvers" in answer.content.decode()
        case = Case.objects.get(registrable="gosuslugi-demo.ru")
        assert case.protected
        assert case.report_count == 1
        again = signed_in("supervisor").post("/held/open/", form, follow=True)
        assert "There is no such case." in again.content.decode()


class TestStatus:
    def test_shows_what_became_of_each_report_without_an_account(
        self, registry: Registry, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_max_num_queries(6):
            answer = Client().get(f"/status/{TOKEN}/")
        page = plain(answer.content.decode())
        for expected in (
            "12,345",
            "login[.]portal-demo-c3[.]ru",
            "Delegation terminated by the registrar",
            "oac.by , 2026-12-23",
        ):
            assert expected in page, expected
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "analyst" not in page

    def test_tells_nothing_of_others(self, registry: Registry) -> None:
        Reporter.objects.create(key="other", name="Other", kind="feed", status_token="another-token", created_at=NOON)
        page = Client().get("/status/another-token/").content.decode()
        assert "No reports are kept here." in page
        assert "portal-demo-c3" not in page

    @pytest.mark.parametrize("token", ["wrong", TOKEN[:-1], TOKEN.upper()])
    def test_a_wrong_token_is_no_page(self, registry: Registry, token: str) -> None:
        assert Client().get(f"/status/{token}/").status_code == 404


class TestPreferences:
    def test_language_is_kept_in_the_browser_and_with_the_account(self, registry: Registry) -> None:
        client = signed_in("analyst")
        answer = client.post("/language/", {"language": "vi", "next": "/inbox/?state=all"})
        assert answer["Location"] == "/inbox/?state=all"
        assert '<html lang="vi"' in client.get("/").content.decode()
        assert Person.objects.get(username="analyst").language == "vi"
        client.post("/language/", {"language": "xx", "next": "/"})
        assert '<html lang="vi"' in client.get("/").content.decode()

    def test_a_browser_that_chose_nothing_is_spoken_to_as_it_prefers(self) -> None:
        page = Client().get("/", headers={"accept-language": "be-BY,be;q=0.9,ru;q=0.8"}).content.decode()
        assert '<html lang="be"' in page

    def test_reading_panel_is_remembered_reset_and_strict(self) -> None:
        client = Client()
        answers = {"size": "200", "face": "serif", "scheme": "green", "letter": "widest", "line": "2", "images": "off"}
        assert client.post("/reading/", {**answers, "next": "/accessibility/"})["Location"] == "/accessibility/"
        page = client.get("/").content.decode()
        for attribute in ('data-size="200"', 'data-face="serif"', 'data-scheme="green"', 'data-letter="widest"',
                          'data-line="2"', 'data-images="off"'):  # fmt: skip
            assert attribute in page, attribute
        assert "<img" not in page
        client.post("/reading/", {"regular": "1", "next": "/"})
        assert "data-size" not in client.get("/").content.decode()
        client.cookies["comity_reading"] = '200"><script>_x_y'
        assert "<script" not in client.get("/").content.decode()


class TestErrors:
    def test_in_the_readers_language(self, client: Client) -> None:
        client.cookies["comity_language"] = "be"
        with override("be"):
            assert "Такой старонкі няма" in client.get("/no-such-page/").content.decode()

    def test_machines_get_a_problem_document(self, client: Client) -> None:
        answer = client.get("/api/no-such-thing")
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == 404

    def test_a_failure_shows_a_sentence_and_no_trace(self, registry: Registry) -> None:
        Decision.objects.update(trace=b"not what was stored")  # a broken promise: whatever opens it fails
        client = signed_in("analyst")
        client.raise_request_exception = False
        answer = client.get(f"/cases/{registry.received}/")
        assert answer.status_code == 500
        page = answer.content.decode()
        assert "Something failed here" in page
        assert "Traceback" not in page
        assert "msgspec" not in page
        assert_well_formed(page, "500")


def many_cases(number: int) -> None:
    """Cases of a category that the small registry has none of."""
    rows = [
        Case(
            ref=f"MANY-{n:04}-0000", uuid=f"many-{n}", registrable=f"many-demo-{n}.ru", category="spam-vector",
            episode=1, zone="ru", party="cctld.ru", state="received", severity="normal", event_count=1, opened_at=NOON,
            changed_at=NOON,
        )
        for n in range(number)
    ]  # fmt: skip
    opened = [
        CaseEvent(
            case=case, seq=1, event="opened", from_state="", to_state="received", party="cctld.ru", actor="cctld.ru",
            role="system", detail=b"{}", at=NOON,
        )
        for case in Case.objects.bulk_create(rows)
    ]  # fmt: skip
    CaseEvent.objects.bulk_create(opened)


def plain(page: str) -> str:
    """A page as a reader without a screen meets it: its words, one blank between them."""
    page = re.sub(r'value="[A-Za-z0-9]{64}"', "", page)
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


class _Checker(HTMLParser):
    VOID = frozenset({"meta", "link", "input", "img", "br", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(set(names)) != len(names):
            self.problems.append(f"attribute twice in <{tag}>")
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> closes nothing, line {self.getpos()[0]}")


def assert_well_formed(page: str, address: str) -> None:
    """Every element closed in order, no attribute and no id twice, nothing of the template language left over."""
    checker = _Checker()
    checker.feed(page)
    assert checker.problems == [], address
    assert checker.open == [], address
    assert len(set(checker.ids)) == len(checker.ids), address
    assert "{%" not in page, address
    assert "{{" not in page, address
