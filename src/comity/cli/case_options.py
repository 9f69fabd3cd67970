"""The options by which the verbs of `comity case` are told what was found: score, assessment, what else would fall;
and in which role.

One file, so that the verbs that ask for the same ask for it in the same words.
"""

from typing import Final

import click

from comity.core.categories import DISPOSITIONS
from comity.core.roles import CASE_ROLES, ROLES_OF_ACCOUNT

# A partner acts through its link and nowhere else.
ROLES: Final = tuple(dict.fromkeys((*ROLES_OF_ACCOUNT, *(role for role in CASE_ROLES if role != "partner"))))

SCORE: Final = click.option("--score", type=click.FloatRange(0, 1), help="Evidence score by the published rubric.")
DISPOSITION: Final = click.option(
    "--disposition",
    type=click.Choice(DISPOSITIONS),
    default="malicious",
    show_default=True,
    help="Registered for abuse, or somebody's site that was broken into.",
)
COLLATERAL: Final = click.option("--collateral", default="", help="What else would fall with the name, in words.")
