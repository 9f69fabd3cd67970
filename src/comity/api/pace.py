"""How fast a token may call: the limit, and the headers that tell of it (RFC 6585 §4; draft-ietf-httpapi-ratelimit).

`RateLimit-Policy` names the limit, `RateLimit` what is left of it, `Retry-After` comes with 429.
"""

import math
import time

from comity.core.errors import ComityError
from comity.edges.allowance import Taken, node_allowance


class TooManyCallsError(ComityError):
    """This token called too often; wait as many seconds as Retry-After says."""

    code = "too-many-calls"
    http_status = 429


def take_call(number: int, *, per_minute: int) -> Taken | None:
    """Take a call of a token; None where there is no limit."""
    if not per_minute:
        return None
    return node_allowance().take(number, per_minute=per_minute, now=time.time())


def pace_headers(taken: Taken, *, per_minute: int) -> dict[str, str]:
    """What an answer says of it."""
    headers = {
        "RateLimit-Policy": f'"token";q={per_minute};w=60',
        "RateLimit": f'"token";r={taken.left};t={max(1, math.ceil(60 * (1 - taken.left / per_minute)))}',
    }
    if not taken.allowed:
        headers["Retry-After"] = str(max(1, math.ceil(taken.wait_seconds)))
    return headers
