"""What every test of the house may ask for: the store it runs on, the shared data, nothing of the network but loopback.

    COMITY_TEST_DATABASE=postgresql   run what touches a store on a PostgreSQL that this session starts and throws away;
                                      everything else was proven on SQLite and is left out
    COMITY_SHARED=DIR                 where shared data and domain files are, if not in ../shared
    COMITY_SOAK=1                     Hypothesis tries for long instead of for a moment

Several processes (pytest-xdist) share one PostgreSQL: the first starts it and hands its URL to the others.
"""

import gc
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from comity.edges.garbage import collect_seldom
from comity.edges.home import database_entry
from comity.edges.processes import PROGRAM
from comity.testing.command_client import own_namespace
from comity.testing.command_host import CLIENT
from comity.testing.empty_store import EMPTY_STORE
from comity.testing.postgres import create_database
from postgres_cluster import PostgresCluster

ROOT = Path(__file__).resolve().parent.parent
_URL_VARIABLE = "COMITY_TEST_DATABASE_URL"
_PAGES_ON_BOTH = frozenset({"test_pages"})
_LONGEST_FIRST = (
    "test_axe", "test_doctor", "test_durable_steps", "test_processes", "test_restored", "test_suspension",
    "test_several_parties", "test_runbooks", "test_move_and_restore", "test_run", "test_rotation", "test_versions",
    "test_machine_faults", "test_report", "test_case", "test_parsers", "test_logs", "test_erasure", "test_campaign",
    "test_many_hands", "test_message_line", "test_first_release", "test_hostile_listener", "test_service_manager",
    "test_openapi", "test_reading", "test_imap_intake",
)  # fmt: skip
_ON_POSTGRESQL = os.environ.get("COMITY_TEST_DATABASE", "sqlite") == "postgresql"

# The machines that run this are shared and slow at times: a deadline per example would measure the neighbours.
_SLOW_IS_FINE = [HealthCheck.too_slow]
hypothesis_settings.register_profile("quick", deadline=None, suppress_health_check=_SLOW_IS_FINE)
hypothesis_settings.register_profile(
    "soak", deadline=None, suppress_health_check=_SLOW_IS_FINE, max_examples=5_000, stateful_step_count=100
)
hypothesis_settings.load_profile("soak" if os.environ.get("COMITY_SOAK") else "quick")


