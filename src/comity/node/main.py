"""The `comity` command."""

import sys

from comity.cli.main import comity
from comity.cli.outcome import run
from comity.edges.garbage import collect_seldom


def main() -> None:
    """Run the command line; every error becomes one clear line and an exit code."""
    collect_seldom()  # before a verb is read
    sys.exit(run(comity, sys.argv[1:]))
