"""Who calls an output: the subscriber whose token or client certificate it is (RFC 6750, RFC 7617).

A token comes as `Authorization: Bearer TOKEN`, or as the password of Basic with the subscriber's key as user, because
most readers of feeds can do no other.  A client certificate is taken from the listener that checked it, never from a
header.
"""

import base64
import binascii
from datetime import datetime
from typing import Final

from django.http import HttpRequest

from comity.api.tokens import UnauthorizedError
from comity.store.subscribers import SubscriberCall, find_by_certificate, find_by_token

# Set by the listener that checked the certificate: the SHA-256 of its DER form, in hexadecimal.  No header can set it.
CERTIFICATE: Final = "SSL_CLIENT_SHA256"
_HEADER_LETTERS: Final = 400


def authenticate_subscriber(request: HttpRequest, *, at: datetime) -> SubscriberCall:
    """Answer who calls.  Raises `UnauthorizedError`."""
    shown = request.META.get(CERTIFICATE, "")
    call = find_by_certificate(bytes.fromhex(shown), at=at) if shown else None
    if call is None:
        user, token = _credentials(request.headers.get("Authorization", ""))
        call = find_by_token(token, at=at) if token else None
        if call is not None and user and user != call.subscriber.key:
            call = None
    if call is None:
        raise UnauthorizedError("send the token: Authorization: Bearer TOKEN, or Basic with your key and the token")
    return call


def _credentials(header: str) -> tuple[str, str]:
    """User (empty for a bearer) and token."""
    scheme, _, rest = header[:_HEADER_LETTERS].partition(" ")
    if scheme.lower() == "bearer":
        return "", rest.strip()
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(rest.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password
