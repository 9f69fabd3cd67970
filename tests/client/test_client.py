"""The client against a real server over real connections, and against one that hangs up, refuses and is slow."""

import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from comity.client.errors import RefusedError, UnreachableError
from comity.client.node import Node, walk
from comity.core.errors import InputError
from comity.core.reports import Report
from comity.edges.home import Home, NodeSettings
from comity.store.models import CaseEvent, Person
from comity.store.tokens import issue_token
from comity.wire.api.case_verbs import OutcomeBody, VerbBody
from comity.wire.api.cases import AttachQuery, CasesQuery, WhyBody
from comity.wire.api.reports import NamesBody

ROOT = Path(__file__).resolve().parent.parent.parent


def test_the_methods_are_those_of_the_route_table() -> None:
    asked = subprocess.run([sys.executable, "tools/client.py", "--check"], cwd=ROOT, capture_output=True, check=False)
    assert asked.returncode == 0, asked.stderr.decode()


def test_the_client_needs_no_framework_and_nothing_of_the_server() -> None:
    program = (
        "import sys, comity.client.node, comity.client.webhooks\n"
        "rooms = {name.split('.')[1] for name in sys.modules if name.startswith('comity.')}\n"
        "assert rooms <= {'client', 'wire', 'core'}, rooms\n"
        "assert 'django' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.fixture
def node(live_server: Any, settings: LazySettings, tmp_path: Path) -> Iterator[Node]:
    settings.HOME = Home(tmp_path, NodeSettings(party="oac.by", zones=("by", "xn--90ais"), secret_key="s" * 50))
    person = Person.objects.create(username="anna", role="analyst")
    with Node(live_server.url, issue_token(person, "test", datetime(2026, 11, 23, tzinfo=UTC))) as opened:
        yield opened


@pytest.mark.django_db(transaction=True)
def test_a_program_works_at_the_desk(node: Node) -> None:
    filed = node.post_reports([
        Report(name=f"https://n{number}-demo.by/", category="phishing") for number in range(5)
    ])  # fmt: skip
    assert (filed.accepted, filed.cases_opened) == (5, 5)
    pages = list(walk(node.show_cases, CasesQuery(state="received", limit=2)))
    assert [len(page.cases) for page in pages] == [2, 2, 1]
    refs = tuple(case.ref for page in pages for case in page.cases)

    assert node.post_acknowledge(VerbBody(refs=refs)).done == refs
    key = "once-and-no-more"
    first = node.post_dismiss(OutcomeBody(refs=refs[:1], outcome="not_reproducible"), key=key)
    told = CaseEvent.objects.count()
    assert node.post_dismiss(OutcomeBody(refs=refs[:1], outcome="not_reproducible"), key=key) == first
    assert CaseEvent.objects.count() == told

    kept = node.post_attachment(refs[1], b"seen at noon\n", AttachQuery(name="log.txt", kind="log"))
    assert (kept.media_type, kept.size) == ("text/plain", 13)
    assert node.show_attachments(refs[1]).attachments[0].sha256 == kept.sha256
    assert node.fold_names(NamesBody(names=("пример.бел",))).names[0].zone == "xn--90ais"


@pytest.mark.django_db(transaction=True)
def test_a_refusal_carries_its_code(node: Node) -> None:
    with pytest.raises(RefusedError) as refused:
        node.show_case("NONE-SUCH/../x")
    assert (refused.value.problem.code, refused.value.problem.status) == ("not-found", 404)
    with pytest.raises(RefusedError) as refused:
        node.show_looks()
    assert refused.value.problem.code == "forbidden"


# -- the way ---------------------------------------------------------------------------------------------------------


@contextmanager
def answering(*answers: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A server that gives one answer for each connection; b"" hangs up.  It keeps what it was asked."""
    asked: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for answer in answers:
            connection, _ = listener.accept()
            with closing(connection):
                asked.append(_whole(connection))
                connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked
    finally:
        thread.join(5)
        listener.close()


def _whole(connection: socket.socket) -> bytes:
    """A request with its body, which http.client sends on its own."""
    data = b""
    while not (found := re.search(rb"\r\n\r\n", data)):
        data += connection.recv(65_536)
    length = re.search(rb"Content-Length: ([0-9]+)", data)
    while len(data) < found.end() + int(length[1] if length else 0):
        data += connection.recv(65_536)
    return data


def said(status: str, body: bytes, *fields: str) -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *fields]
    return "\r\n".join([*head, "", ""]).encode() + body


DONE = said("200 OK", b'{"done":["A"],"refused":{}}')
LINKS = said("200 OK", b'{"links":[]}')
BUSY = said(
    "503 Service Unavailable", b'{"type":"x","title":"t","status":503,"detail":"d","code":"c"}', "Retry-After: 7"
)
IN_WORK = said("409 C", b'{"type":"x","title":"t","status":409,"detail":"d","code":"idempotency-in-work"}')


def test_what_changes_something_is_sent_again_with_the_same_key() -> None:
    waits: list[float] = []
    with answering(b"", BUSY, IN_WORK, DONE) as (url, asked), Node(url, "t", wait=waits.append) as node:
        assert node.post_acknowledge(VerbBody(refs=("A",))).done == ("A",)
    assert len(set(asked)) == 1
    assert b"Idempotency-Key: " in asked[0]
    assert waits == [0.5, 7.0, 2.0]


def test_a_read_is_sent_again_and_in_the_end_given_up() -> None:
    waits: list[float] = []
    with answering(b"", LINKS) as (url, _), Node(url, "t", wait=waits.append) as node:
        assert node.show_links().links == ()
    with answering(b"", b"", b"", b"") as (url, asked), Node(url, wait=waits.append) as node:
        with pytest.raises(UnreachableError):
            node.show_links()
        assert len(asked) == 4
        assert not any(b"Authorization" in one for one in asked)


@pytest.mark.parametrize(
    "call",
    [
        lambda node: node.fold_names(NamesBody(names=("a.by",))),
        lambda node: node.make_evidence("R", WhyBody(reason="asked by a court")),
    ],
)
def test_a_question_that_is_posted_has_no_key_and_is_sent_once(call: Callable[[Node], object]) -> None:
    with answering(b"") as (url, asked), Node(url, "t") as node, pytest.raises(UnreachableError):
        call(node)
    assert b"Idempotency-Key" not in asked[0]


@pytest.mark.parametrize("answer", [said("200 OK", b"{"), said("200 OK", b"[]"), b"nonsense\r\n\r\n"])
def test_an_answer_that_is_none_is_said_to_be_none(answer: bytes) -> None:
    with answering(answer) as (url, _), Node(url, "t") as node, pytest.raises(UnreachableError):
        node.fold_names(NamesBody(names=("a.by",)))


def test_a_problem_that_is_none_still_has_its_status() -> None:
    with (
        answering(said("418 I'm a teapot", b"<html>")) as (url, _),
        Node(url, "t") as node,
        pytest.raises(RefusedError) as refused,
    ):
        node.show_links()
    assert refused.value.problem.status == 418


@pytest.mark.parametrize("url", ["http://desk.example.by", "ftp://x", "https://", "desk.example.by"])
def test_a_token_is_not_sent_in_the_clear(url: str) -> None:
    with pytest.raises(InputError):
        Node(url, "t")
