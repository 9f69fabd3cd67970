"""The HTTP API: the verbs of the desk, roles, bounds, and errors that say what and where."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from django.test import Client

from api.conftest import NOW, Caller
from comity.api.route import BODY_BYTES
from comity.api.routes import ROUTES
from comity.core.reports import Report
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.judge_reporter import judge_reporter
from comity.store.models import ApiToken, CaseEvent, Person, Reporter
from comity.store.public_tries import keyed_hash, take_try
from comity.store.tokens import find_bearer, issue_token, revoke_token

pytestmark = pytest.mark.django_db

REPORT = {
    "name": "https://pay-demo-q7.by/login",
    "category": "phishing",
    "observed_at": "2026-11-23T10:00:00Z",
    "report_id": "7a9f3a5e-1111-4222-8333-444455556666",
}


def filed(caller: Caller, **changed: str) -> dict[str, object]:
    return dict(caller.post("reports", {**REPORT, **changed}))


def one_case(caller: Caller) -> str:
    """File a report and answer the reference of its case."""
    filed(caller)
    return str(caller.get("cases")["cases"][-1]["ref"])


# -- cases -------------------------------------------------------------------------------------------------------------


def test_a_case_goes_its_way_over_http(analyst: Caller) -> None:
    ref = one_case(analyst)

    assert analyst.post("cases/acknowledge", {"refs": [ref]}) == {"done": [ref], "refused": {}}
    confirmed = {"refs": [ref], "disposition": "malicious", "score": 0.9, "collateral": "none", "reason": "phishing"}
    assert (
        analyst.send("cases/confirm", msgspec.json.encode({**confirmed, "check": {"mail_use": "12"}})).status_code
        == 400
    )
    answered = {"mail_use": "no:mx-lookup", "subdomain_count": "3"}
    assert analyst.post("cases/confirm", {**confirmed, "check": answered})["done"] == [ref]
    assert analyst.post("cases/notify", {"refs": [ref], "told": ["registrar"]})["done"] == [ref]
    assert analyst.post("cases/act", {"refs": [ref], "action": "delegation-ended"})["done"] == [ref]
    assert analyst.post("cases/close", {"refs": [ref], "outcome": "undelegated_registrar"})["done"] == [ref]

    case = analyst.get(f"cases/{ref}")
    assert (case["state"], case["outcome"], case["action"]) == ("closed", "undelegated_registrar", "delegation-ended")
    assert "pk" not in case
    entries = analyst.get(f"cases/{ref}/entries")["entries"]
    assert [entry["event"] for entry in entries][-1] == "close"
    assert entries[1]["actor"] == "analyst-1"
    assert entries[2]["evidence"]["rubric"] == "comity-evidence-score/1"
    assert {"question": "mail_use", "answer": "no", "source": "mx-lookup", "by": "analyst"} in entries[2]["check"]
    assert (entries[2]["score"], entries[3]["told"]) == (0.9, ["registrar"])
    assert analyst.get(f"cases/{ref}/decisions") == {"decisions": []}


def test_a_hold_takes_two_people_over_http(analyst: Caller, supervisor: Caller) -> None:
    ref = one_case(analyst)
    analyst.post("cases/acknowledge", {"refs": [ref]})
    confirmed = {"refs": [ref], "disposition": "malicious", "score": 0.9, "collateral": "none", "note": "seen"}
    analyst.post("cases/confirm", confirmed)

    assert analyst.post("cases/hold", {"refs": [ref], "reason": "phishing"})["done"] == [ref]
    assert analyst.send("cases/approve-hold", b'{"refs": ["%s"]}' % ref.encode()).status_code == 403
    assert supervisor.post("cases/approve-hold", {"refs": [ref]})["done"] == [ref]


def test_a_refused_case_says_all_its_reasons(analyst: Caller) -> None:
    ref = one_case(analyst)

    answer = analyst.post("cases/close", {"refs": [ref, "NONE"], "outcome": "hold_registry"})

    assert answer["done"] == []
    assert answer["refused"][ref][0]["code"] == "wrong-state"
    assert answer["refused"]["NONE"][0]["code"] == "not-found"


def test_cases_come_in_pages(analyst: Caller) -> None:
    for number in range(3):
        filed(analyst, name=f"https://n{number}-demo.by/", report_id=f"7a9f3a5e-1111-4222-8333-44445555666{number}")

    first = analyst.get("cases", limit="2", zone="by")
    second = analyst.get("cases", limit="2", zone="by", cursor=first["next"])

    assert [case["registrable"] for case in first["cases"] + second["cases"]] == [
        "n0-demo.by",
        "n1-demo.by",
        "n2-demo.by",
    ]
    assert second["next"] == ""


# -- reports -----------------------------------------------------------------------------------------------------------


def test_a_report_filed_twice_is_one_report(notifier: Caller) -> None:
    first, second = filed(notifier), filed(notifier)

    assert (first["accepted"], first["cases_opened"]) == (1, 1)
    assert (second["accepted"], second["duplicate"], second["cases_opened"]) == (0, 1, 0)
    assert first["status_token"] == second["status_token"]


def test_a_batch_says_of_each_bad_line_every_reason(notifier: Caller) -> None:
    lines = [
        msgspec.json.encode(REPORT),
        b'{"name":"a-demo.by","category":"copyright","colour":"red"}',
        b"",
        b"not json",
        b'{"name":"192.0.2.1","category":"phishing"}',
        b'{"name":"b-demo.example","category":"phishing"}',
    ]

    response = notifier.send("reports/batch", b"\n".join(lines), "application/x-ndjson")
    answer = msgspec.json.decode(response.content)

    assert response.status_code == 200, response.content
    assert (answer["read"], answer["accepted"], answer["foreign"]) == (5, 1, 1)
    assert [reason["code"] for reason in answer["rejected"]["2"]] == ["category-out-of-scope", "unknown-field"]
    assert "$.colour" in answer["rejected"]["2"][1]["message"]
    assert [reason["code"] for reason in answer["rejected"]["4"]] == ["bad-json"]
    assert [reason["code"] for reason in answer["rejected"]["5"]] == ["ip-address"]


def test_an_empty_batch_is_an_error(notifier: Caller) -> None:
    assert notifier.send("reports/batch", b"\n", "application/x-ndjson").status_code == 400


def test_the_reporter_hears_the_outcome_without_an_account(notifier: Caller, analyst: Caller) -> None:
    token = filed(notifier)["status_token"]
    ref = analyst.get("cases")["cases"][0]["ref"]
    analyst.post("cases/acknowledge", {"refs": [ref]})
    analyst.post("cases/dismiss", {"refs": [ref], "outcome": "not_reproducible"})

    (line,) = msgspec.json.decode(Client().get(f"/api/v1/status/{token}").content)["reports"]

    assert (line["name"], line["category"], line["state"]) == ("pay-demo-q7.by", "phishing", "closed")
    assert (line["outcome"], line["public_line"]) == ("not_reproducible", "insufficient-grounds")
    assert Client().get("/api/v1/status/nobody").status_code == 404


def test_a_notifier_sees_only_their_own_reports(notifier: Caller, analyst: Caller) -> None:
    filed(notifier)
    other = filed(analyst, name="https://other-demo.by/", report_id="7a9f3a5e-1111-4222-8333-444455556667")
    assert other["accepted"] == 1

    assert notifier.get(f"reports/{REPORT['report_id']}")["state"] == "received"
    assert analyst.get(f"reports/{REPORT['report_id']}")["state"] == "received"
    assert notifier.client.get("/api/v1/reports/7a9f3a5e-1111-4222-8333-444455556667").status_code == 404
    assert notifier.client.get("/api/v1/reports/nonsense").status_code == 400
    assert notifier.client.get("/api/v1/cases").status_code == 403


def test_a_notifier_answers_only_about_their_own_cases(notifier: Caller, analyst: Caller) -> None:
    filed(notifier)
    filed(analyst, name="https://other-demo.by/", report_id="7a9f3a5e-1111-4222-8333-444455556667")
    mine, other = (case["ref"] for case in analyst.get("cases")["cases"])
    analyst.post("cases/acknowledge", {"refs": [mine, other]})
    analyst.post("cases/ask", {"refs": [mine, other], "question": "Which page?"})

    answer = notifier.post("cases/info", {"refs": [mine, other], "answer": "/login"})

    assert answer["done"] == [mine]
    assert answer["refused"][other][0]["code"] == "not-found"


def test_reports_marked_red_stay_with_the_desk(analyst: Caller, auditor: Caller) -> None:
    filed(analyst, tlp="TLP:RED")
    ref = analyst.get("cases")["cases"][0]["ref"]

    assert len(analyst.get(f"cases/{ref}/reports")["reports"]) == 1
    assert auditor.get(f"cases/{ref}/reports")["reports"] == []


def test_a_stored_report_comes_back_as_it_was(analyst: Caller) -> None:
    ref = one_case(analyst)

    (report,) = analyst.get(f"cases/{ref}/reports")["reports"]

    assert msgspec.convert(report["report"], Report) == msgspec.convert(REPORT, Report)


def test_held_and_foreign_reports_are_listed(analyst: Caller, supervisor: Caller) -> None:
    filed(analyst, name="https://nbrb.by/x")
    filed(analyst, name="https://x-demo.example/", report_id="7a9f3a5e-1111-4222-8333-444455556668")

    assert [report["registrable"] for report in analyst.get("waiting")["reports"]] == ["nbrb.by"]
    foreign = analyst.get("waiting", standing="foreign")["reports"]
    assert [report["registrable"] for report in foreign] == ["x-demo.example"]
    assert analyst.client.get("/api/v1/waiting?standing=lost").status_code == 400
    opened = supervisor.post("cases/open-held", {"names": ["nbrb.by"], "note": "looked at it"})
    assert len(opened["done"]) == 1
    assert analyst.get("waiting")["reports"] == []


def test_names_are_folded(auditor: Caller) -> None:
    answer = auditor.post("names/fold", {"names": ["hxxps://Пример[.]БЕЛ/x", "192.0.2.1"]})

    good, bad = answer["names"]
    assert (good["zone"], good["party"], good["unicode"]) == ("xn--90ais", "oac.by", "пример.бел")
    assert bad["error"] == "ip-address"
    assert answer["psl_version"]


def test_lists_that_are_empty_are_lists(auditor: Caller) -> None:
    assert auditor.get("memoranda") == {"memoranda": []}
    assert auditor.get("links") == {"links": []}
    assert auditor.client.get("/api/v1/memoranda/sha256:00").status_code == 404


# -- who may call ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("authorization", ["", "Basic x", "Bearer", "Bearer comity_nobody", "Bearer \N{SNOWMAN}"])
def test_without_a_token_nothing_is_told(authorization: str) -> None:
    response = Client(headers={"Authorization": authorization}).get("/api/v1/cases")

    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert response["Content-Type"] == "application/problem+json"
    assert msgspec.json.decode(response.content)["code"] == "unauthorized"


def test_every_route_but_the_status_page_asks_for_a_token() -> None:
    open_routes = [route.path for route in ROUTES if not route.roles]

    assert open_routes == ["status/<token>"]
    for route in ROUTES:
        if route.roles:
            address = "/api/v1/" + route.path.replace("<", "").replace(">", "")
            call = Client().post if route.method == "POST" else Client().get
            assert call(address, content_type="application/json").status_code == 401, route.path


def test_an_auditor_reads_and_changes_nothing(auditor: Caller, analyst: Caller) -> None:
    ref = one_case(analyst)
    before = CaseEvent.objects.count()

    assert auditor.get(f"cases/{ref}")["ref"] == ref
    for route in ROUTES:
        if route.method == "POST" and not route.reads:
            assert auditor.send(route.path, b'{"refs":["%s"]}' % ref.encode()).status_code == 403, route.path
    assert CaseEvent.objects.count() == before


def test_only_the_hash_of_a_token_is_kept(analyst: Caller) -> None:
    row = ApiToken.objects.get()

    assert bytes(row.token_hash) == hashlib.sha256(analyst.token.encode()).digest()
    assert analyst.token not in str(ApiToken.objects.values())


def test_a_revoked_token_and_a_person_who_left_call_no_more() -> None:
    person = Person.objects.create(username="p", role="analyst")
    token = issue_token(person, "laptop", NOW)
    assert find_bearer(token, at=NOW).person == person

    person.is_active = False
    person.save()
    assert find_bearer(token, at=NOW) is None
    person.is_active = True
    person.save()
    assert revoke_token(person, "laptop", NOW) == 1
    assert find_bearer(token, at=NOW) is None


# -- bad input ---------------------------------------------------------------------------------------------------------


def test_a_body_over_the_limit_is_refused_before_it_is_read(analyst: Caller) -> None:
    response = analyst.send("reports/batch", b"x" * (BODY_BYTES + 1), "application/x-ndjson")

    assert response.status_code == 413
    problem = msgspec.json.decode(response.content)
    assert (problem["code"], problem["item"]) == ("too-large", "body")


@pytest.mark.parametrize(("body", "length", "status"), [(b'{"refs":["X"]}', "", 411), (b"", "0", 400)])
def test_a_body_that_comes_in_pieces_or_not_at_all_is_refused(
    analyst: Caller, body: bytes, length: str, status: int
) -> None:
    for path, media in (("cases/acknowledge", "application/json"), ("reports", "application/json")):
        response = analyst.client.post(
            f"/api/v1/{path}", body, content_type=media, CONTENT_TYPE=media, CONTENT_LENGTH=length
        )
        assert response.status_code == status, path


def test_an_unknown_member_is_refused_with_its_path(analyst: Caller) -> None:
    response = analyst.send("cases/close", b'{"refs":["X"],"outcome":"duplicate","colour":"red"}')
    problem = msgspec.json.decode(response.content)

    assert response.status_code == 400
    assert "colour" in problem["detail"]
    response = analyst.send("cases/close", b'{"refs":[1],"outcome":"duplicate"}')
    assert msgspec.json.decode(response.content)["item"] == "$.refs[0]"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b" ", 400),
        (b"[]", 400),
        (b"\xff", 400),
        (b'{"refs":[]}', 400),
        (b'{"refs":' + b"[" * 5000 + b"}", 400),
        (b'{"refs":["\\u0000"]}', 200),
        (b'{"refs":["' + b"x" * 5000 + b'"]}', 200),
    ],
)
def test_a_body_that_is_none_is_an_error_and_no_fault(analyst: Caller, body: bytes, status: int) -> None:
    assert analyst.send("cases/acknowledge", body).status_code == status


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "limit=5000", "cursor=x", "zone=a%00b", "colour=red", "zone=by&zone=ru"]
)
def test_a_query_that_is_none_is_an_error(analyst: Caller, query: str) -> None:
    response = analyst.client.get(f"/api/v1/cases?{query}")

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("call", "status"),
    [
        (lambda caller: caller.client.delete("/api/v1/cases"), 405),
        (lambda caller: caller.client.get("/api/v1/nowhere"), 404),
        (lambda caller: caller.client.get("/api/v1/cases/NONE-SUCH"), 404),
        (lambda caller: caller.send("reports", b"<x/>", "text/xml"), 415),
    ],
)
def test_everything_else_is_a_problem_too(analyst: Caller, call: Callable[[Caller], object], status: int) -> None:
    response = call(analyst)

    assert response.status_code == status  # type: ignore[attr-defined]  # Django's test response
    assert response["Content-Type"] == "application/problem+json"  # type: ignore[index]  # likewise


def test_a_reporter_who_was_stopped_or_has_filed_enough_is_told_so(home: Home, db: None) -> None:
    notifier = Caller("trusted-notifier")
    one = b'{"name":"https://stop-demo.by/","category":"phishing"}'
    assert notifier.send("reports", one).status_code == 200
    key = Reporter.objects.get(kind="trusted-notifier").key
    at = datetime.now(UTC)
    take_try(keyed_hash("s" * 50, "reports", key), limit=100_000, within=timedelta(days=1), at=at, amount=100_000)
    over = notifier.send("reports", one)
    assert (over.status_code, over.json()["code"]) == (429, "too-many-reports")
    judge_reporter(home, key, "stop", Actor("boss", "supervisor", "oac.by"), reason="Invented.", at=at)
    stopped = notifier.send("reports", one)
    assert (stopped.status_code, stopped.json()["code"]) == (403, "reporter-stopped")
    assert "Invented." in stopped.json()["detail"]
