"""The OpenAPI document is sound, whole, and true: a tester that knows nothing else calls every address by it."""

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import msgspec
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, settings
from jsonschema import Draft202012Validator

from api.conftest import Caller
from comity.api.openapi import openapi_document
from comity.api.routes import ROUTES
from comity.store.models import Person

DOCUMENT = msgspec.json.decode(msgspec.json.encode(openapi_document()))


def test_the_document_is_served_as_it_is_made() -> None:
    response = Client().get("/api/v1/openapi.json")

    assert response["Content-Type"] == "application/json"
    assert msgspec.json.decode(response.content) == DOCUMENT
    assert Client().post("/api/v1/openapi.json").status_code == 405


def test_every_schema_is_a_schema_and_every_reference_leads_somewhere() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    names = set(re.findall(r"#/components/schemas/(\w+)", msgspec.json.encode(DOCUMENT).decode()))

    assert names <= set(schemas)
    assert set(schemas) <= names | {"ProblemDocument"}


def test_every_route_is_in_the_document_once() -> None:
    told = {(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods}

    assert told == {(route.method, "/" + re.sub(r"<(\w+)>", r"{\1}", route.path)) for route in ROUTES}
    ids = [operation["operationId"] for methods in DOCUMENT["paths"].values() for operation in methods.values()]
    assert len(ids) == len(set(ids)) == len(ROUTES)


def test_every_route_says_who_may_and_what_it_is() -> None:
    accounts = {role.value for role in Person.Role}
    for route in ROUTES:
        assert route.summary, route.path
        assert set(route.roles) <= accounts, route.path


@pytest.fixture
def token(supervisor: Caller) -> Iterator[str]:
    """Somebody who may do most, and a case that is there; between calls the test's connection stays open."""
    supervisor.post("reports", {"name": "https://pay-demo-q7.by/", "category": "phishing"})
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield supervisor.token
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


# Every value at its bounds (phase "coverage") takes minutes; a few drawn ones for each address take seconds.
# Reports as lines of text have no serializer there; test_api sends them.
# What these take has a meaning that no schema can say: a text of another grammar (a name, a memorandum, octets of a
# kind), one line, an account that is there, a moment to come.
BY_MEANING = [
    "/cases/assign", "/cases/confirm", "/cases/hold", "/cases/{ref}/attachments", "/consultations",
    "/consultations/{consultation}/close",
    "/consultations/{consultation}/reopen", "/consultations/{consultation}/reply", "/experts", "/library",
    "/library/{article}/versions", "/links/{partner}/compare", "/memoranda/explain", "/names/look-up",
    "/reporters/{reporter}/allow", "/reporters/{reporter}/slow", "/reporters/{reporter}/stop",
]  # fmt: skip
CONFIG = schemathesis.Config.from_dict(
    {
        "phases": {"coverage": {"enabled": False}},
        # 422: a key that a case before sent with another call
        "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "3xx", 401, 403, 404, 409, 422, 429]}},
        "operations": [
            {"include-path": BY_MEANING, "checks": {"positive_data_acceptance": {"enabled": False}}},
            # A report that is none is answered as a line of a batch is: 200, and why it was rejected.
            {"include-path": "/reports", "checks": {"negative_data_rejection": {"enabled": False}}},
        ],
    }
)
schema = schemathesis.openapi.from_dict(deepcopy(DOCUMENT), config=CONFIG).exclude(path="/reports/batch")
schema.app = get_wsgi_application()
# The walk by links keeps to cases, so that a few steps come far.
ABOUT_CASES = openapi_document(tuple(route for route in ROUTES if route.path.partition("/")[0] == "cases"))
walked = schemathesis.openapi.from_dict(msgspec.json.decode(msgspec.json.encode(ABOUT_CASES)), config=CONFIG)
walked.app = schema.app


@pytest.mark.django_db
@schema.parametrize()
@settings(max_examples=2, suppress_health_check=list(HealthCheck), derandomize=True)
def test_the_program_does_what_the_document_says(case: Any, token: str) -> None:
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"})


@pytest.mark.django_db
def test_the_links_lead_from_lists_to_items_to_verbs(token: str) -> None:
    """What an answer names is what the next operation takes; whatever comes of it fits the document."""
    taken: set[str] = set()

    class Walk(walked.as_state_machine()):  # type: ignore[misc]  # made at run time
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": {"Authorization": f"Bearer {token}"}}

        def validate_response(self, response: Any, case: Any, **more: Any) -> None:
            # Every call bears the token, so that a walk without one cannot be made here: test_who_may_call does.
            case.validate_response(response, excluded_checks=[schemathesis.checks.ignored_auth])

        def after_call(self, response: Any, case: Any) -> None:
            if response.status_code == 200:
                taken.add(case.operation.label)

    Walk.run(settings=settings(max_examples=3, stateful_step_count=8, suppress_health_check=list(HealthCheck),
                               derandomize=True, deadline=None))  # fmt: skip

    assert taken
    assert any("{ref}" in label for label in taken), taken
