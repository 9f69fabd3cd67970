"""What goes into the log: one line a record, as text or JSON, and nothing that was not named beforehand.

    time level logger event message, then fields: party partner origin part code status method route …

A log is read by more people than a case is, and is kept elsewhere.  So names, addresses, e-mail, URLs and payloads must
not reach it whatever a caller passes: the words of a message are written by a programmer, and of what is filled into
them only numbers and our own error codes are kept; further fields are those of `FIELDS`; of an exception its type and
where it was raised, never what it says.  Messages of other libraries that come without a template are replaced by the
place in the source that sent them.  Warnings and errors are counted by code (`comity_log_events`).
"""

import logging
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import orjson
from prometheus_client import Counter

from comity.core.errors import ComityError
from comity.edges.home import LogSettings

FIELDS: Final = (
    "party", "partner", "origin", "key", "part", "exit_code", "code", "status", "method", "route", "kind", "verdict",
    "clause", "reason", "size", "start", "count", "position", "seconds",
)  # fmt: skip
EVENTS: Final = Counter("comity_log_events", "Records of the log", ("level", "logger", "code"))
_HIDDEN: Final = "…"
_FIELD: Final = re.compile(r"[A-Za-z0-9._:/<>-]{0,250}")
_EVENT: Final = re.compile(r"[a-z0-9-]{1,60}")
_CODE: Final = re.compile(r"\[([a-z0-9-]{1,60})\]$")
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z-]*[,.:]?|\d{1,10}[,.:]?|\[?(INFO|WARNING|ERROR)\]?")
_OURS: Final = "comity"
_SERVER: Final = "_granian"
_FRAMES: Final = 20
_PLACES: Final = ("site-packages/", "src/", "lib/")


def log_configuration(settings: LogSettings, *, under_journal: bool) -> dict[str, Any]:
    """The configuration of logging for every process of a node; `auto` is JSON where systemd's journal reads."""
    form = settings.format if settings.format != "auto" else ("json" if under_journal else "text")
    level = settings.level.upper()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"counting": {"()": "comity.edges.journal.Counting"}},
        "formatters": {"lines": {"()": "comity.edges.journal.Lines", "form": form}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stderr",
                "formatter": "lines",
                "filters": ["counting"],
            }
        },
        "root": {"handlers": ["stderr"], "level": level},
        # What these two say by default goes around the root: the server's own lines, and Django's copies of errors.
        "loggers": {
            _SERVER: {"handlers": ["stderr"], "level": level, "propagate": False},
            "granian.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
        },
    }


class Lines(logging.Formatter):
    """One record, one line."""

    def __init__(self, form: str = "text") -> None:
        super().__init__()
        self._json = form == "json"

    def format(self, record: logging.LogRecord) -> str:
        told = describe(record)
        if self._json:
            return orjson.dumps(told).decode()
        head = [str(told.pop(name)) for name in ("time", "level", "logger", "event", "message")]
        return " ".join([*head, *(f"{name}={value}" for name, value in told.items())])


class Counting(logging.Filter):
    """Counts what passes, by level, logger and code; lets everything through."""

    def filter(self, record: logging.LogRecord) -> bool:
        logger = record.name if record.name.startswith(_OURS) else record.name.partition(".")[0]
        EVENTS.labels(record.levelname.lower(), logger, str(_code(record))).inc()
        return True


def describe(record: logging.LogRecord) -> dict[str, Any]:
    """A record as the fields that may be told."""
    event = getattr(record, "event", "")
    told: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": event if isinstance(event, str) and _EVENT.fullmatch(event) else "log",
        "message": _message(record),
    }
    for name in FIELDS:
        value = getattr(record, name, None)
        if isinstance(value, bool | int | float) or (isinstance(value, str) and _FIELD.fullmatch(value)):
            told[name] = value
    told |= _request(record)
    if code := _code(record):
        told["code"] = code
    if record.exc_info and record.exc_info[1] is not None:
        told["exception"] = type(record.exc_info[1]).__name__
        told["frames"] = frames(record.exc_info[2])
    return told


def log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A `sys.excepthook`: what ends a process goes into the log like everything else."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger(_OURS).critical(
        "a process of the node ended by an error", exc_info=(kind, error, trace), extra={"event": "uncaught"}
    )


def frames(trace: TracebackType | None) -> list[str]:
    """Where an exception came from: file, line and function, the innermost last, no values."""
    found = []
    while trace is not None:
        code = trace.tb_frame.f_code
        found.append(f"{_place(code.co_filename)}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return found[-_FRAMES:]


def known_codes() -> set[str]:
    """The codes of every class of error that this process knows."""
    classes: list[type[ComityError]] = [ComityError]
    for one in classes:  # grows while it is walked
        classes += one.__subclasses__()
    return {one.code for one in classes}


def _message(record: logging.LogRecord) -> str:
    template = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
    if record.args:
        given = record.args if isinstance(record.args, tuple) else (_HIDDEN,)
        try:
            return template % tuple(map(_safe, given))
        except (TypeError, ValueError, KeyError):
            return template
    if record.name.split(".")[0] == _OURS:
        return template
    if record.name.split(".")[0] == _SERVER:
        return " ".join(word if _PLAIN.fullmatch(word) else _HIDDEN for word in template.split())
    return f"{record.module}.{record.funcName}:{record.lineno}"


def _safe(value: object) -> object:
    """What may be filled into a message: numbers and our own codes."""
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, BaseException):
        return type(value).__name__
    if isinstance(value, str):
        match = _CODE.search(value)
        code = match[1] if match else value
        if code in known_codes():
            return code if match is None else f"{_HIDDEN} [{code}]"
    return _HIDDEN


def _code(record: logging.LogRecord) -> str:
    """The error code a record is about: given, of its exception, or at the end of an argument; empty for none."""
    known = known_codes()
    given = getattr(record, "code", "")
    if given in known:
        return str(given)
    if record.exc_info and isinstance(record.exc_info[1], ComityError):
        return record.exc_info[1].code
    for value in record.args if isinstance(record.args, tuple) else ():
        if isinstance(value, ComityError):
            return value.code
        match = _CODE.search(value) if isinstance(value, str) else None
        if match and match[1] in known:
            return match[1]
    return ""


def _request(record: logging.LogRecord) -> dict[str, Any]:
    """Of a request that Django tells of: status, method and the pattern of the address, never the address."""
    told: dict[str, Any] = {}
    status = getattr(record, "status_code", None)
    if isinstance(status, int):
        told["status"] = status
    request = getattr(record, "request", None)
    if request is not None:
        method = str(getattr(request, "method", ""))
        told["method"] = method if method.isalpha() and len(method) < 10 else ""
        match = getattr(request, "resolver_match", None)
        told["route"] = str(getattr(match, "route", ""))
    return told


def _place(file: str) -> str:
    for part in _PLACES:
        if part in file:
            return file.rpartition(part)[2]
    return Path(file).name
