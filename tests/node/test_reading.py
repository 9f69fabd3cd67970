"""Pages and API read from a real streaming replica, never miss what was done through them, and go on without it."""

import json
import re
import ssl
import time
from collections.abc import Iterator
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPSHandler, build_opener

import psycopg
import pytest

from comity.core.errors import SettingError
from comity.demo.nodes import CommandError, Node, make_nodes
from comity.edges.home import DatabaseSettings, Home, NodeSettings
from postgres_cluster import PostgresCluster

pytestmark = [pytest.mark.processes, pytest.mark.postgres]


class Registry:
    """A node whose store has a replica, and the replica's own switch."""

    def __init__(self, node: Node, cluster: PostgresCluster, replica: str) -> None:
        self.node, self.cluster, self.replica = node, cluster, replica
        node.work("person", "add", "olga", "--role", "supervisor", "--no-password")
        made = json.loads(node.work("person", "token", "olga", "--label", "test", "--json"))
        self.headers = {"Authorization": f"Bearer {made['token']}", "Content-Type": "application/json"}

    def call(self, method: str, path: str, body: Any = None) -> Any:
        context = ssl.create_default_context(cafile=str(self.node.place.path / "tls" / "ca.pem"))
        connection = HTTPSConnection("127.0.0.1", self.node.place.web_port, context=context, timeout=30)
        try:
            connection.request(method, path, json.dumps(body) if body else None, self.headers)
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status == 200, text
            return json.loads(text)
        finally:
            connection.close()

    def count_cases(self) -> int:
        return len(self.call("GET", "/api/v1/cases")["cases"])

    def take_in(self, *names: str) -> None:
        """As somebody else would: not through the pages or the API."""
        lines = "".join(json.dumps({"name": name, "category": "phishing"}) + "\n" for name in names)
        self.node.work("intake", "-", "--format", "ndjson", "--reporter", "test", text=lines)

    def replay(self, *, goes_on: bool) -> None:
        with psycopg.connect(self.replica, autocommit=True) as replica:
            replica.execute(f"SELECT pg_wal_replay_{'resume' if goes_on else 'pause'}()")

    def wait_for_cases(self, count: int) -> None:
        end = time.monotonic() + 30
        while self.count_cases() != count:
            assert time.monotonic() < end
            time.sleep(0.05)


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    cluster = PostgresCluster()
    try:
        server = cluster.start()
        with psycopg.connect(server, autocommit=True) as primary:
            primary.execute("CREATE DATABASE node")
        url = f"{server.rpartition('/')[0]}/node"
        replica = f"{cluster.start_replica().rpartition('/')[0]}/node"
        (node,) = make_nodes(tmp_path, ["cctld.ru"], database_urls=[url])
        file = node.place.path / "node.toml"
        file.write_text(file.read_text().replace("[database]\n", f'[database]\nreplica = "{replica}"\n'))
        made = Registry(node, cluster, replica)
        node.serve()
        try:
            end = time.monotonic() + 60
            while not _answers(node):
                assert time.monotonic() < end, (node.place.path / "serve.log").read_text()
                time.sleep(0.1)
            yield made
        finally:
            node.stop()
    finally:
        cluster.stop()


def _answers(node: Node) -> bool:
    try:
        return node.get("/readyz")[0] == 200
    except CommandError:
        return False


def test_a_replica_is_read_when_it_may_be_and_never_hides_what_was_just_done(registry: Registry) -> None:
    registry.take_in("first-demo.ru")
    registry.wait_for_cases(1)

    registry.replay(goes_on=False)
    registry.take_in("second-demo.ru", "third-demo.ru")
    assert registry.count_cases() == 1  # the replica was asked: it cannot know better yet

    registry.call("POST", "/api/v1/reports", {"name": "fourth-demo.ru", "category": "phishing"})
    assert registry.count_cases() == 4  # after a write through the API the replica is passed over

    registry.replay(goes_on=True)
    registry.wait_for_cases(4)
    _until_replayed(registry)
    registry.replay(goes_on=False)
    registry.take_in("fifth-demo.ru")
    assert registry.count_cases() == 4  # it has caught up, and is asked again
    registry.replay(goes_on=True)
    registry.wait_for_cases(5)

    registry.cluster.stop_replica()
    registry.take_in("sixth-demo.ru")
    assert registry.count_cases() == 6  # without it the node goes on from the primary
    assert registry.node.get("/readyz")[0] == 200


def test_every_desk_page_opens_from_the_replica(registry: Registry) -> None:
    registry.node.work(
        "person", "add", "nina", "--role", "supervisor", "--password-stdin", text="long enough, and so\n"
    )
    registry.take_in("first-demo.ru")
    registry.wait_for_cases(1)
    context = ssl.create_default_context(cafile=str(registry.node.place.path / "tls" / "ca.pem"))
    browser = build_opener(HTTPSHandler(context=context), HTTPCookieProcessor())
    browser.addheaders = [("Referer", registry.node.place.url)]

    def page(path: str, form: dict[str, str] | None = None) -> str:
        data = urlencode(form).encode() if form else None
        with browser.open(registry.node.place.url + path.lstrip("/"), data, timeout=30) as answer:
            assert answer.status == 200
            text: str = answer.read().decode()
            return text

    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page("/sign-in/"))
    assert token is not None
    form = {"csrfmiddlewaretoken": token[1], "username": "nina", "password": "long enough, and so", "next": "/inbox/"}
    assert "first-demo.ru" in page("/sign-in/", form)  # the session was made a moment ago, and is found
    _until_replayed(registry)
    registry.replay(goes_on=False)
    registry.take_in("second-demo.ru")
    inbox = page("/inbox/?state=all")
    assert "first-demo.ru" in inbox
    assert "second-demo.ru" not in inbox  # from the replica
    case = re.search(r'href="(/cases?/[^"?]+)"', inbox)
    assert case is not None
    for path in (case[1], "/links/", "/memoranda/", "/held/", "/"):
        assert "</html>" in page(path)
    registry.replay(goes_on=True)


def _until_replayed(registry: Registry) -> None:
    with psycopg.connect(registry.node.place.database_url, autocommit=True) as primary:
        (position,) = primary.execute("SELECT pg_current_wal_lsn()::text").fetchone() or ("",)
    with psycopg.connect(registry.replica, autocommit=True) as replica:
        end = time.monotonic() + 30
        while replica.execute("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", [position]).fetchone() != (True,):
            assert time.monotonic() < end
            time.sleep(0.05)


def test_a_promoted_replica_is_not_read(registry: Registry) -> None:
    registry.take_in("first-demo.ru")
    registry.wait_for_cases(1)
    with psycopg.connect(registry.replica, autocommit=True) as replica:
        replica.execute("SELECT pg_promote()")
    registry.take_in("second-demo.ru")
    assert registry.count_cases() == 2


@pytest.mark.parametrize(
    ("url", "replica"),
    [
        ("sqlite:///comity.sqlite3", "postgresql://comity@127.0.0.1/node"),
        ("postgresql://comity@127.0.0.1/node", "sqlite:///comity.sqlite3"),
    ],
)
def test_only_postgresql_has_a_replica(tmp_path: Path, url: str, replica: str) -> None:
    database = DatabaseSettings(url=url, replica=replica)
    home = Home(tmp_path, NodeSettings(party="cctld.ru", zones=("ru",), secret_key="x", database=database))
    with pytest.raises(SettingError, match="replica"):
        home.databases()
