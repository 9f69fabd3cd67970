"""A passkey in a real Chromium with a virtual authenticator: added on the account's page, then enough by itself."""

from collections.abc import Callable

import pytest
from django.conf import LazySettings
from playwright.sync_api import BrowserContext

from web.small_registry import PASSWORD, Registry
from web.test_axe import browser, registry, visit, window  # noqa: F401 — the browser and its windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_passkey_is_added_and_lets_in_by_itself(
    visit: Callable[..., BrowserContext],  # noqa: F811
    registry: Registry,  # noqa: F811
    settings: LazySettings,
) -> None:
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # the test's server has no certificate; localhost is no stranger
    page = visit().new_page()
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }})  # fmt: skip
    page.goto("/sign-in/")
    page.get_by_label("User name").fill("analyst")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.goto("/account/second-factor/webauthn/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Name by which you will know it").fill("my key")
    page.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_url("**/account/second-factor/**codes/**")
    page.goto("/account/second-factor/webauthn/")
    assert "my key" in page.locator("main").inner_text()
    page.get_by_role("button", name="Log out").click()
    page.goto("/sign-in/?next=/links/")
    page.get_by_role("button", name="Log in with a passkey").click()
    page.wait_for_url("**/links/")
