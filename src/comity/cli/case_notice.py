"""The options by which `comity case notify` is told whom to write to."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import click

from comity.core.errors import InputError
from comity.flows.notify import ROLES, Addressee

NOTICE: Final[tuple[Callable[[Any], Any], ...]] = (
    click.option(
        "--to",
        multiple=True,
        metavar="ROLE=ADDRESS[,LANGUAGE]",
        help="Write to this registrar, host or registrant; for one case, and may be given more than once.",
    ),
    click.option("--by-other-means", is_flag=True, help="The notice was given otherwise; no letter is sent."),
)


def addressees(texts: Sequence[str]) -> list[Addressee]:
    """Read the options.  Raises `InputError`."""
    found: list[Addressee] = []
    for text in texts:
        word, _, rest = text.partition("=")
        address, _, language = rest.partition(",")
        role = next((role for role in ROLES if role == word), None)
        if role is None or not address or any(one.role == role for one in found):
            raise InputError(f"one ROLE=ADDRESS for each of {', '.join(ROLES)}", item="--to")
        found.append(Addressee(role, address, language))
    return found
