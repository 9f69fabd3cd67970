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

# Tests start the program some thousand times: its bytecode is kept, whatever the environment says, and what four
# processes would each make at the same moment is made once, beside the checks.
export PYTHONDONTWRITEBYTECODE=
compile() { .venv/bin/python -m compileall -q src && .venv/bin/python -m pytest --collect-only --no-header -qq; }

half() { timeout --foreground --kill-after=30 2400 .venv/bin/python -m pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder --no-header -q "$@"; }

echo "test: system packages"
tools/system_packages.sh
echo "test: checks of the source"
compiled=$(mktemp)
compile >"$compiled" 2>&1 & compiling=$!
tools/check.sh
wait "$compiling" || { cat "$compiled"; exit 1; }
rm "$compiled"
echo "test: on SQLite"
half "$@"
echo "test: what touches a store, on PostgreSQL"
COMITY_TEST_DATABASE=postgresql half "$@"
echo "test: all well after $((SECONDS - started)) s"
