"""The options by which `comity case notify` and `comity case hold` are told whom to write to."""

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

REGISTRANT: Final = click.option(
    "--registrant",
    default="",
    metavar="ADDRESS[,LANGUAGE]",
    help="Where the holder of the name is told of the hold; for one case.",
)


def registrant_of(text: str) -> Addressee | None:
    """Read the option `--registrant`; whether it is an address is judged where it is kept."""
    address, _, language = text.partition(",")
    return Addressee("registrant", address.strip(), language.strip()) if text else None


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
