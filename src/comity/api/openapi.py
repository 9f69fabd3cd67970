"""The OpenAPI 3.1 document of `/api/v1`: made from the route table and the structs, so it cannot differ from them."""

import re
from typing import Any, Final

import msgspec

from comity.api.calls import BODY_BYTES, NDJSON, Route
from comity.api.routes import ROUTES
from comity.api.schemas import ProblemDocument
from comity.wire.report_json import report_schema

_REF: Final = "#/components/schemas/{name}"
_PARAMETER: Final = re.compile(r"<(\w+)>")
_TEXT: Final = {"type": "string", "minLength": 1}
_PATH_SCHEMA: Final = {"report_id": {"type": "string", "format": "uuid"}}
_PROBLEM: Final = {
    "description": "A problem (RFC 9457)",
    "content": {"application/problem+json": {"schema": {"$ref": _REF.format(name="ProblemDocument")}}},
}


def openapi_document(routes: tuple[Route, ...] = ROUTES) -> dict[str, Any]:
    """Make the document."""
    structs = {struct for route in routes for struct in (route.answer, route.body, route.query) if struct is not None}
    structs.add(ProblemDocument)
    ordered = sorted(structs, key=lambda struct: struct.__name__)
    _, schemas = msgspec.json.schema_components(ordered, ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        address = "/" + _PARAMETER.sub(r"{\1}", route.path)
        paths.setdefault(address, {})[route.method.lower()] = _operation(route, schemas)
    for route in routes:
        schemas.pop(route.query.__name__, None)  # a query stands in the parameters, not in a body
    report = report_schema()
    definitions = report.pop("$defs")
    report.pop("$id")
    report.pop("$schema")
    schemas["Report"] = _moved(report)
    schemas |= {name: _moved(definition) for name, definition in definitions.items()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Comity",
            "version": "1",
            "summary": "What a registry's node offers to its own people and programs.",
            "description": f"Bodies have at most {BODY_BYTES} bytes. Errors are problem details with a stable code. "
            "The ledgers themselves are published beside this API under /log/, as C2SP tlog-tiles.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/api/v1"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for route in routes)],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(route: Route, schemas: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.handler.__name__,
        "summary": route.summary,
        "tags": [route.tag],
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": _PATH_SCHEMA.get(name, _TEXT)}
            for name in _PARAMETER.findall(route.path)
        ]
        + [
            {"name": name, "in": "query", "required": False, "schema": schema}
            for name, schema in schemas[route.query.__name__]["properties"].items()
        ],
        "responses": {
            "200": {
                "description": route.summary,
                "content": {"application/json": {"schema": {"$ref": _REF.format(name=route.answer.__name__)}}},
            },
            "default": _PROBLEM,
        },
        "security": [{"token": []}] if route.roles else [],
    }
    if route.roles:
        operation["description"] = f"For the roles {', '.join(route.roles)}."
    if route.method == "POST":
        operation["requestBody"] = {"required": True, "content": {route.media_type: {"schema": _body_schema(route)}}}
    return operation


def _body_schema(route: Route) -> dict[str, Any]:
    if route.media_type == NDJSON:
        return {"type": "string", "description": "One Report a line."}
    return {"$ref": _REF.format(name=route.body.__name__ if route.body else "Report")}


def _moved(schema: Any) -> Any:
    """Point references within the report's own schema to where its parts stand here."""
    if isinstance(schema, dict):
        return {
            key: value.replace("#/$defs/", "#/components/schemas/") if key == "$ref" else _moved(value)
            for key, value in schema.items()
        }
    return [_moved(item) for item in schema] if isinstance(schema, list) else schema
