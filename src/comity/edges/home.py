"""A node's directory: its configuration, keys and certificates, read once and given to whoever needs them.

    node.toml      who this node is and where it listens
    keys/          Ed25519 signing keys, PKCS#8 PEM, mode 0600
    tls/           the party's own certificate authority and the node's certificate
    comity.sqlite3 the embedded store (unless [database] url names PostgreSQL)

Everything wrong with it is a `SettingError` that names the file and the key; docs/reference/settings.md lists them.
"""

import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

import msgspec

from comity.core.errors import SettingError
from comity.edges.sweep_settings import SweepSettings


class WebSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where pages and API listen (`url`: how people reach them), and how often one token may call (0: no limit)."""

    host: str = "127.0.0.1"
    port: int = 8443
    url: str = ""
    workers: int = 1
    calls_per_minute: Annotated[int, msgspec.Meta(ge=0)] = 1200


class LinkSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where partners' nodes reach this one, over mutual TLS."""

    host: str = "127.0.0.1"
    port: int = 9443
    url: str = ""
    batch_entries: int = 1000
    poll_seconds: float = 0.2
    fetch_seconds: float = 1.0
    ask_seconds: float = 60.0
    answer_seconds: float = 60.0
    back_off_seconds: float = 30.0
    settle_seconds: float = 180.0


class DatabaseSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`sqlite:///relative/or//absolute` or `postgresql://user:password@host:port/name`; a replica is a PostgreSQL."""

    url: str = "sqlite:///comity.sqlite3"
    replica: str = ""


class NameSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the Public Suffix List is read from; empty: the list that came with the program."""

    suffix_list: str = ""


class GuardSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Protected names: a popularity list (`rank,name` or a name a line, gzip allowed) and others, a name a line."""

    popularity: str = ""
    popularity_rank_under: int = 100_000
    lists: dict[str, str] = {}


class DeskSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The evidence score (0–1) that the desk asks for before it confirms, and before it proposes a hold."""

    confirm_score: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.6
    hold_score: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.8
    hold_score_critical: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.7


class EppSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The registry's EPP server (empty `host`: people act by hand), whom to log in as, the files that prove both."""

    host: str = ""
    port: int = 700
    client: str = ""
    password_file: str = "epp.password"  # noqa: S105 — a file's name
    ca: str = "epp/ca.pem"
    certificate: str = "epp/client.pem"
    key: str = "epp/client.key"
    server_name: str = ""
    answer_seconds: float = 30.0


class PlanSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From where on a plan of action is a bulk plan, how many names a zone has, and how long a proposal lives."""

    most_names: int = 50
    registrar_percent: float = 5.0
    zone_percent: float = 0.1
    share_floor: int = 10
    zone_names: dict[str, int] = {}
    expire_hours: float = 24.0


class SignInSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How people sign in: who needs a second factor, how long a session lives, and one OpenID Connect provider."""

    second_factor_for: tuple[str, ...] = ()
    session_hours: Annotated[int, msgspec.Meta(ge=1, le=168)] = 12
    idle_minutes: Annotated[int, msgspec.Meta(ge=5, le=1440)] = 60
    oidc_issuer: str = ""
    oidc_name: str = ""
    oidc_client: str = ""
    oidc_secret_file: str = ""


class DaySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Days that a list of holidays lacks: without work, and of work whatever day of the week they are."""

    off: tuple[date, ...] = ()
    on: tuple[date, ...] = ()


class CalendarSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When this registry works: for the clocks of its own cases; between parties the memorandum's calendar counts."""

    time_zone: str = ""
    workdays: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ("mon", "tue", "wed", "thu", "fri")
    hours: Annotated[
        str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")
    ] = "09:00-18:00"
    holidays: str = "auto"
    days: dict[str, DaySettings] = {}


class ContactSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is told by mail of a clock that runs out; empty: nobody."""

    duty: str = ""
    head: str = ""
    legal: str = ""


class MailSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The mail server that takes this node's notices; without a server no mail is sent."""

    server: str = ""
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password_file: str = ""
    ca: str = ""
    from_address: str = ""
    reply_to: str = ""
    daily_limit: Annotated[int, msgspec.Meta(ge=0)] = 2000
    deadline_seconds: Annotated[float, msgspec.Meta(gt=0, le=300)] = 60.0


class MailboxSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where mail that reports abuse is read: an IMAP server, or a maildir; without either none is read."""

    server: str = ""
    port: int = 993
    security: Literal["tls", "starttls", "none"] = "tls"
    user: str = ""
    password_file: str = ""
    ca: str = ""
    folder: str = "INBOX"
    maildir: str = ""
    address: str = ""
    own_server: str = ""
    notifiers: dict[str, str] = {}
    answers: bool = True
    deadline_seconds: Annotated[float, msgspec.Meta(gt=0, le=120)] = 30.0

    @property
    def is_read(self) -> bool:
        """Whether there is a mailbox."""
        return bool(self.server or self.maildir)


class RdapSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where registration data is asked for; without a bootstrap and servers it is not asked for."""

    bootstrap: str = ""
    servers: dict[str, str] = {}
    ca: str = ""
    deadline_seconds: Annotated[float, msgspec.Meta(gt=0, le=60)] = 10.0


class DnsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The resolver that is asked whether names still resolve; without one the DNS is not asked."""

    server: str = ""
    port: int = 53
    deadline_seconds: Annotated[float, msgspec.Meta(gt=0, le=60)] = 8.0


class ZoneSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A response policy zone: whose names it holds, what resolvers do, and who may fetch it."""

    subscriber: str
    categories: tuple[str, ...] = ()
    action: str = "nxdomain"
    hot: bool = True
    keys: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    secondaries: tuple[str, ...] = ()


class BlockingSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Names for resolvers to refuse: where zones are served (port 0: nowhere), and how often versions are made."""

    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 0
    hot_hours: Annotated[int, msgspec.Meta(ge=1, le=720)] = 24
    base_seconds: Annotated[int, msgspec.Meta(ge=0, le=1800)] = 900
    refresh_seconds: Annotated[int, msgspec.Meta(ge=30, le=1200)] = 300
    expire_seconds: Annotated[int, msgspec.Meta(ge=3600, le=604_800)] = 86_400
    zones: dict[str, ZoneSettings] = {}


class WarningSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose names are whose (`name<TAB>registrant` a line; empty: unknown), and where the arithmetic of sets lies."""

    registrants: str = ""
    intersection_packages: str = ""


class LogSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the log is written.  `auto`: JSON where systemd's journal reads it, text elsewhere."""

    format: Literal["auto", "text", "json"] = "auto"
    level: Literal["debug", "info", "warning", "error"] = "info"


class NodeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """node.toml as a value."""

    party: str
    zones: tuple[str, ...]
    secret_key: str
    languages: tuple[str, ...] = ("en", "ru", "be", "vi", "zh-hans")
    time_zone: str = "UTC"
    web: WebSettings = WebSettings()
    link: LinkSettings = LinkSettings()
    database: DatabaseSettings = DatabaseSettings()
    names: NameSettings = NameSettings()
    guard: GuardSettings = GuardSettings()
    desk: DeskSettings = DeskSettings()
    epp: EppSettings = EppSettings()
    plans: PlanSettings = PlanSettings()
    sign_in: SignInSettings = SignInSettings()
    mail: MailSettings = MailSettings()
    mailbox: MailboxSettings = MailboxSettings()
    rdap: RdapSettings = RdapSettings()
    dns: DnsSettings = DnsSettings()
    blocking: BlockingSettings = BlockingSettings()
    warnings: WarningSettings = WarningSettings()
    log: LogSettings = LogSettings()
    calendar: CalendarSettings = CalendarSettings()
    contacts: ContactSettings = ContactSettings()
    sweep: SweepSettings = SweepSettings()


class Home(msgspec.Struct, frozen=True):
    """A node's directory, opened."""

    path: Path
    settings: NodeSettings

    @property
    def party(self) -> str:
        return self.settings.party

    @property
    def zones(self) -> tuple[str, ...]:
        return self.settings.zones

    @property
    def is_embedded(self) -> bool:
        """Whether the database is a file of the node's own."""
        return urlsplit(self.settings.database.url).scheme == "sqlite"

    def database(self) -> dict[str, Any]:
        """Django's DATABASES entry for this node."""
        return database_entry(self.settings.database.url, base=self.path)

    def databases(self) -> dict[str, dict[str, Any]]:
        """Django's DATABASES: the store, and its replica where there is one."""
        entries = {"default": self.database()}
        if self.settings.database.replica:
            replica = database_entry(self.settings.database.replica, base=self.path)
            if not all(entry["ENGINE"].endswith("postgresql") for entry in (replica, entries["default"])):
                raise SettingError("is for PostgreSQL, and follows the PostgreSQL of url", item="[database] replica")
            replica["OPTIONS"] = {"connect_timeout": 3, "options": "-c default_transaction_read_only=on"}
            entries["replica"] = replica
        return entries


def database_entry(url: str, *, base: Path) -> dict[str, Any]:
    """Turn a database URL into Django's DATABASES entry; relative SQLite paths are taken from `base`."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        name = base / unquote(parts.path.removeprefix("/"))
        return {
            "ENGINE": "comity.store.sqlite",
            "NAME": str(name),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",  # two writers wait in line instead of failing half-way
                "timeout": 60,
                # secure_delete: what was erased is overwritten by zeros and not only unlinked (docs/how-to/erase.md).
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; "
                "PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=67108864; PRAGMA secure_delete=ON",
            },
        }
    if parts.scheme in {"postgresql", "postgres"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.removeprefix("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": True,
        }
    raise SettingError("must start with sqlite:/// or postgresql://", item="[database] url")


def open_home(directory: Path) -> Home:
    """Read a node's directory.  Raises `SettingError` naming the file and what is wrong with it."""
    file = directory / "node.toml"
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SettingError("no node here; make one with: comity init DIR --party P --zone Z", item=str(file)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"cannot be read: {error}", item=str(file)) from error
    try:
        settings = msgspec.convert(tomllib.loads(text), NodeSettings)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise SettingError(str(error), item=str(file)) from error
    return Home(path=directory.resolve(), settings=settings)
