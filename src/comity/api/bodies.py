"""What was sent: the query and the body of a call, bounded and checked before a handler sees them.

A parameter or member that is not declared, or stands there twice, is refused with its name; a body is refused unread
where it is too large, of another media type, or of a length that is not said.
"""

from typing import Any, Final

import msgspec
from django.http import HttpRequest, UnreadablePostError

from comity.api.route import Route
from comity.core.errors import ComityError, InputError, LengthRequiredError, TooLargeError

# How msgspec says it, and where the path of the offending member stands in it.
_AT: Final = " - at `"


class MediaTypeError(ComityError):
    """The body is of a kind that this address does not take."""

    code = "unsupported-media-type"
    http_status = 415


def read_query(route: Route, request: HttpRequest) -> msgspec.Struct:
    """Read the query; a parameter given twice or not declared is refused."""
    given: dict[str, str] = {}
    for name, values in request.GET.lists():
        if len(values) != 1:
            raise InputError("is given more than once", item=str(name))
        given[str(name)] = str(values[0])
    try:
        return msgspec.convert(given, route.query, strict=False)
    except msgspec.ValidationError as error:
        raise _invalid(error, "query") from error


def read_octets(route: Route, request: HttpRequest) -> bytes:
    """Read the body as it came."""
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length:
        raise LengthRequiredError("say how long the body is (Content-Length); it is not taken in pieces", item="body")
    if not length.isdecimal() or int(length) > route.body_bytes:
        raise TooLargeError(f"a body has at most {route.body_bytes} bytes", item="body")
    if request.content_type != route.media_type:
        raise MediaTypeError(f"send {route.media_type}", item=request.content_type or "Content-Type")
    try:
        data = bytes(request.read(route.body_bytes + 1))
    except UnreadablePostError as error:
        raise InputError("the body ended before its time", item="body") from error
    if len(data) > route.body_bytes:
        raise TooLargeError(f"a body has at most {route.body_bytes} bytes", item="body")
    if not data:
        raise InputError("is empty", item="body")
    return data


def parse_body(route: Route, data: bytes) -> Any:
    """The body as the route's struct; the octets where it declares none."""
    if route.body is None:
        return data
    try:
        return msgspec.json.decode(data, type=route.body)
    except msgspec.ValidationError as error:
        raise _invalid(error, "body") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"not JSON: {error}", item="body") from error


def _invalid(error: msgspec.ValidationError, where: str) -> InputError:
    message, _, place = str(error).partition(_AT)
    return InputError(message, item=place.rstrip("`") or where)
