"""Columns that hold the same value on SQLite and PostgreSQL, for raw SQL as well as for the ORM.

A moment is an integer of microseconds since 1970-01-01T00:00:00Z: eight bytes, ordered, equal on both stores.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import models

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """Turn an aware time into microseconds since the epoch."""
    return (at - _EPOCH) // _MICROSECOND


def moment(value: int) -> datetime:
    """Turn microseconds since the epoch into an aware UTC time."""
    return _EPOCH + timedelta(microseconds=value)


class MomentField(models.BigIntegerField):  # type: ignore[type-arg]  # its two parameters are the three lines below
    """An aware UTC time, kept as microseconds since the epoch."""

    _pyi_private_set_type: datetime  # type: ignore[assignment]  # read by django-stubs alone
    _pyi_private_get_type: datetime  # type: ignore[assignment]
    _pyi_lookup_exact_type: datetime  # type: ignore[assignment]

    def from_db_value(self, value: int | None, _expression: Any, _connection: Any) -> datetime | None:
        return None if value is None else moment(value)

    def get_prep_value(self, value: Any) -> Any:
        return micros(value) if isinstance(value, datetime) else super().get_prep_value(value)

    def to_python(self, value: Any) -> Any:
        return value if isinstance(value, datetime) else super().to_python(value)


class BytesField(models.BinaryField):  # type: ignore[type-arg]  # bytes in, bytes out
    """Bytes that come back as `bytes` on both stores (PostgreSQL's driver would give a memoryview)."""

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> bytes | None:
        return None if value is None else bytes(value)


class DayField(models.CharField):  # type: ignore[type-arg]  # its two parameters are the lines below
    """A calendar day, kept as ISO 8601 text: ten letters, ordered, equal on both stores."""

    _pyi_private_set_type: date  # type: ignore[assignment]  # read by django-stubs alone
    _pyi_private_get_type: date  # type: ignore[assignment]
    _pyi_lookup_exact_type: date

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 10
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: str | None, _expression: Any, _connection: Any) -> date | None:
        return None if value is None else date.fromisoformat(value)

    def get_prep_value(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else super().get_prep_value(value)

    def to_python(self, value: Any) -> Any:
        return value if isinstance(value, date) else super().to_python(value)
