"""The case page's view of a name from outside, its button, and the form that gives notice."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from django.conf import LazySettings
from django.template import Context, Template
from django.test import RequestFactory

from comity.core.observations import Registration, Resolution
from comity.edges.home import DnsSettings, Home, MailSettings
from comity.store.cases import get_case
from comity.store.models import Case, Observation, OutgoingMail, Person
from comity.store.observations import add_observation
from web.small_registry import ROLES, Registry, signed_in
from web.test_pages import assert_well_formed

pytestmark = pytest.mark.django_db

AT = datetime(2026, 12, 24, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def asks_dns(settings: LazySettings, home: Home) -> None:
    """A resolver where nobody listens, and a mail server that no page talks to."""
    changed = msgspec.structs.replace(
        home.settings,
        dns=DnsSettings(server="127.0.0.1", port=9, deadline_seconds=0.2),
        mail=MailSettings(server="localhost", from_address="notices@cctld-demo.ru"),
    )
    settings.HOME = msgspec.structs.replace(home, settings=changed)


def shown(ref: str, role: str = "analyst", what: str = "observed") -> str:
    request = RequestFactory().get("/")
    request.user = Person.objects.get(username=role)
    template = Template(f"{{% load notices %}}{{% {what} case %}}")
    return str(template.render(Context({"request": request, "case": Case.objects.get(ref=ref), "csrf_token": "t"})))


def test_what_was_learned_is_shown_and_nothing_of_it_can_be_opened(registry: Registry) -> None:
    name = get_case(registry.received).registrable
    add_observation(
        name,
        "rdap",
        Registration(
            name=name, registrar="<b>Demo</b>", registrar_id="9999", abuse_email="abuse@registrar-demo.ru",
            statuses=("serverHold",), name_servers=("ns1.host-demo.ru",), registered_at=AT,
        ),
        at=AT,
    )  # fmt: skip
    add_observation(
        name, "dns", Resolution(name=name, answer="resolves", addresses=("10.0.0.1",), mail_hosts=("mx.a.ru",)), at=AT
    )
    page = shown(registry.received)
    assert_well_formed(f"<html><body><h1>x</h1>{page}</body></html>", "observed")
    for said in ("&lt;b&gt;Demo&lt;/b&gt;", "9999", "serverHold", "ns1[.]host-demo[.]ru", "Lead inward", "mx[.]a[.]ru"):
        assert said in page, said
    assert "href" not in page


def test_a_look_that_failed_stands_beside_what_was_known(registry: Registry) -> None:
    name = get_case(registry.received).registrable
    add_observation(name, "dns", Resolution(name=name, answer="resolves", addresses=("203.0.113.7",)), at=AT)
    add_observation(name, "dns", None, at=AT + timedelta(days=1), error="servfail")
    add_observation(name, "rdap", None, at=AT, error="not-registered")
    page = shown(registry.received)
    assert "the resolver failed (SERVFAIL)" in page
    assert "203[.]0[.]113[.]7" in page
    assert "Nobody holds the name: anybody may register it." in page


def test_letters_are_for_the_desk(registry: Registry) -> None:
    case = Case.objects.get(ref=registry.received)
    OutgoingMail.objects.create(
        key="k", case=case, recipient="abuse@registrar-demo.ru", subject="s", letter=b"{}", state="given-up",
        last_error="550 <b>No</b>", queued_at=AT,
    )  # fmt: skip
    page = shown(registry.received, what="letters")
    assert_well_formed(f"<html><body><h1>x</h1>{page}</body></html>", "letters")
    assert "abuse@registrar-demo.ru" in page
    assert "could not be delivered" in page
    assert "550 &lt;b&gt;No&lt;/b&gt;" in page
    assert "abuse@" not in shown(registry.received, "auditor", what="letters")


@pytest.mark.parametrize("role", ROLES)
def test_the_desk_may_look_and_nobody_else(registry: Registry, role: str) -> None:
    answer = signed_in(role).post(f"/cases/{registry.received}/look-up/")
    if role in {"analyst", "supervisor"}:
        assert answer.status_code == 302
        assert answer["Location"] == f"/cases/{registry.received}/"
        (look,) = Observation.objects.all()
        assert (look.kind, look.error) == ("dns", "timeout")
    else:
        assert answer.status_code == 403
        assert not Observation.objects.exists()


def test_a_name_is_looked_at_once_a_minute(registry: Registry) -> None:
    client = signed_in("analyst")
    for _ in range(3):
        assert client.post(f"/cases/{registry.received}/look-up/").status_code == 302
    assert Observation.objects.count() == 1
    assert client.get(f"/cases/{registry.received}/look-up/").status_code == 405
    assert client.post("/cases/NO-SUCH-CASE/look-up/").status_code == 404


def test_the_button_is_there_for_those_who_may(registry: Registry) -> None:
    assert "Look now" in shown(registry.received)
    assert "Look now" not in shown(registry.received, "auditor")


def test_a_notice_without_an_address_is_refused_on_the_page_and_keeps_what_was_typed(registry: Registry) -> None:
    case = Case.objects.get(state="confirmed")
    client = signed_in("analyst")
    page = client.get(f"/cases/{case.ref}/").content.decode()
    assert 'name="to_registrar"' in page
    answer = client.post(f"/cases/{case.ref}/send_notice/", {"note": "please act"})
    assert answer.status_code == 409
    refused = answer.content.decode()
    assert "The registration was not seen within a week: look the name up." in refused
    assert "please act" in refused
    typed = {"to_registrar": "a@b.ru, c@d.ru"}
    wrong = client.post(f"/cases/{case.ref}/send_notice/", typed)
    assert wrong.status_code == 409
    assert "a@b.ru, c@d.ru" in wrong.content.decode()
    assert_well_formed(wrong.content.decode(), "send_notice")
    case.refresh_from_db()
    assert case.state == "confirmed"


def test_a_notice_given_otherwise_is_recorded(registry: Registry) -> None:
    case = Case.objects.get(state="confirmed")
    answer = signed_in("analyst").post(f"/cases/{case.ref}/send_notice/", {"by_other_means": "yes"})
    assert answer.status_code == 302
    case.refresh_from_db()
    assert case.state == "notified"
