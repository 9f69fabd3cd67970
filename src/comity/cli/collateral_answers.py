"""`--check QUESTION=ANSWER[:SOURCE]`: what an analyst answers about what else would fall with a name."""

from typing import Final

import click

from comity.core.collateral import QUESTIONS, CollateralProblem, Finding, parse_answers
from comity.core.errors import InputError

CHECK_OPTION: Final = click.option(
    "--check",
    "answers",
    multiple=True,
    metavar="QUESTION=ANSWER[:SOURCE]",
    help=f"An answer about it ({', '.join(QUESTIONS)}): yes, no, unknown or a number.",
)


def parse_check(answers: tuple[str, ...]) -> tuple[Finding, ...]:
    """Read `mail_use=no:mx-lookup`.  Raises `InputError` that names what is wrong with it."""
    said: dict[str, str] = {}
    sources: dict[str, str] = {}
    for one in answers:
        question, _, rest = one.partition("=")
        said[question], _, sources[question] = rest.partition(":")
    found = parse_answers(said, sources)
    for problem in found:
        if isinstance(problem, CollateralProblem):
            raise InputError(problem.message, item=f"--check {problem.question}")
    return tuple(one for one in found if isinstance(one, Finding))
