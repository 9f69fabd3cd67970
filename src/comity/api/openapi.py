"""The OpenAPI 3.1 document of `/api/v1`: made from the route table and the structs, so it cannot differ from them.

Links lead from every answer that names something to every operation that takes it: from a list to an item, from an
item to its verbs.  They are made from one small table: where in an answer the value of a path parameter stands.
"""

import re
from typing import Any, Final

import msgspec

from comity.api.route import JSON, NDJSON, OCTETS, Route
from comity.api.routes import ROUTES
from comity.wire.api import cases, consultations, library, links, memoranda, offices, plans, registry, reports
from comity.wire.api.case_verbs import VerbBody
from comity.wire.api.parts import Octets, ProblemDocument
from comity.wire.report_json import report_schema

_REF: Final = "#/components/schemas/{name}"
_PARAMETER: Final = re.compile(r"<(\w+)>")
_TEXT: Final = {"type": "string", "minLength": 1, "maxLength": 300}
_UUID: Final = {"type": "string", "format": "uuid"}
_PATH_SCHEMA: Final[dict[str, dict[str, Any]]] = {
    "report_id": _UUID,
    "number": {"type": "string", "pattern": "^[0-9]{1,18}$"},
    "reporter": {"type": "string", "pattern": "^[0-9]{1,18}$"},
    "plan": {"type": "string", "pattern": "^[0-9a-f]{6,64}$"},
    "period": {"type": "string", "pattern": "^20[0-9]{2}-(0[1-9]|1[0-2]|H[12])$"},
}
# Where an answer names something: answer → path parameter → JSON Pointer.  `ref` also fills `refs` of the verbs.
_NAMED: Final[dict[type[msgspec.Struct], tuple[str, str]]] = {
    cases.CasesDocument: ("ref", "/cases/0/ref"),
    cases.CaseDocument: ("ref", "/ref"),
    cases.DueListDocument: ("ref", "/cases/0/ref"),
    cases.AttachmentsDocument: ("attachment", "/attachments/0/uuid"),
    cases.AttachedDocument: ("attachment", "/uuid"),
    cases.LettersDocument: ("number", "/letters/0/number"),
    plans.PlansDocument: ("plan", "/plans/0/hash"),
    plans.PlanMadeDocument: ("plan", "/hash"),
    plans.PlanDocument: ("plan", "/hash"),
    reports.ReportsDocument: ("report_id", "/reports/0/report_id"),
    reports.FiledDocument: ("token", "/status_token"),
    registry.ReportersDocument: ("reporter", "/reporters/0/number"),
    registry.StatementsDocument: ("digest", "/statements/0/digest"),
    registry.RegistrarsDocument: ("handle", "/registrars/0/handle"),
    registry.RegistrarPutDocument: ("handle", "/registrar/handle"),
    memoranda.MemorandaDocument: ("digest", "/memoranda/0/digest"),
    links.LinksDocument: ("partner", "/links/0/partner"),
    consultations.ConsultationsDocument: ("consultation", "/consultations/0/consultation"),
    consultations.ConsultedDocument: ("consultation", "/consultation"),
    consultations.ExpertsDocument: ("expert", "/experts/0/expert"),
    consultations.ExpertToldDocument: ("expert", "/expert"),
    library.ArticlesDocument: ("article", "/articles/0/uuid"),
    library.WrittenDocument: ("article", "/uuid"),
    library.AdoptedDocument: ("article", "/uuid"),
    offices.SubscribersDocument: ("subscriber", "/subscribers/0/key"),
}
_PROBLEM: Final = {
    "description": "A problem (RFC 9457)",
    "content": {"application/problem+json": {"schema": {"$ref": _REF.format(name="ProblemDocument")}}},
}
_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key with the same call: done once, answered with the same bytes for 24 hours.",
    "schema": {"type": "string", "pattern": "^[!#-~]{1,255}$"},
}


