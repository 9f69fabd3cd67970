"""Nothing that a stranger may write brings a parser down, keeps it long or makes it take much memory.

A few thousand inputs here; `make soak` tries a million (see `soak`).  What was found is kept in `found`.
"""

import gc
import time
from importlib import import_module
from inspect import getmembers, isfunction
from pkgutil import iter_modules

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import comity.core
import comity.wire
from fuzz.edits import Edit, apply, edits
from fuzz.found import FOUND, Found
from fuzz.parsers import BY_NAME, PARSERS, Parser, covered, feed

EACH = [
    pytest.param(parser, id=parser.name, marks=[pytest.mark.django_db] if parser.asks_store else [])
    for parser in PARSERS
]
GROWTH = 10  # of the cost when the input is four times as large: 4 is linear, 16 is the square
_NOISE_SECONDS = 0.1


def parsers_of(package: object) -> set[str]:
    """Every public function of a package's modules whose name says that it parses."""
    found = set()
    for module in iter_modules(package.__path__):  # type: ignore[attr-defined]  # a package
        imported = import_module(f"{package.__name__}.{module.name}")  # type: ignore[attr-defined]
        for name, function in getmembers(imported, isfunction):
            if name.startswith("parse_") and function.__module__ == imported.__name__:
                found.add(f"{function.__module__.removeprefix('comity.')}.{name}")
    return found


def test_every_parser_is_in_the_table() -> None:
    known = parsers_of(comity.wire) | parsers_of(comity.core)
    assert len(known) > 15
    assert known - covered() == set()


def test_every_function_of_the_table_exists() -> None:
    for name in covered():
        module, _, function = name.rpartition(".")
        assert hasattr(import_module(f"comity.{module}"), function), name


@pytest.mark.parametrize("parser", EACH)
def test_the_corpus_is_read(parser: Parser) -> None:
    """At least one good input is good: a corpus that is refused from its first octet would reach nothing."""
    corpus = parser.corpus()
    answers = [feed(parser, data) for data in corpus]
    assert any(not isinstance(answer, Exception) for answer in answers) or parser.name == "resumption"


@pytest.mark.parametrize("parser", EACH)
def test_nothing_comes_out_but_what_is_declared(parser: Parser) -> None:
    corpus = parser.corpus()

    @settings(max_examples=200, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(corpus), edits)
    def try_one(good: bytes, todo: list[Edit]) -> None:
        feed(parser, apply(good, todo, parser.words))

    try_one()


@pytest.mark.parametrize("found", [pytest.param(found, id=f"{found.parser}: {found.what}"[:60]) for found in FOUND])
def test_what_was_found_is_mended(found: Found) -> None:
    answer = feed(BY_NAME[found.parser], found.data)
    assert found.code in f"{getattr(answer, 'code', '')} {answer!r}"


@pytest.mark.parametrize("parser", EACH)
def test_what_grows_with_the_square_is_noticed(parser: Parser) -> None:
    """An eighth of the largest inputs, each meant to be slow; the soak takes them whole, and measures memory too."""
    quarter = parser.slow(parser.most_bytes // 32)
    for what, data in parser.slow(parser.most_bytes // 8).items():
        before, after = _cost(parser, quarter[what]), _cost(parser, data)
        if after >= GROWTH * max(before, _NOISE_SECONDS):  # the square is slow each time, a busy machine is not
            after = min(after, _cost(parser, data), _cost(parser, data))
        assert after < GROWTH * max(before, _NOISE_SECONDS), f"{what}: {before:.2f} s, then {after:.2f} s"


def _cost(parser: Parser, data: bytes) -> float:
    gc.disable()  # what it costs to look through all that the other tests left says nothing of this parser
    try:
        started = time.process_time()
        feed(parser, data)
        return time.process_time() - started
    finally:
        gc.enable()
