"""`--check QUESTION=ANSWER[:SOURCE]`: what an analyst answers about what else would fall with a name."""

from typing import Final

import click

from comity.core.collateral import QUESTIONS, CollateralProblem, Finding, read_answers
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
    parts = [one.partition("=") for one in answers]
    found = read_answers({question: rest for question, _, rest in parts})
    for problem in found:
        if isinstance(problem, CollateralProblem):
            raise InputError(problem.message, item=f"--check {problem.question}")
    return tuple(one for one in found if isinstance(one, Finding))
