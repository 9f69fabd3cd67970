"""`python -m comity` is the `comity` command."""

from comity.node.main import main

main()
