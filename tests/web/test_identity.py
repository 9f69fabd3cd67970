"""Signing in by an OpenID Connect provider: over real TLS, with a provider that is strict, and with one that lies."""

import ssl
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError

import pytest
from allauth.socialaccount.models import SocialAccount
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client

from comity.core.errors import SettingError
from comity.edges.home import SignInSettings
from comity.edges.oidc_settings import oidc_providers
from comity.edges.tls import make_certificates
from comity.testing.openid_provider import CLIENT, SECRET, OpenIdProvider
from web.small_registry import PASSWORD, Registry

pytestmark = pytest.mark.django_db

BEGIN = "/sign-in/with/oidc/registry/login/"


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        return None


@pytest.fixture
def provider(tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenIdProvider]:
    """A provider that the node's configuration names."""
    cache.clear()
    make_certificates(tmp_path, party="provider.example", hosts=("127.0.0.1",), at=datetime.now(UTC))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "tls" / "ca.pem"))
    running = OpenIdProvider(tmp_path / "tls" / "node.pem", tmp_path / "tls" / "node.key")
    (tmp_path / "oidc.secret").write_text(SECRET + "\n")
    sign_in = SignInSettings(
        oidc_issuer=running.issuer, oidc_name="Demo provider", oidc_client=CLIENT, oidc_secret_file="oidc.secret"
    )
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": oidc_providers(tmp_path, sign_in)}}
    yield running
    running.stop()


def through(client: Client, address: str, ca: Path) -> str:
    """Go to the provider and back as a browser does; answer where the node leads in the end."""
    to_provider = client.post(address)
    assert to_provider.status_code == 302
    opener = urllib.request.build_opener(
        urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=str(ca))), _Stay()
    )
    with pytest.raises(HTTPError) as redirect:
        opener.open(to_provider["Location"])
    back = redirect.value.headers["Location"]
    redirect.value.close()
    answer = client.get(back.replace("http://testserver", ""))
    return answer.headers.get("Location", f"{answer.status_code}")


def test_an_identity_lets_in_whom_it_was_joined_to(
    registry: Registry, provider: OpenIdProvider, tmp_path: Path
) -> None:
    ca = tmp_path / "tls" / "ca.pem"
    assert b"Demo provider" in Client().get("/sign-in/").content
    client = Client()
    client.post("/sign-in/", {"username": "analyst", "password": PASSWORD})
    assert through(client, f"{BEGIN}?process=connect", ca) == "/account/"
    assert SocialAccount.objects.get().uid == "person-1"
    other = Client()
    assert through(other, BEGIN, ca) == "/inbox/"
    assert b"analyst" in other.get("/inbox/").content


def test_an_identity_that_nobody_has_gets_nobody_in(
    registry: Registry, provider: OpenIdProvider, tmp_path: Path
) -> None:
    client = Client()
    assert through(client, BEGIN, tmp_path / "tls" / "ca.pem") == "403"
    assert client.get("/inbox/").status_code == 302
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("lie", ["issuer", "audience", "expired"])
def test_a_lie_gets_nobody_in(registry: Registry, provider: OpenIdProvider, tmp_path: Path, lie: str) -> None:
    ca = tmp_path / "tls" / "ca.pem"
    joined = Client()
    joined.post("/sign-in/", {"username": "analyst", "password": PASSWORD})
    through(joined, f"{BEGIN}?process=connect", ca)
    provider.forge = lie
    client = Client()
    assert through(client, BEGIN, ca) in {"200", "401"}
    assert client.get("/inbox/").status_code == 302


def test_an_answer_that_was_not_asked_for_gets_nobody_in(registry: Registry, provider: OpenIdProvider) -> None:
    client = Client()
    answer = client.get("/sign-in/with/oidc/registry/login/callback/?code=x&state=y")
    assert answer.status_code in {200, 401}
    assert client.get("/inbox/").status_code == 302


def test_what_is_missing_in_the_configuration_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="https://"):
        oidc_providers(tmp_path, SignInSettings(oidc_issuer="http://provider.example"))
    with pytest.raises(SettingError, match="oidc_client"):
        oidc_providers(tmp_path, SignInSettings(oidc_issuer="https://provider.example"))
    complete = SignInSettings(oidc_issuer="https://provider.example", oidc_client="x", oidc_secret_file="no.such.file")
    with pytest.raises(SettingError, match=r"no\.such\.file"):
        oidc_providers(tmp_path, complete)
