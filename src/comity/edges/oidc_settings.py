"""The OpenID Connect provider of node.toml as django-allauth wants it; its secret comes from a file of its own."""

from pathlib import Path
from typing import Any, Final

from comity.core.errors import SettingError
from comity.edges.home import SignInSettings

PROVIDER_ID: Final = "registry"  # stands in the addresses of sign-in; one node has one provider


def oidc_providers(directory: Path, sign_in: SignInSettings) -> list[dict[str, Any]]:
    """List the provider, or nothing.  Raises `SettingError` naming what is missing."""
    if not sign_in.oidc_issuer:
        return []
    if not sign_in.oidc_issuer.startswith("https://"):
        raise SettingError("must start with https://", item="[sign_in] oidc_issuer")
    if not sign_in.oidc_client or not sign_in.oidc_secret_file:
        raise SettingError("needs oidc_client and oidc_secret_file beside it", item="[sign_in] oidc_issuer")
    file = directory / sign_in.oidc_secret_file
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"cannot be read: {error}", item=f"[sign_in] oidc_secret_file {file}") from error
    return [
        {
            "provider_id": PROVIDER_ID,
            "name": sign_in.oidc_name or sign_in.oidc_issuer.removeprefix("https://"),
            "client_id": sign_in.oidc_client,
            "secret": secret,
            "settings": {"server_url": sign_in.oidc_issuer, "fetch_userinfo": False, "oauth_pkce_enabled": True},
        }
    ]
