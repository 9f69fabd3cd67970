#!/usr/bin/env bash
# The exchange under faults, for long: first everything on SQLite, then what touches a store on PostgreSQL.
#
# Arguments go to pytest.  Bounded in count and time: a run that hangs is ended.  Each campaign prints its table and its seed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
started=$SECONDS
trap 'if [ $? -ne 0 ]; then echo "soak: FAILED after $((SECONDS - started)) s" >&2; fi' EXIT

tools/system_packages.sh
for store in sqlite postgresql; do
    echo "soak: on $store"
    COMITY_SOAK=1 COMITY_TEST_DATABASE=$store timeout --kill-after=60 7200 \
        .venv/bin/python -m pytest tests/exchange -p no:randomly --no-header -q "$@"
done
echo "soak: nothing lost, nothing doubled, after $((SECONDS - started)) s"
