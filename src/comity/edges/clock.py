"""Is this machine's clock right: what the kernel knows of it, and what a partner's node says the time is.

The kernel tells whether something disciplines the clock (adjtimex(2)); a partner's answer carries the time in its Date
header, to the second.  A clock that is off lets keys and memoranda begin and end on the wrong day.
"""

import ctypes
import http.client
import ssl
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

_TIME_ERROR: Final = 5  # adjtimex(2): the clock is not synchronised
_TIMEX_BYTES: Final = 208  # struct timex; modes 0 at its start: read only
_SECONDS: Final = 5.0


def is_synchronised() -> bool | None:
    """Answer whether the kernel holds the clock for disciplined; None where it cannot be asked."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "adjtimex"):
        return None
    state: int = libc.adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    return None if state < 0 else state != _TIME_ERROR


def measure_difference(url: str, context: ssl.SSLContext) -> timedelta | None:
    """How far a partner's clock is ahead of ours, by the Date header of its answer; None when it has none.

    Raises `OSError` or `HTTPException` when it cannot be asked.  The header has whole seconds, so what is smaller than
    that and the time the answer took says nothing and counts as zero.
    """
    parts = urlsplit(url)
    connection = http.client.HTTPSConnection(parts.hostname or "", parts.port or 443, timeout=_SECONDS, context=context)
    try:
        before = datetime.now(UTC)
        connection.request("GET", parts.path.rstrip("/") + "/link/v1/")
        header = connection.getresponse().getheader("Date")
        after = datetime.now(UTC)
    finally:
        connection.close()
    if header is None:
        return None
    try:
        told = parsedate_to_datetime(header)
    except ValueError:
        return None
    if told > after:
        return told - after
    latest = told + timedelta(seconds=1)
    return latest - before if latest < before else timedelta(0)
