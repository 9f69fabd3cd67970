"""Second factors, sessions and tokens, as their people use them: by forms, without JavaScript (but for passkeys)."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client

from comity.edges.home import Home, SignInSettings
from comity.store.models import ApiToken, Person, PersonChange
from comity.web.idle import BEGAN
from web.small_registry import PASSWORD, Registry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


def signed_in(name: str) -> Client:
    """A browser in which somebody has just typed a password."""
    client = Client()
    assert client.post("/sign-in/", {"username": name, "password": PASSWORD}).status_code == 302
    return client


def again(client: Client) -> Client:
    """Show once more who it is: what protects an account is changed by nobody who found a browser open."""
    assert client.post("/account/again/", {"password": PASSWORD}).status_code == 302
    return client


def code_of(secret: str) -> str:
    """What an authenticator app shows now (RFC 6238)."""
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def set_up_app(client: Client) -> str:
    page = again(client).get("/account/second-factor/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    assert secret in page.content.decode()
    assert b"<svg" in page.content
    answer = client.post("/account/second-factor/totp/activate/", {"code": code_of(secret)})
    assert answer.status_code == 302
    return secret


def test_whoever_has_an_authenticator_app_is_asked_for_its_code(registry: Registry) -> None:
    secret = set_up_app(signed_in("supervisor"))
    cache.clear()  # the code that was typed above may not be typed again
    client = Client()
    answer = client.post("/sign-in/", {"username": "supervisor", "password": PASSWORD, "next": "/links/"})
    assert answer["Location"] == "/account/second-factor/authenticate/"
    assert client.get("/inbox/")["Location"].startswith("/sign-in/")
    wrong = client.post(answer["Location"], {"code": "000000"})
    assert wrong.status_code == 200
    assert b"form-errors" in wrong.content
    right = client.post(answer["Location"], {"code": code_of(secret)})
    assert right["Location"] == "/links/"
    assert client.get("/inbox/").status_code == 200


def test_a_code_works_once(registry: Registry) -> None:
    secret = set_up_app(signed_in("supervisor"))
    cache.clear()
    code = code_of(secret)
    for expected in ("/inbox/", ""):
        client = Client()
        client.post("/sign-in/", {"username": "supervisor", "password": PASSWORD})
        answer = client.post("/account/second-factor/authenticate/", {"code": code})
        assert answer.headers.get("Location", "") == expected


def test_a_recovery_code_lets_in_once(registry: Registry) -> None:
    client = signed_in("supervisor")
    set_up_app(client)
    assert client.post("/account/second-factor/recovery-codes/generate/").status_code == 302
    code = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    for expected in ("/inbox/", ""):
        client = Client()
        client.post("/sign-in/", {"username": "supervisor", "password": PASSWORD})
        answer = client.post("/account/second-factor/authenticate/", {"code": code})
        assert answer.headers.get("Location", "") == expected


def test_the_secret_of_an_app_is_not_readable_in_the_store(registry: Registry) -> None:
    secret = set_up_app(signed_in("supervisor"))
    assert secret not in str(Authenticator.objects.get(type="totp").data)


def test_a_role_that_needs_a_factor_sees_nothing_before_it_has_one(
    registry: Registry, settings: LazySettings, home: Home
) -> None:
    demanding = SignInSettings(second_factor_for=("supervisor",))
    settings.HOME = Home(
        home.path, type(home.settings)(party="cctld.ru", zones=("ru",), secret_key="not-secret", sign_in=demanding)
    )
    client = signed_in("supervisor")
    for address in ("/inbox/", f"/cases/{registry.received}/", "/links/"):
        assert client.get(address)["Location"] == "/account/second-factor/"
    assert client.post(f"/cases/{registry.received}/start_triage/")["Location"] == "/account/second-factor/"
    assert signed_in("analyst").get("/inbox/").status_code == 200
    set_up_app(client)
    assert client.get("/inbox/").status_code == 200


def test_changing_a_factor_asks_again_who_it_is(registry: Registry) -> None:
    client = signed_in("supervisor")
    answer = client.get("/account/second-factor/totp/activate/")
    assert answer["Location"].startswith("/account/again/")
    assert client.post("/account/again/", {"password": "wrong"}).status_code == 200
    answer = client.post("/account/again/?next=/account/second-factor/totp/activate/", {"password": PASSWORD})
    assert answer["Location"] == "/account/second-factor/totp/activate/"
    assert client.get(answer["Location"]).status_code == 200


def test_a_session_that_nobody_used_ends(registry: Registry) -> None:
    client = signed_in("analyst")
    assert client.get("/inbox/").status_code == 200
    session = client.session
    session[BEGAN] = int(time.time()) - 3601
    session.save()
    assert client.get("/inbox/").status_code == 200, "it was used a moment ago: the cookie says so"
    del client.cookies["comity_seen"]
    assert client.get("/inbox/")["Location"].startswith("/sign-in/"), "without the cookie its beginning counts"
    client.cookies["comity_seen"] = f"{int(time.time())}:forged"
    assert client.get("/inbox/")["Location"].startswith("/sign-in/")


def test_other_sessions_can_be_ended(registry: Registry) -> None:
    first, second = signed_in("analyst"), signed_in("analyst")
    assert first.get("/inbox/").status_code == second.get("/inbox/").status_code == 200
    assert b"Browser" in second.get("/account/sessions/").content
    second.post("/account/sessions/")
    assert second.get("/inbox/").status_code == 200
    assert first.get("/inbox/").status_code == 302


def test_a_new_password_ends_other_sessions_and_must_be_good(registry: Registry) -> None:
    first, second = signed_in("analyst"), signed_in("analyst")
    bad = {"oldpassword": PASSWORD, "password1": "short", "password2": "short"}
    assert second.post("/account/password/", bad).status_code == 200
    good = {"oldpassword": PASSWORD, "password1": "a sentence nobody guesses", "password2": "a sentence nobody guesses"}
    assert second.post("/account/password/", good).status_code == 302
    assert second.get("/inbox/").status_code == 200
    assert first.get("/inbox/").status_code == 302


def test_nobody_signs_up(registry: Registry) -> None:
    for address in ("/accounts/signup/", "/account/signup/", "/sign-up/", "/account/email/"):
        assert Client().get(address).status_code == 404


def test_a_token_of_ones_own_has_its_scopes_and_can_be_revoked(registry: Registry) -> None:
    client = again(signed_in("analyst"))
    refused = client.post("/account/tokens/new/", {"label": "feed", "scope": ["links:write"], "days": "30"})
    assert refused.status_code == 400
    made = client.post("/account/tokens/new/", {"label": "feed", "scope": ["cases:read"], "days": "30"})
    token = made.content.decode().partition("comity_")[2].partition("<")[0]
    headers = {"Authorization": f"Bearer comity_{token}"}
    assert Client().get("/api/v1/cases", headers=headers).status_code == 200
    assert Client().get("/api/v1/links", headers=headers).status_code == 403
    client.post("/account/tokens/end/", {"label": "feed"})
    assert Client().get("/api/v1/cases", headers=headers).status_code == 401
    assert [row.change for row in PersonChange.objects.order_by("pk")] == ["token-made", "token-revoked"]


def test_a_token_ends_when_it_said(registry: Registry) -> None:
    client = again(signed_in("analyst"))
    made = client.post("/account/tokens/new/", {"label": "feed", "days": "30"})
    token = made.content.decode().partition("comity_")[2].partition("<")[0]
    headers = {"Authorization": f"Bearer comity_{token}"}
    assert Client().get("/api/v1/links", headers=headers).status_code == 200
    row = ApiToken.objects.get()
    ApiToken.objects.filter(pk=row.pk).update(expires_at=row.created_at)
    assert Client().get("/api/v1/links", headers=headers).status_code == 401


def test_a_closed_account_is_out_at_once(registry: Registry) -> None:
    analyst, administrator = signed_in("analyst"), signed_in("administrator")
    assert analyst.get("/inbox/").status_code == 200
    administrator.post("/administration/people/analyst/change/", {"change": "closed"})
    assert analyst.get("/inbox/").status_code == 302
    assert Client().post("/sign-in/", {"username": "analyst", "password": PASSWORD}).status_code == 400
    administrator.post("/administration/people/analyst/change/", {"change": "opened"})
    assert signed_in("analyst").get("/inbox/").status_code == 200


def test_nobody_takes_the_last_operator_away_by_mistake(registry: Registry) -> None:
    client = signed_in("administrator")
    for form in ({"change": "closed"}, {"change": "role", "role": "analyst"}):
        client.post("/administration/people/administrator/change/", form)
    person = Person.objects.get(username="administrator")
    assert (person.role, person.is_active) == ("administrator", True)


def test_an_administrator_adds_a_person_and_a_lost_factor_is_taken_away(registry: Registry) -> None:
    client = signed_in("administrator")
    form = {"name": "new.analyst", "role": "analyst", "password": "short"}
    assert client.post("/administration/people/new/", form).status_code == 400
    assert client.post("/administration/people/new/", {**form, "name": "analyst"}).status_code == 400
    assert client.post("/administration/people/new/", {**form, "password": PASSWORD}).status_code == 302
    set_up_app(signed_in("new.analyst"))
    client.post("/administration/people/new.analyst/change/", {"change": "factors-removed"})
    assert signed_in("new.analyst").get("/inbox/").status_code == 200
    history = PersonChange.objects.filter(person="new.analyst").order_by("pk")
    assert [(row.change, row.actor) for row in history] == [
        ("added", "administrator"), ("factors-removed", "administrator"),
    ]  # fmt: skip
