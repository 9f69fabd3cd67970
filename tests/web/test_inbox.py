"""The inbox as people use it: found in either script, sorted by what is due, kept as views, given to people."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from comity.core.roles import Actor
from comity.flows.assign import assign
from comity.store.case_writes import NewCase, open_cases
from comity.store.cases import timeline
from comity.store.models import Case, Person, SavedView
from comity.store.saved_views import MOST_VIEWS
from comity.web.reading_panel import Reading, render_reading
from web.small_registry import PASSWORD, Registry, signed_in

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


def listed(client: Client, query: str) -> list[str]:
    """The references that a page lists, in its order."""
    page = client.get("/inbox/", QUERY_STRING=query).content.decode()
    return re.findall(r'<tr role="row" id="row-([^"]+)"', page)


def opened(registrable: str, zone: str) -> str:
    """A case opened as intake opens one."""
    new = NewCase(registrable=registrable, category="phishing", episode=1, zone=zone, party="cctld.ru", severity="high")
    return open_cases("cctld.ru", [new], actor="cctld.ru", role="system", at=NOW)[0].ref


class TestSearch:
    @pytest.mark.parametrize(
        "typed",
        [
            "kassa-demo-a1.ru",
            "KASSA-demo-a1.RU.",
            "hxxps://login.kassa-demo-a1[.]ru/verify?a=b",
            "kassa-d",
            "7k3q-f9xw-0001",
        ],
    )
    def test_a_case_is_found(self, registry: Registry, typed: str) -> None:
        page = signed_in("auditor").get("/inbox/", {"q": typed}).content.decode()
        assert re.findall(r'id="row-([^"]+)"', page) == [registry.received]

    @pytest.mark.parametrize("typed", ["почта-нов.рф", "почта-н", "ПОЧТА", "xn----7sbh7bcdcz8b.xn--p1ai", "xn----7sbh"])
    def test_a_name_is_found_in_either_script(self, registry: Registry, typed: str) -> None:
        ref = opened("xn----7sbh7bcdcz8b.xn--p1ai", "xn--p1ai")
        page = signed_in("auditor").get("/inbox/", {"q": typed}).content.decode()
        assert ref in re.findall(r'id="row-([^"]+)"', page), page

    @pytest.mark.parametrize("typed", ["demo-a1", "%", "a b", "///", "\u202egro.live", "x" * 300])
    def test_nothing_else_is_found_and_nothing_breaks(self, registry: Registry, typed: str) -> None:
        answer = signed_in("auditor").get("/inbox/", {"q": typed})
        assert answer.status_code == 200
        assert registry.received not in re.findall(r'id="row-([^"]+)"', answer.content.decode())

    def test_what_can_be_no_name_is_said_to_be_none(self, registry: Registry) -> None:
        assert "can be neither a name nor a reference" in signed_in("auditor").get("/inbox/?q=a+b").content.decode()


class TestWhatIsDue:
    def test_due_first_overdue_and_soon(self, registry: Registry) -> None:
        late, next_, later = (registry.received, registry.referred, registry.protected)
        for ref, hours in ((late, -1), (next_, 5), (later, 40)):
            Case.objects.filter(ref=ref).update(due_at=NOW + timedelta(hours=hours))
        client = signed_in("analyst")
        assert listed(client, "sort=due")[:3] == [late, next_, later]
        assert listed(client, "due=over") == [late]
        assert listed(client, "due=soon") == [next_]
        page = client.get("/inbox/?due=over").content.decode()
        assert "Overdue: <time" in page


class TestAssignment:
    def test_many_are_given_to_a_person_and_the_entry_says_so(self, registry: Registry) -> None:
        client = signed_in("supervisor")
        form = {"case": [registry.received, registry.protected, registry.closed], "to": "analyst", "next": "/inbox/"}
        page = client.post("/inbox/assign/", form, follow=True).content.decode()
        assert "2 cases assigned." in page
        assert f"Not changed, 1 case: {registry.closed}: The case is no longer in a state that allows this." in page
        assert set(listed(signed_in("analyst"), "assignee=me")) == {registry.received, registry.protected}
        assert set(listed(client, "assignee=@analyst")) == {registry.received, registry.protected}
        assert registry.received not in listed(client, "assignee=nobody")
        entry = timeline(Case.objects.get(ref=registry.received).pk)[-1]
        assert (entry.event, entry.actor, entry.note, entry.to_state) == (
            "assigned",
            "supervisor",
            "analyst",
            "received",
        )
        again = client.post("/inbox/assign/", form, follow=True).content.decode()
        assert "That person has the case already." in again
        assert "2 cases assigned." in client.post("/inbox/assign/", form | {"to": "-"}, follow=True).content.decode()
        assert listed(client, "assignee=@analyst") == []

    def test_nobody_else_assigns_and_nobody_else_is_given_a_case(self, registry: Registry) -> None:
        form = {"case": registry.received, "to": "auditor"}
        for role in ("auditor", "policy-officer", "administrator", "registrar"):
            assert signed_in(role).post("/inbox/assign/", form).status_code == 403
        page = signed_in("analyst").post("/inbox/assign/", form, follow=True).content.decode()
        assert "Nobody of that name works on cases here." in page
        outcome = assign([registry.received], "analyst", Actor("x", "auditor", "cctld.ru"), at=NOW)
        assert outcome.refused[registry.received][0].code == "wrong-role"
        assert Case.objects.get(ref=registry.received).assignee is None


class TestOneRow:
    def test_the_button_of_a_row_is_for_its_case_alone(self, registry: Registry) -> None:
        other = opened("another-demo.ru", "ru")
        form = {"one": registry.received, "case": [other], "next": "/inbox/?state=received"}
        page = signed_in("analyst").post("/inbox/acknowledge/", form, follow=True).content.decode()
        assert "Receipt of 1 case confirmed." in page
        assert f'id="row-{other}"' in page
        assert f'id="row-{registry.received}"' not in page


class TestViews:
    def test_a_view_is_kept_shown_first_and_removed(self, registry: Registry) -> None:
        client = signed_in("analyst")
        kept = client.post(
            "/inbox/views/", {"name": " Late  ones ", "query": "?state=closed&sort=due&bad=1", "default": "1"}
        )
        assert kept["Location"] == "/inbox/?state=closed&sort=due"
        view = SavedView.objects.get()
        assert (view.name, view.query, view.is_default) == ("Late ones", "state=closed&sort=due", True)
        assert listed(client, "") == [registry.closed]
        assert registry.received in listed(client, "state=open")
        assert registry.received in listed(signed_in("supervisor"), "")
        client.post("/inbox/views/", {"name": "Mine", "query": "?state=open&assignee=me", "default": "1"})
        assert SavedView.objects.get(name="Late ones").is_default is False
        assert signed_in("supervisor").post("/inbox/views/", {"drop": str(view.pk)}).status_code == 302
        assert SavedView.objects.count() == 2
        client.post("/inbox/views/", {"drop": str(view.pk)})
        assert SavedView.objects.get().name == "Mine"

    def test_bad_names_and_too_many_are_refused_in_words(self, registry: Registry) -> None:
        client = signed_in("analyst")
        for name in ("", "   ", "\u202ex"):
            page = client.post("/inbox/views/", {"name": name, "query": "?state=all"}, follow=True).content.decode()
            assert "Give the view a name." in page
        person = Person.objects.get(username="analyst")
        SavedView.objects.bulk_create(
            SavedView(person=person, name=f"{n}", query="state=all") for n in range(MOST_VIEWS)
        )
        page = client.post("/inbox/views/", {"name": "one more", "query": ""}, follow=True).content.decode()
        assert "remove one first" in page
        client.post("/inbox/views/", {"name": "0", "query": "?state=closed"})
        assert SavedView.objects.get(name="0").query == "state=closed"


class TestReading:
    def test_an_account_reads_as_it_chose_in_every_browser(self, registry: Registry) -> None:
        first = signed_in("analyst")
        first.post("/reading/", {"size": "175", "keys": "off", "motion": "off", "next": "/inbox/"})
        second = Client()
        second.cookies["comity_reading"] = render_reading(Reading(size="125"))
        assert 'data-size="125"' in second.get("/").content.decode()
        assert second.post("/sign-in/", {"username": "analyst", "password": PASSWORD}).status_code == 302
        page = second.get("/inbox/").content.decode()
        assert 'data-size="175"' in page
        assert 'data-keys="off"' in page
        assert 'data-motion="off"' in page
        second.post("/reading/", {"regular": "1"})
        assert "data-size" not in first.get("/inbox/").content.decode()

    def test_nothing_of_it_is_in_an_address(self, registry: Registry) -> None:
        answer = signed_in("analyst").post("/reading/", {"size": "200", "next": "/inbox/"})
        assert answer["Location"] == "/inbox/"
