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
compile --output-file requirements/spark.lock "$@" requirements/spark.in
compile --output-file requirements/apache-spark.lock "$@" requirements/apache-spark.in
.venv/bin/python - <<'PY' # what stands beside the environment holds nothing that is in it already
import re
from pathlib import Path
there = {name for lock in ("runtime", "dev") for name in re.findall(r"^([a-z0-9-]+)==", Path(f"requirements/{lock}.lock").read_text(), re.M)}
for lock in (Path("requirements/spark.lock"), Path("requirements/apache-spark.lock")):
    kept = [one for one in re.split(r"^(?=[a-z0-9-]+==)", lock.read_text(), flags=re.M) if one.partition("==")[0] not in there]
    lock.write_text("".join(kept))
PY
echo "lock: requirements/*.lock are written; try them with: make test"
