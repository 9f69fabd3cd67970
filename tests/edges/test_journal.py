"""The log tells what was named beforehand, and nothing that anybody wrote."""

import ast
import io
import logging
import logging.config
import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.errors import ConflictError, InputError
from comity.edges.home import LogSettings
from comity.edges.journal import Lines, describe, log_configuration

ROOT = Path(__file__).resolve().parents[2]
SECRET = "ivanov@pay-demo-q7.by"


def record(name: str, message: Any, *args: Any, **more: Any) -> logging.LogRecord:
    made = logging.LogRecord(name, logging.WARNING, "x.py", 7, message, args, more.pop("exc_info", None), "f")
    made.__dict__.update(more)
    return made


def test_a_record_becomes_one_line_of_json() -> None:
    line = Lines("json").format(
        record("comity.courier", "nothing came back", event="link-failing", partner="oac.by", code="bad-input", size=7)
    )
    told = orjson.loads(line)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told.pop("time"))
    assert told == {
        "level": "warning", "logger": "comity.courier", "event": "link-failing", "message": "nothing came back",
        "partner": "oac.by", "code": "bad-input", "size": 7,
    }  # fmt: skip


def test_as_text_it_is_one_line_too() -> None:
    line = Lines().format(record("comity.api", "a request was refused", event="request-refused", status=409))
    assert line.partition(" ")[2] == "warning comity.api request-refused a request was refused status=409"


@pytest.mark.parametrize(
    ("logger", "message", "args", "shown"),
    [
        ("comity.courier", "link %s: %s", ("oac.by", f"{SECRET}: no [bad-input]"), "link …: … [bad-input]"),
        ("comity.courier", "link %s: %s", ("oac.by", f"{SECRET} [ivanov]"), "link …: …"),
        ("comity.api", "%s [%s]", (InputError(SECRET), "bad-input"), "InputError [bad-input]"),
        ("comity.api", "%d of %s", (7, SECRET), "7 of …"),
        ("comity.api", "%d", (SECRET,), "%d"),
        ("django.request", "%s: %s", ("Not Found", f"/case/{SECRET}"), "…: …"),
        ("django.security.DisallowedHost", f"Invalid HTTP_HOST header: '{SECRET}'.", (), "x.f:7"),
        ("_granian.workers", f"Unexpected exit from worker-1 {SECRET}", (), "Unexpected exit from … …"),
        ("comity.api", InputError(SECRET), (), "InputError"),
    ],
)
def test_what_is_filled_in_is_left_out(logger: str, message: Any, args: tuple[Any, ...], shown: str) -> None:
    told = describe(record(logger, message, *args))
    assert told["message"] == shown
    assert SECRET not in str(told)


def test_of_an_exception_its_type_and_place_are_told() -> None:
    with pytest.raises(ConflictError) as raised:
        raise ConflictError(SECRET, item=SECRET)
    exc_info = (raised.type, raised.value, raised.tb)
    told = describe(record("comity.api", "it failed", exc_info=exc_info))
    assert (told["exception"], told["code"]) == ("ConflictError", "conflict")
    assert told["frames"][-1].endswith("test_of_an_exception_its_type_and_place_are_told")
    assert SECRET not in str(told)


@given(
    st.sampled_from(["comity.x", "django.request", "asyncio"]),
    st.lists(st.text(min_size=12).map(lambda text: f"@{text}"), max_size=3),
    st.dictionaries(st.sampled_from(["partner", "body", "name", "url", "code", "event"]), st.text(min_size=12)),
)
def test_no_argument_and_no_stranger_among_fields_is_told(logger: str, args: list[str], more: dict[str, str]) -> None:
    strange = {name: f"@{value}" for name, value in more.items()}  # no name of a party, code or event
    told = Lines("json").format(record(logger, "%s " * len(args), *args, **{f"x_{k}": v for k, v in strange.items()}))
    for value in [*args, *strange.values()]:
        assert orjson.dumps(value).decode()[1:-1] not in told


def test_our_own_messages_are_constants() -> None:
    """What is filled in is left out; so a sentence must not be put together before it is logged."""
    calls = [
        (path.name, node.lineno)
        for path in (ROOT / "src").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"debug", "info", "warning", "error", "critical", "exception", "log"}
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id.lower().strip("_") in {"log", "logger", "logging"}
        and not isinstance(node.args[1 if node.func.attr == "log" else 0], ast.Constant)
    ]
    assert calls == []


@pytest.mark.parametrize(
    ("form", "under_journal", "json"), [("auto", True, True), ("auto", False, False), ("json", False, True)]
)
def test_the_configuration_is_one_that_logging_takes(form: Any, under_journal: bool, json: bool) -> None:
    configuration = log_configuration(LogSettings(format=form, level="warning"), under_journal=under_journal)
    formatter = logging.config.DictConfigurator(configuration).configure_formatter(configuration["formatters"]["lines"])
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    handler.handle(record("comity", "well"))
    assert stream.getvalue().startswith("{") is json
    assert configuration["root"]["level"] == "WARNING"