def openapi_document(routes: tuple[Route, ...] = ROUTES) -> dict[str, Any]:
    """Make the document."""
    structs = {struct for route in routes for struct in (route.answer, route.body, route.query) if struct is not None}
    structs.add(ProblemDocument)
    structs.discard(Octets)
    ordered = sorted(structs, key=lambda struct: struct.__name__)
    _, schemas = msgspec.json.schema_components(ordered, ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        address = "/" + _PARAMETER.sub(r"{\1}", route.path)
        paths.setdefault(address, {})[route.method.lower()] = _operation(route, routes, schemas)
    for route in routes:
        schemas.pop(route.query.__name__, None)  # a query stands in the parameters, not in a body
    report = report_schema()
    definitions = report.pop("$defs")
    report.pop("$id")
    report.pop("$schema")
    schemas["Report"] = _moved(report)
    if "ExplainBody" in schemas:  # a member that is a report is one; the struct says only that it is an object
        schemas["ExplainBody"]["properties"]["report"] = {"$ref": _REF.format(name="Report")}
    schemas |= {name: _moved(definition) for name, definition in definitions.items()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Comity",
            "version": "1",
            "summary": "What a registry's node offers to its own people and programs.",
            "description": "Errors are problem details with a stable code. Every call that changes something may carry "
            "an Idempotency-Key; every read carries an ETag; RateLimit says how many calls a token has left. The "
            "ledgers themselves are published beside this API under /log/, as C2SP tlog-tiles.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/api/v1"}],
        "tags": [{"name": noun} for noun in dict.fromkeys(route.noun for route in routes)],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(route: Route, routes: tuple[Route, ...], schemas: dict[str, Any]) -> dict[str, Any]:
    answered: dict[str, Any] = {"description": route.summary, "content": _answer_content(route)}
    if links := _links(route, routes):
        answered["links"] = links
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "tags": [route.noun],
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": _PATH_SCHEMA.get(name, _TEXT)}
            for name in _PARAMETER.findall(route.path)
        ]
        + [
            {
                "name": name,
                "in": "query",
                "required": name in schemas[route.query.__name__].get("required", ()),
                "schema": schema,
            }
            for name, schema in schemas[route.query.__name__]["properties"].items()
        ],
        "responses": {"200": answered, "default": _PROBLEM},
        "security": [{"token": []}] if route.roles else [],
    }
    if route.roles:
        operation["description"] = f"For the roles {', '.join(route.roles)}."
    if route.method == "POST":
        operation["requestBody"] = {"required": True, "content": {route.media_type: {"schema": _body_schema(route)}}}
        if not route.reads:
            operation["parameters"].append(_KEY)
    return operation


def _answer_content(route: Route) -> dict[str, Any]:
    if route.answer is Octets:
        return {OCTETS: {"schema": {"type": "string", "format": "binary"}}}
    return {JSON: {"schema": {"$ref": _REF.format(name=route.answer.__name__)}}}


def _links(route: Route, routes: tuple[Route, ...]) -> dict[str, Any]:
    """Every operation that takes what this answer names."""
    if route.answer not in _NAMED:
        return {}
    parameter, pointer = _NAMED[route.answer]
    value = f"$response.body#{pointer}"
    if parameter == "digest":  # of a memorandum or of a statement: each leads to its own
        routes = tuple(other for other in routes if other.noun == route.noun)
    found: dict[str, Any] = {
        other.name: {"operationId": other.name, "parameters": {f"path.{parameter}": value}}
        for other in routes
        if f"<{parameter}>" in other.path
    }
    if parameter == "ref":
        found |= {
            other.name: {"operationId": other.name, "requestBody": {"refs": [value]}}
            for other in routes
            if other.body is VerbBody
        }
    return found


def _body_schema(route: Route) -> dict[str, Any]:
    if route.media_type == NDJSON:
        return {"type": "string", "description": "One Report a line."}
    if route.media_type == OCTETS:
        return {"type": "string", "format": "binary"}
    return {"$ref": _REF.format(name=route.body.__name__ if route.body else "Report")}


def _moved(schema: Any) -> Any:
    """Point references within the report's own schema to where its parts stand here."""
    if isinstance(schema, dict):
        return {
            key: value.replace("#/$defs/", "#/components/schemas/") if key == "$ref" else _moved(value)
            for key, value in schema.items()
        }
    return [_moved(item) for item in schema] if isinstance(schema, list) else schema
