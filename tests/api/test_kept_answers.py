"""Idempotency-Key: done once, answered with the same bytes; and never half done."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection, transaction
from django.test import Client

from api.conftest import NOW, Caller
from comity.edges.home import Home
from comity.flows.drop_answers import drop_answers
from comity.store.kept_answers import KEPT, WORK, InWorkError, Kept, Reserved, keep, reserve
from comity.store.models import Case, CaseEvent, KeptAnswer, Look, Person

pytestmark = pytest.mark.django_db
KEY = "0f8fad5b-d9cb-469f-a165-70867728950e"


def post(caller: Caller, path: str, body: object, key: str = KEY) -> Any:
    return caller.client.post(
        f"/api/v1/{path}", msgspec.json.encode(body), content_type="application/json", headers={"Idempotency-Key": key}
    )


@pytest.fixture
def ref(analyst: Caller) -> str:
    analyst.post("reports", {"name": "https://pay-demo-q7.by/", "category": "phishing"})
    return Case.objects.get().ref


def test_the_same_call_is_done_once_and_answered_with_the_same_bytes(analyst: Caller, ref: str) -> None:
    first = post(analyst, "cases/acknowledge", {"refs": [ref]})
    events = CaseEvent.objects.count()
    again = post(analyst, "cases/acknowledge", {"refs": [ref]}, key=f'"{KEY}"')

    assert first.json()["done"] == [ref]
    assert (again.status_code, again.content, again["Content-Type"]) == (200, first.content, first["Content-Type"])
    assert ("Idempotent-Replayed" in first, again["Idempotent-Replayed"]) == (False, "true")
    assert CaseEvent.objects.count() == events
    assert post(analyst, "cases/acknowledge", {"refs": [ref]}, key="another").json()["refused"][ref]


@pytest.mark.parametrize(
    ("path", "more"), [("cases/acknowledge", {"note": "x"}), ("cases/reopen", {}), ("cases/acknowledge?", {"note": ""})]
)
def test_a_key_is_for_one_call(analyst: Caller, ref: str, path: str, more: dict[str, str]) -> None:
    post(analyst, "cases/acknowledge", {"refs": [ref]})
    answer = post(analyst, path, {"refs": [ref], **more})

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")


def test_a_key_is_its_callers_own(analyst: Caller, supervisor: Caller, ref: str) -> None:
    post(analyst, "cases/acknowledge", {"refs": [ref]})
    assert post(supervisor, "cases/acknowledge", {"refs": [ref]}).json()["refused"][ref][0]["code"] == "wrong-state"


def in_work(analyst: Caller, ref: str, *, since: datetime) -> None:
    """A process that took the key and was not heard of again."""
    post(analyst, "cases/acknowledge", {"refs": [ref]}, key="template")
    row = KeptAnswer.objects.get()
    KeptAnswer.objects.filter(pk=row.pk).update(key=KEY, status=0, taken_at=since, body=b"")
    Case.objects.update(state="received")


def test_while_a_call_is_in_work_its_key_is_taken(analyst: Caller, ref: str) -> None:
    in_work(analyst, ref, since=datetime.now(UTC))
    answer = post(analyst, "cases/acknowledge", {"refs": [ref]})

    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency-in-work")


def test_what_a_killed_process_left_is_taken_over_where_nothing_can_have_been_done(analyst: Caller, ref: str) -> None:
    in_work(analyst, ref, since=datetime.now(UTC) - WORK - timedelta(seconds=1))
    holder = KeptAnswer.objects.get().holder
    late = Reserved(analyst.person.pk, KEY, holder)

    assert post(analyst, "cases/acknowledge", {"refs": [ref]}).status_code == 200
    assert KeptAnswer.objects.get().holder != holder
    with pytest.raises(InWorkError), transaction.atomic():
        keep(late, Kept(200, "application/json", b"{}"))


def test_where_something_may_have_been_done_it_is_said_so(analyst: Caller) -> None:
    body = {"refs": ["A"], "event": "recurrence_seen"}
    post(analyst, "cases/step", body)
    KeptAnswer.objects.update(status=0, taken_at=datetime.now(UTC) - WORK - timedelta(seconds=1))
    answer = post(analyst, "cases/step", body)

    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency-answer-lost")


_TRIGGERS = {
    "sqlite": [
        "CREATE TRIGGER no_answer BEFORE UPDATE ON kept_answer BEGIN SELECT RAISE(ABORT, 'the power failed'); END",
        "DROP TRIGGER no_answer",
    ],
    "postgresql": [
        """CREATE FUNCTION fail() RETURNS trigger AS $$ BEGIN RAISE 'the power failed'; END $$ LANGUAGE plpgsql;
        CREATE TRIGGER no_answer BEFORE UPDATE ON kept_answer EXECUTE FUNCTION fail()""",
        "DROP TRIGGER no_answer ON kept_answer; DROP FUNCTION fail",
    ],
}


def test_work_whose_answer_cannot_be_kept_was_not_done(analyst: Caller, ref: str) -> None:
    """The answer and the work are one transaction: where the one is lost, so is the other."""
    make, drop = _TRIGGERS[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(make)
    events = CaseEvent.objects.count()
    analyst.client.raise_request_exception = False
    assert post(analyst, "cases/acknowledge", {"refs": [ref]}).status_code == 500

    assert (Case.objects.get().state, CaseEvent.objects.count()) == ("received", events)
    with connection.cursor() as cursor:
        cursor.execute(drop)


def test_a_call_that_was_refused_as_a_whole_may_be_sent_again(analyst: Caller) -> None:
    body = {"refs": ["A"], "to": "nobody-here"}
    assert post(analyst, "cases/assign", body).status_code == 400
    assert KeptAnswer.objects.count() == 0
    Person.objects.create(username="nobody-here", role="analyst")
    assert post(analyst, "cases/assign", body).status_code == 200


def test_questions_keep_nothing(analyst: Caller) -> None:
    assert post(analyst, "names/fold", {"names": ["a.by"]}).status_code == 200
    assert KeptAnswer.objects.count() == 0


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "\x7f", '"', "é"])
def test_a_key_that_is_none_is_refused(analyst: Caller, key: str) -> None:
    answer = post(analyst, "cases/acknowledge", {"refs": ["A"]}, key=key)
    assert (answer.status_code, answer.json()["item"]) == (400, "Idempotency-Key")


def test_answers_are_dropped_after_a_day(home: Home, analyst: Caller) -> None:
    at = datetime.now(UTC)
    asked = b"x" * 32
    assert isinstance(reserve(analyst.person.pk, KEY, asked, is_whole=True, at=at), Reserved)
    assert drop_answers(home, at=at + KEPT - timedelta(minutes=1)) == 0
    later = at + KEPT + timedelta(minutes=1)
    assert isinstance(reserve(analyst.person.pk, KEY, b"y" * 32, is_whole=True, at=later), Reserved)
    assert drop_answers(home, at=later + KEPT + timedelta(minutes=1)) == 1


# -- reads and pace ----------------------------------------------------------------------------------------------------


def test_a_read_that_is_known_is_not_sent_again(analyst: Caller, ref: str) -> None:
    first = analyst.client.get(f"/api/v1/cases/{ref}")
    known = analyst.client.get(f"/api/v1/cases/{ref}", headers={"If-None-Match": f'"x", W/{first["ETag"]}'})
    assert (known.status_code, known.content, known["ETag"]) == (304, b"", first["ETag"])
    post(analyst, "cases/acknowledge", {"refs": [ref]})
    changed = analyst.client.get(f"/api/v1/cases/{ref}", headers={"If-None-Match": first["ETag"]})
    assert (changed.status_code, changed["ETag"] != first["ETag"]) == (200, True)


def test_a_token_that_calls_too_often_is_told_how_long_to_wait(settings: Any, home: Home, analyst: Caller) -> None:
    slow = msgspec.structs.replace(home.settings.web, calls_per_minute=3)
    settings.HOME = Home(home.path, msgspec.structs.replace(home.settings, web=slow))
    answers = [analyst.client.get("/api/v1/links") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0]["RateLimit-Policy"] == '"token";q=3;w=60'
    assert [answer["RateLimit"].split(";")[1] for answer in answers] == ["r=2", "r=1", "r=0", "r=0"]
    assert answers[3].json()["code"] == "too-many-calls"
    assert 15 <= int(answers[3]["Retry-After"]) <= 20
    assert Caller("auditor").client.get("/api/v1/links").status_code == 200
    assert "RateLimit" not in Client().get("/api/v1/links")


def test_a_walk_shows_every_row_that_was_there_when_it_began(home: Home, auditor: Caller) -> None:
    def look(reason: str) -> None:
        Look.objects.create(actor="a", role="analyst", subject_kind="report", subject="s", reason=reason, at=NOW)

    for number in range(5):
        look(f"{number}")
    seen, cursor = list[str](), ""
    while True:
        page = auditor.get("audit/looks", limit="2", cursor=cursor)
        seen += [row["reason"] for row in page["looks"]]
        cursor = page["next"]
        if not cursor:
            break
        look("later")
    assert seen[:5] == ["0", "1", "2", "3", "4"]
    assert auditor.get("audit/looks", of="nobody") == {"looks": [], "next": ""}
