#!/usr/bin/env bash
# Writes requirements/*.lock anew: `tools/lock.sh` keeps what still fits, `tools/lock.sh --upgrade` takes the newest of everything.
#
# Nothing about where files come from is written down: only names, versions and hashes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

compile() {
    .venv/bin/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header --no-emit-options \
        --no-emit-index-url --no-emit-trusted-host --no-emit-find-links "$@"
}
compile --extra pg --output-file requirements/runtime.lock "$@" pyproject.toml requirements/build.in
compile --output-file requirements/dev.lock "$@" requirements/dev.in
echo "lock: requirements/runtime.lock and requirements/dev.lock are written; try them with: make test"
