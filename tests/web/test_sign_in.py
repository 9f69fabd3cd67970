"""Guessing a password is slow, and a person who waited gets in."""

from datetime import timedelta

import pytest
from django.test import Client

from comity.store.models import SignInFailure
from comity.store.sign_in_failures import ACCOUNT_LIMIT, ADDRESS_LIMIT, FORGOTTEN_AFTER
from web.small_registry import PASSWORD, Registry

pytestmark = pytest.mark.django_db


def attempt(name: str, password: str, *, address: str = "192.0.2.7") -> int:
    form = {"username": name, "password": password}
    return Client(REMOTE_ADDR=address).post("/sign-in/", form).status_code


def test_an_account_waits_after_wrong_attempts_from_one_address_only(registry: Registry) -> None:
    assert [attempt("analyst", "wrong") for _ in range(ACCOUNT_LIMIT)] == [400] * ACCOUNT_LIMIT
    assert attempt("analyst", PASSWORD) == 429
    assert attempt("analyst", PASSWORD, address="192.0.2.8") == 302
    SignInFailure.objects.update(last_at=SignInFailure.objects.first().last_at - FORGOTTEN_AFTER - timedelta(seconds=1))
    assert attempt("analyst", PASSWORD) == 302


def test_an_account_that_does_not_exist_waits_as_well(registry: Registry) -> None:
    assert [attempt("nobody", "wrong") for _ in range(ACCOUNT_LIMIT + 1)][-2:] == [400, 429]


def test_an_address_that_tries_many_names_waits(registry: Registry) -> None:
    assert {attempt(f"name-{number}", "wrong") for number in range(ADDRESS_LIMIT)} == {400}
    assert attempt("analyst", PASSWORD) == 429


def test_whoever_gets_in_begins_anew(registry: Registry) -> None:
    for _ in range(2):
        for _ in range(ACCOUNT_LIMIT - 1):
            attempt("analyst", "wrong")
        assert attempt("analyst", PASSWORD) == 302
