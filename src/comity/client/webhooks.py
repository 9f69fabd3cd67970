"""For whoever receives webhooks: is this request the node's, and what does it say?

Give the URL exactly as it was declared at the node, all fields, the body as it came, and the node's public keys by
name (`comity webhook show NAME --json` prints them).  Keep the positions that you took: a message may come twice.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from comity.core.errors import InputError
from comity.wire.http_signatures import BadSignature, check_request
from comity.wire.webhook_json import BadMessage, Message, parse_message


class UnbelievedError(InputError):
    """A webhook's request is not what the node signed; answer 400 and take nothing from it."""

    code = "webhook-not-believed"


def believe(
    url: str, fields: Mapping[str, str], body: bytes, keys: Mapping[str, bytes], *, at: datetime | None = None
) -> Message:
    """The message that the node signed.  Raises `UnbelievedError`."""
    signed = check_request(url, fields, body, keys, at=at or datetime.now(UTC))
    if isinstance(signed, BadSignature):
        raise UnbelievedError(signed.sentence, item=signed.code)
    message = parse_message(body)
    if isinstance(message, BadMessage):
        raise UnbelievedError(message.sentence, item="body")
    return message
