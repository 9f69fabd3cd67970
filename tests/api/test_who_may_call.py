"""Every route × every role × every method: who may call it, and with which scope of a token."""

import pytest
from django.test import Client

from api.conftest import NOW, Caller
from api.who_may_call import LETTERS, MAY_CALL
from comity.api.routes import ROUTES
from comity.core.scopes import SCOPES, SCOPES_OF_ROLE, scope_of
from comity.store.models import Person
from comity.store.tokens import issue_token

pytestmark = pytest.mark.django_db

PLACES = {
    "ref": "0000-0000-0000", "attachment": "00000000-0000-4000-8000-000000000000", "number": "1",
    "plan": "abcdef012345", "report_id": "00000000-0000-4000-8000-000000000000", "token": "nobody", "reporter": "1",
    "digest": "sha256:00", "partner": "cctld.example", "consultation": "c", "message": "m", "file": "f", "expert": "e",
    "article": "abcdefgh", "zone": "by", "handle": "h", "period": "2026-10", "subscriber": "nobody",
    "family": "demo-bot", "finding": "1", "warning": "00000000-0000-4000-8000-000000000000",
}  # fmt: skip


def address_of(path: str) -> str:
    for name, value in PLACES.items():
        path = path.replace(f"<{name}>", value)
    assert "<" not in path, path
    return f"/api/v1/{path}"


def test_the_table_and_the_routes_name_the_same_addresses_and_roles() -> None:
    told = {f"{route.method} {route.path}": set(route.roles) for route in ROUTES}

    assert told == {
        row: set() if roles == "everybody" else {LETTERS[letter] for letter in roles} for row, roles in MAY_CALL.items()
    }


@pytest.mark.parametrize("role", LETTERS.values())
def test_every_route_answers_its_roles_and_refuses_the_others(role: str) -> None:
    caller = Caller(role)
    wrong = []
    for route in ROUTES:
        address = address_of(route.path)
        answer = (
            caller.client.get(address)
            if route.method == "GET"
            else caller.client.post(address, b"{}", content_type=route.media_type)
        )
        code = answer.json()["code"] if answer.status_code >= 400 else ""
        allowed = role in route.roles or not route.roles
        if allowed == (code == "forbidden") or code == "unauthorized" or answer.status_code >= 500:
            wrong.append(f"{role} {route.method} {address}: {answer.status_code} {code}")
    assert wrong == [], "\n".join(wrong)


def test_a_stranger_is_told_nothing() -> None:
    for route in ROUTES:
        if route.roles:
            call = Client().post if route.method == "POST" else Client().get
            assert call(address_of(route.path), content_type=route.media_type).status_code == 401, route.path


def test_the_scopes_of_a_role_are_those_of_its_routes() -> None:
    for role in Person.Role.values:
        needed = {scope_of(route.noun, reads=route.reads) for route in ROUTES if role in route.roles}
        assert set(SCOPES_OF_ROLE[role]) == needed, role
    assert set(SCOPES) == {scope_of(route.noun, reads=route.reads) for route in ROUTES if route.roles}
    assert len(" ".join(SCOPES)) <= 600


@pytest.mark.parametrize("scope", SCOPES)
def test_a_token_of_one_scope_opens_the_routes_of_that_scope_alone(scope: str) -> None:
    role = next(name for name, scopes in SCOPES_OF_ROLE.items() if scope in scopes)
    person = Person.objects.create(username="p", role=role)
    client = Client(headers={"Authorization": f"Bearer {issue_token(person, 'x', NOW, scopes=[scope])}"})
    opened = set()
    for route in ROUTES:
        if role not in route.roles or (route.reads and route.method == "POST"):
            continue
        address = address_of(route.path)
        answer = client.get(address) if route.method == "GET" else client.post(address, b"", content_type="none/none")
        if answer.status_code != 403:
            opened.add(scope_of(route.noun, reads=route.reads))
    assert opened <= {scope}
