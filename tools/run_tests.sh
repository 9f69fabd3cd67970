#!/usr/bin/env bash
# Everything that must hold, in the order in which it is cheapest to learn that it does not.
#
# Arguments go to pytest.  Tests run in random order in four processes, for many of them wait; those of a file stay
# together, and with them what they share (a browser, a pair of running nodes).  A test that hangs fails by itself
# (pyproject.toml: timeout); a whole half that stands still is ended and fails.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
started=$SECONDS
trap 'if [ $? -ne 0 ]; then echo "test: FAILED after $((SECONDS - started)) s" >&2; fi' EXIT

half() { timeout --foreground --kill-after=30 2400 .venv/bin/python -m pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder --no-header -q "$@"; }

echo "test: system packages"
tools/system_packages.sh
echo "test: checks of the source"
tools/check.sh
echo "test: on SQLite"
half "$@"
echo "test: what touches a store, on PostgreSQL"
COMITY_TEST_DATABASE=postgresql half "$@"
echo "test: all well after $((SECONDS - started)) s"
