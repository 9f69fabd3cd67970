"""The `comity` command."""

import sys

from comity.cli.main import comity
from comity.cli.outcome import run


def main() -> None:
    """Run the command line; every error becomes one clear line and an exit code."""
    sys.exit(run(comity, sys.argv[1:]))
