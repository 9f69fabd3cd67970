"""Django's settings for one node.  COMITY_DIR names the node; without it only what needs no node can run.

One process is one node.  The command line may open a node later than this module is read (`comity.cli.context`), so the
database entry is a dictionary that is filled in place before the first connection.
"""

import os
from pathlib import Path
from typing import Any

from comity.edges.home import Home, LogSettings, SignInSettings, open_home
from comity.edges.journal import log_configuration
from comity.edges.node_lock import share_node
from comity.edges.oidc_settings import oidc_providers

_directory = os.environ.get("COMITY_DIR", "")
# A directory without a node is no fault here: `comity init` is about to make one, and other verbs say so clearly.
HOME: Home | None = open_home(Path(_directory)) if _directory and Path(_directory, "node.toml").exists() else None
if HOME:
    share_node(HOME.path)

SECRET_KEY = HOME.settings.secret_key if HOME else "no-node-is-open-and-nothing-is-signed-with-this"
DEBUG = False
ALLOWED_HOSTS = ["*"]  # the node answers under whatever name its operator gives it; CSRF checks the origin all the same
ROOT_URLCONF = "comity.node.urls"  # the listener for partners answers `link_urls` only (comity.cli.serve)
WSGI_APPLICATION = "comity.node.wsgi.application"
AUTH_USER_MODEL = "store.Person"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "comity.store",
    "comity.web",  # before allauth: its pages are drawn by our templates
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
]

MIDDLEWARE = [
    "comity.node.reading.ReadingMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "comity.web.headers.ContentSecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "comity.web.languages.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "comity.web.idle.IdleMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "comity.web.second_factor.SecondFactorMiddleware",
    "comity.web.refusals.RefusalMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "comity.web.reading_panel.panel",
            ]
        },
    }
]

DATABASES: dict[str, dict[str, Any]] = (
    HOME.databases() if HOME else {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
)

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ru", "Русский"), ("be", "Беларуская"), ("vi", "Tiếng Việt"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [str(Path(__file__).parent.parent / "web" / "locale")]
FORMAT_MODULE_PATH = ["comity.web.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = HOME.settings.time_zone if HOME else "UTC"

STATIC_URL = "/static/"  # nothing is served there (see comity.web.assets); Django's own test server asks for it
CSRF_FAILURE_VIEW = "comity.web.views.errors.csrf_failure"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/inbox/"

SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_HSTS_SECONDS = 31_536_000  # said on HTTPS only, and believed only where the certificate is (RFC 6797 §8.1)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576

# Sign-in, second factors and OpenID Connect: django-allauth, with our adapters and templates (comity.web.accounts).
_sign_in = HOME.settings.sign_in if HOME else SignInSettings()
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
SESSION_COOKIE_AGE = _sign_in.session_hours * 3600
ACCOUNT_ADAPTER = "comity.web.accounts.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None  # a person of the desk is known by name; letters go to the node's contacts
MFA_ADAPTER = "comity.web.accounts.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = f"Comity {HOME.party}" if HOME else "Comity"
SOCIALACCOUNT_ADAPTER = "comity.web.accounts.ProviderAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": oidc_providers(HOME.path, _sign_in) if HOME else []}}
# Codes used once and wrong attempts are remembered for all processes that answer pages, and for nobody else.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(HOME.path / "run/cache"),
    }
    if HOME
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

LOGGING = log_configuration(
    HOME.settings.log if HOME else LogSettings(level="warning"), under_journal="JOURNAL_STREAM" in os.environ
)
