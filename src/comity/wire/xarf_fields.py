"""Fields of a XARF report, each read as what the schema says it is, or refused with its name."""

from datetime import UTC, datetime
from typing import Any, Final

from comity.core.reports import Problem

_PORTS: Final = 65_536


class XarfFault(Exception):  # noqa: N818 — it never leaves the reader
    """Why one report is none."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(code, message)


def read_text(one: dict[str, Any], field: str, *, required: bool = True) -> str:
    """A text; "" where one that may be missing is."""
    value = one.get(field)
    if value is None and not required:
        return ""
    if value is None:
        raise XarfFault("missing", f"{field} must be said")
    if not isinstance(value, str) or "\x00" in value:
        raise XarfFault("bad-field", f"{field} must be a text")
    return value


def read_texts(one: dict[str, Any], field: str) -> list[str]:
    """A list of texts; empty where there is none."""
    value = one.get(field, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise XarfFault("bad-field", f"{field} must be a list of texts")
    return value


def read_time(one: dict[str, Any], field: str, *, required: bool = False) -> datetime | None:
    """A time of RFC 3339, in UTC."""
    text = read_text(one, field, required=required)
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            raise XarfFault("bad-time", f"{field} {text[:40]!r} has no time zone")
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise XarfFault("bad-time", f"{field} {text[:40]!r} is no time of RFC 3339") from None


def read_confidence(one: dict[str, Any]) -> float | None:
    """A number between 0 and 1."""
    value = one.get("confidence")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise XarfFault("bad-field", f"confidence {str(value)[:20]} is no number between 0 and 1")
    return float(value)


def read_port(one: dict[str, Any], field: str) -> int | None:
    """A port number."""
    value = one.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < _PORTS:
        raise XarfFault("bad-field", f"{field} {str(value)[:20]} is no port")
    return value


def read_sample_hash(one: dict[str, Any]) -> str:
    """The SHA-256 of a sample, in `file_hashes` or `file_hash`."""
    hashes = one.get("file_hashes")
    value = hashes.get("sha256") if isinstance(hashes, dict) else None
    if not isinstance(value, str):
        value = read_text(one, "file_hash", required=False)
        value = value.partition(":")[2] if value.startswith("sha256:") else ""
    return value.strip().lower()
