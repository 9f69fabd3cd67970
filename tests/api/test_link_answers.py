"""What a partner is answered with: the type of each answer; and of a store that takes no writes, 503, no traceback."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import resolve

from comity.core.exchange import Ask, OutgoingEntry, Question
from comity.core.ledger import EMPTY_ROOT, Frontier, Head, entry_hash
from comity.edges.keys import load_signing_key
from comity.wire.checkpoint import sign_checkpoint
from comity.wire.link_batch import render_batch
from comity.wire.question import sign_question
from flows.receipted import take
from flows.two_parties import AT, Parties, file, phishing

pytestmark = pytest.mark.django_db

ORIGIN = "oac.by/ledger/cctld.ru"


@pytest.fixture
def parties(tmp_path: Path, settings: object) -> Parties:
    made = Parties(tmp_path)
    made.sit(made.ru)
    settings.HOME = made.ru  # type: ignore[attr-defined]
    return made


def ask(verb: str, origin: str, body: bytes) -> HttpResponse:
    path = f"/{origin}/{verb}"
    request = RequestFactory().post(path, body, content_type="text/plain")
    request.META["SSL_CLIENT_PARTNER"] = "oac.by"
    request.resolver_match = resolve(path, urlconf="comity.api.link_urls")
    view = request.resolver_match
    answer = view.func(request, *view.args, **view.kwargs)
    assert isinstance(answer, HttpResponse)
    return answer


@contextmanager
def read_only() -> Iterator[None]:
    postgresql = connection.vendor == "postgresql"
    try:
        with transaction.atomic():
            say("SET TRANSACTION READ ONLY" if postgresql else "PRAGMA query_only = ON")
            yield
            transaction.set_rollback(True)  # on PostgreSQL it is for this transaction only
    finally:
        if not postgresql:
            say("PRAGMA query_only = OFF")


def say(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_partner_is_told_to_come_again(parties: Parties, caplog: pytest.LogCaptureFixture) -> None:
    key = load_signing_key(parties.by)
    entry = OutgoingEntry("experience", "", b"words")
    edge = Frontier().extend([entry_hash(*entry)])[0]
    batch = render_batch(sign_checkpoint(Head(ORIGIN, 1, edge.root()), key.public, key.sign), 0, [entry])
    fetch = sign_question(
        Question("fetch", 1, Head("cctld.ru/ledger/oac.by", 0, EMPTY_ROOT)), "oac.by", key.public, key.sign
    )
    with read_only(), caplog.at_level(logging.INFO):
        answers = [ask("batch", ORIGIN, batch), ask("fetch", "cctld.ru/ledger/oac.by", fetch)]
    for answer in answers:
        assert answer.status_code == 503
        assert answer["Content-Type"] == "application/problem+json"
        assert json.loads(answer.content)["code"] == "store-unavailable"
    assert caplog.records
    assert not any(record.exc_info for record in caplog.records)
    assert any("the store cannot be used" in record.message for record in caplog.records)


def test_each_answer_has_the_type_of_what_it_is(parties: Parties) -> None:
    key = load_signing_key(parties.by)

    def question(verb: Ask, origin: str) -> bytes:
        asked = Question(verb, 1, Head(origin, 0, EMPTY_ROOT))
        return sign_question(asked, "oac.by", key.public, key.sign)

    own = "cctld.ru/ledger/oac.by"
    nothing = ask("fetch", own, question("fetch", own))
    assert (nothing.status_code, nothing.content) == (204, b"")
    file(parties.ru, phishing("http://bank-demo-1.by/login"))
    take(parties.ru, parties.by, [OutgoingEntry("experience", "", b"words")], at=AT)
    later = sign_question(Question("fetch", 2, Head(own, 0, EMPTY_ROOT)), "oac.by", key.public, key.sign)
    assert _type_and_first_line(ask("fetch", own, later)) == ("application/vnd.comity.batch", b"comity-batch/1")
    recalled = ask("recall", ORIGIN, question("recall", ORIGIN))
    assert _type_and_first_line(recalled) == ("application/vnd.comity.part", b"comity-part/1")
    held = ask("status", ORIGIN, sign_question(Question("status", 2, Head(ORIGIN, 0, EMPTY_ROOT)), "oac.by", key.public, key.sign))  # fmt: skip  # noqa: E501
    assert _type_and_first_line(held) == ("text/plain; charset=utf-8", ORIGIN.encode())


def _type_and_first_line(answer: HttpResponse) -> tuple[str, bytes]:
    return answer["Content-Type"], answer.content.partition(b"\n")[0]
