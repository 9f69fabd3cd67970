"""How long does a server ask to be left alone?  (Retry-After, RFC 9110 §10.2.3)"""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

_LONGEST: Final = timedelta(days=1)
_DIGITS: Final = 10


def parse_retry_after(text: str) -> timedelta | None:
    """Read the field, seconds or a date, at most a day; None where it does not say."""
    if text.isascii() and text.isdecimal() and len(text) < _DIGITS:
        return min(timedelta(seconds=int(text)), _LONGEST)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    if until.tzinfo is None:
        return None
    return min(max(until - datetime.now(UTC), timedelta(0)), _LONGEST)
