"""A node of cctld.ru, and a store with something on every page."""

from pathlib import Path

import pytest
from django.conf import LazySettings

from comity.edges.home import Home, NodeSettings
from web.small_registry import Registry, fill_store


@pytest.fixture(autouse=True)
def home(settings: LazySettings, tmp_path: Path) -> Home:
    """A node of cctld.ru, over plain HTTP because a test server has no certificate."""
    home = Home(tmp_path, NodeSettings(party="cctld.ru", zones=("ru", "xn--p1ai"), secret_key="not-secret"))
    settings.HOME = home
    settings.SESSION_COOKIE_SECURE = False
    settings.CSRF_COOKIE_SECURE = False
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return home


@pytest.fixture
def registry(db: None) -> Registry:
    """Fill the store."""
    return fill_store()
