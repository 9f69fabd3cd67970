"""What the log says of the desk's rounds: which round it was, how much it did, and that it failed."""

import logging
from pathlib import Path

import pytest

from comity.core.errors import InputError
from comity.edges.home import Home, NodeSettings
from comity.edges.journal import describe
from comity.flows.tend import ROUNDS, Round, _run


def fail(_home: Home, *, at: object) -> int:
    raise InputError(f"not at {at}")


def surprise(_home: Home, *, at: object) -> int:
    raise ZeroDivisionError


def test_a_round_that_meets_what_nobody_foresaw_ends_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    home = Home(tmp_path, NodeSettings("cctld.ru", ("ru",), "k"))
    with caplog.at_level(logging.INFO, logger="comity.desk"):
        _run(home, ROUNDS[0]._replace(run=surprise))
    assert [describe(record)["event"] for record in caplog.records] == ["round-failed"]


@pytest.mark.parametrize("each", ROUNDS, ids=lambda each: each.name)
def test_the_log_names_the_round(each: Round, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    home = Home(tmp_path, NodeSettings("cctld.ru", ("ru",), "k"))
    with caplog.at_level(logging.INFO, logger="comity.desk"):
        _run(home, each._replace(run=lambda _home, *, at: 3))  # noqa: ARG005 — every round is called alike
        _run(home, each._replace(run=fail))
    done, failed = map(describe, caplog.records)
    name = each.name.replace(" ", "-")
    assert (done["event"], done["part"], done["count"]) == ("round-done", name, 3)
    assert (failed["event"], failed["part"], failed["code"]) == ("round-failed", name, "bad-input")
