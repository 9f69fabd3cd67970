"""What the methods of `comity.client.calls` are made of: structs become queries and bodies, answers become structs."""

import uuid
from collections.abc import Iterable
from typing import Final, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from comity.client.errors import UnreachableError
from comity.client.transport import Response, Transport
from comity.core.reports import Report

JSON: Final = "application/json"
NDJSON: Final = "application/x-ndjson"
OCTETS: Final = "application/octet-stream"

Answer = TypeVar("Answer", bound=msgspec.Struct)


class Caller:
    """A token and the way to a node."""

    def __init__(self, transport: Transport, token: str) -> None:
        self._transport = transport
        self._fields = {"Authorization": f"Bearer {token}"} if token else {}

    def _get(self, path: str, answer: type[Answer], query: msgspec.Struct | None = None) -> Answer:
        return _read(self._transport.send("GET", path + _query(query), self._fields, None), answer)

    def _get_octets(self, path: str) -> bytes:
        return self._transport.send("GET", path, self._fields, None).body

    def _post(
        self, path: str, answer: type[Answer], body: bytes, *, media_type: str = JSON,
        query: msgspec.Struct | None = None, key: str | None = None,
    ) -> Answer:  # fmt: skip
        return _read(self._send(path + _query(query), body, media_type, key), answer)

    def _post_octets(self, path: str, body: bytes, *, query: msgspec.Struct | None = None) -> bytes:
        return self._send(path + _query(query), body, JSON, None).body

    def _send(self, path: str, body: bytes, media_type: str, key: str | None) -> Response:
        fields = {**self._fields, "Content-Type": media_type}
        if key is not None:  # what changes something always has a key: a new one where none was given
            fields["Idempotency-Key"] = key or uuid.uuid4().hex
        return self._transport.send("POST", path, fields, body)


def encode(value: msgspec.Struct) -> bytes:
    """A body as JSON."""
    return msgspec.json.encode(value)


def encode_lines(reports: Iterable[Report]) -> bytes:
    """Reports, one a line."""
    return b"".join(msgspec.json.encode(report) + b"\n" for report in reports)


def part(value: str | int) -> str:
    """A part of an address."""
    return quote(str(value), safe="")


def _query(query: msgspec.Struct | None) -> str:
    if query is None:
        return ""
    said = {
        field.encode_name: value
        for field in msgspec.structs.fields(query)
        if (value := getattr(query, field.name)) != field.default
    }
    texts = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in said.items()}
    return f"?{urlencode(texts)}" if texts else ""


def _read(response: Response, answer: type[Answer]) -> Answer:
    try:
        return msgspec.json.decode(response.body, type=answer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreachableError(f"answered with what is no {answer.__name__}: {error}", item="body") from error