def _host_commands(config: pytest.Config) -> None:
    """Let one process read the program for all commands of the run (`comity.testing.command_host`)."""
    directory = Path(tempfile.mkdtemp(prefix="comity-commands-"))
    namespace = own_namespace()
    host = subprocess.Popen(
        [sys.executable, "-m", "comity.testing.command_host", str(directory / "socket")],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")}, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    os.environ[PROGRAM] = shlex.join([sys.executable, "-I", "-S", str(CLIENT), str(directory / "socket"), namespace])

    def end() -> None:
        del os.environ[PROGRAM]
        host.terminate()
        host.wait()
        shutil.rmtree(directory)

    config.add_cleanup(end)


def pytest_collection_finish() -> None:
    """What is read by now lives to the end: nobody looks for garbage among it."""
    gc.collect()
    gc.freeze()


def pytest_configure(config: pytest.Config) -> None:
    """Choose the store before the first connection is made."""
    collect_seldom()
    chosen = os.environ.get("COMITY_TEST_DATABASE", "sqlite")
    if chosen not in {"sqlite", "postgresql"}:
        raise pytest.UsageError(f"COMITY_TEST_DATABASE: {chosen}: must be sqlite or postgresql")
    if _ON_POSTGRESQL:
        if _URL_VARIABLE not in os.environ:
            cluster = PostgresCluster()
            config.add_cleanup(cluster.stop)
            os.environ[_URL_VARIABLE] = cluster.start()
            config.add_cleanup(lambda: os.environ.pop(_URL_VARIABLE))
        entry = database_entry(os.environ[_URL_VARIABLE], base=ROOT)
        entry["CONN_MAX_AGE"] = 0  # a connection kept open would keep the test database from being dropped at the end
    else:
        directory = Path(tempfile.mkdtemp(prefix="comity-sqlite-"))
        config.add_cleanup(lambda: shutil.rmtree(directory))
        entry = database_entry("sqlite:///node.sqlite3", base=directory)
        entry["TEST"] = {"NAME": str(directory / "test.sqlite3")}  # a file, as in service: WAL and its locks are real
    if EMPTY_STORE not in os.environ:
        os.environ[EMPTY_STORE] = tempfile.mkdtemp(prefix="comity-empty-")
        config.add_cleanup(lambda: shutil.rmtree(os.environ.pop(EMPTY_STORE)))
    if PROGRAM not in os.environ:
        _host_commands(config)
    settings.DATABASES["default"].clear()
    settings.DATABASES["default"].update(entry)
    connections.settings.update(connections.configure_settings(settings.DATABASES))
    with suppress(AttributeError):  # one may have been made, though not opened, while Django started
        del connections["default"]


@cache
def _names_a_store(file: Path) -> bool:
    """Whether a file of tests can hold one that runs on both stores: what marks it so is written there."""
    text = file.read_text(encoding="utf-8")
    return any(word in text for word in ("django_db", "stores", "shown_on_sqlite"))


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """On PostgreSQL a file of which nothing would be run is not read: four processes would each read all of them."""
    is_left_out = _ON_POSTGRESQL and collection_path.suffix == ".py" and not _names_a_store(collection_path)
    return True if is_left_out else None


def pytest_report_header() -> str:
    return f"store: {'PostgreSQL' if _ON_POSTGRESQL else 'SQLite'}"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL run only what touches a store.  Files that take long begin first: none is waited for."""
    longest = {name: place for place, name in enumerate(_LONGEST_FIRST)}
    items.sort(key=lambda item: longest.get(item.path.stem, len(longest)))
    wanted = [item for item in items if any(map(item.get_closest_marker, ("django_db", "stores")))]
    unseen = {str(item.path) for item in wanted if not _names_a_store(item.path)}
    if unseen:
        raise pytest.UsageError(f"would not run on PostgreSQL, for no mark is written there: {', '.join(unseen)}")
    if _ON_POSTGRESQL:
        # What needs a PostgreSQL whatever the store is (marker `postgres`) had one already.
        wanted = [item for item in wanted if item.get_closest_marker("browser") is None]
        # What a page asks of the store is asked by `flows` and `store` too; each page is opened once here.
        wanted = [item for item in wanted if item.path.parent.name != "web" or item.path.stem in _PAGES_ON_BOTH]
        chosen = set(map(id, wanted))
        config.hook.pytest_deselected(items=[item for item in items if id(item) not in chosen])
        items[:] = wanted


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real feeds, lists and vectors: too large for the repository.  Without them the tests that need them skip."""
    return _shared("data")


@pytest.fixture(scope="session")
def shared_domain() -> Path:
    """The field's own tables: the state machine, the glossary, the example memorandum, the demo's distributions."""
    return _shared("domain")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a PostgreSQL for tests that make databases of their own (marker `postgres`)."""
    if _URL_VARIABLE in os.environ:
        yield os.environ[_URL_VARIABLE]
        return
    cluster = PostgresCluster()
    try:
        yield cluster.start()
    finally:
        cluster.stop()


@pytest.fixture
def new_database(postgresql_databases: Callable[..., str] | None) -> Callable[[], str] | None:
    """Makes a database for a node of its own and tells its URL; None: each node has an SQLite file.

    A test whose nodes stand on it is marked `stores`, and runs on both.
    """
    return postgresql_databases


@pytest.fixture
def bare_database(postgresql_databases: Callable[..., str] | None) -> Callable[[], str] | None:
    """The same, without tables whatever the run has kept: for a store that is filled by a restore."""
    return partial(postgresql_databases, bare=True) if postgresql_databases else None


@pytest.fixture
def postgresql_databases(request: pytest.FixtureRequest) -> Iterator[Callable[..., str] | None]:
    with _databases(request.getfixturevalue("postgres_server") if _ON_POSTGRESQL else None) as make:
        yield make


@pytest.fixture
def new_postgresql(postgres_server: str) -> Iterator[Callable[[], str]]:
    """Makes PostgreSQL databases without tables and tells their URLs; they are dropped after the test."""
    with _databases(postgres_server) as make:
        assert make is not None
        yield partial(make, bare=True)


@contextmanager
def _databases(server_url: str | None) -> Iterator[Callable[..., str] | None]:
    if server_url is None:
        yield None
        return
    names: list[str] = []

    def make(*, bare: bool = False) -> str:
        name = f"node_{uuid4().hex}"
        with psycopg.connect(server_url, autocommit=True) as server:
            create_database(server, name, bare=bare)
        names.append(name)
        return f"{server_url.rpartition('/')[0]}/{name}"

    yield make
    with psycopg.connect(server_url, autocommit=True) as server:
        for name in names:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _shared(part: str) -> Path:
    directory = Path(os.environ.get("COMITY_SHARED", ROOT.parent / "shared")) / part
    if not directory.is_dir():
        pytest.skip(f"no shared {part} in {directory}; name the shared directory in COMITY_SHARED")
    return directory
