#!/usr/bin/env bash
# Prepares .venv from the locks, so that .venv/bin/comity is the command.
#
#   tools/setup_venv.sh runtime   what the program needs
#   tools/setup_venv.sh dev       and what tests, checks and measurements need
#
# Every file is checked against the hash in requirements/*.lock.  Where the files come from is pip's own configuration and
# nothing here (docs/decisions/0004).  Needs neither ensurepip nor a pip inside .venv: Debian ships them separately.
# Does nothing when the locks and the interpreter are those of the last time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

kind=${1:?runtime or dev}
runtime_locks=(requirements/runtime.lock)
dev_locks=(requirements/runtime.lock requirements/dev.lock)
case $kind in
    runtime) locks=("${runtime_locks[@]}") ;;
    dev) locks=("${dev_locks[@]}") ;;
    *) echo "setup: no such kind: $kind (runtime or dev)" >&2; exit 2 ;;
esac

usable() { # a Python of 3.11 or later that has a pip able to install into another environment
    "$1" - <<'PY' 2>/dev/null
import sys
from importlib.metadata import version
sys.exit(not (sys.version_info >= (3, 11) and tuple(map(int, version("pip").split(".")[:2])) >= (22, 3)))
PY
}

python=""
for candidate in ${PYTHON:-} /usr/bin/python3.11 python3.11 python3; do
    if usable "$candidate"; then python=$candidate; break; fi
done
if [ -z "$python" ]; then
    echo "setup: no Python 3.11 or later with pip 22.3 or later was found (looked for ${PYTHON:-}" \
        "/usr/bin/python3.11 python3.11 python3); on Debian: apt-get install python3 python3-pip" >&2
    exit 1
fi

fingerprint() { # of all that decides what is in .venv: interpreter, place, what is asked for
    { "$python" -c 'import sys; print(sys.executable, sys.version)'; pwd; cat pyproject.toml requirements/foreign.lock requirements/psi.lock requirements/spark.lock "$@"; } | sha256sum | cut -d' ' -f1
}
stamp=.venv/comity.stamp # of the last installation that went well
stamped=$(cat "$stamp" 2>/dev/null || true)
if [ -x .venv/bin/comity ]; then
    # What the tests need holds what the program needs.
    if [ "$stamped" = "$(fingerprint "${dev_locks[@]}")" ] || [ "$stamped" = "$(fingerprint "${locks[@]}")" ]; then
        echo "setup: .venv is ready ($kind)"
        exit 0
    fi
fi

if [ "$(.venv/bin/python -c 'import sys; print(sys.version)' 2>/dev/null)" != "$("$python" -c 'import sys; print(sys.version)')" ]; then
    echo "setup: making .venv with $("$python" --version) ($python)"
    "$python" -m venv --clear --without-pip .venv
fi

install() {
    "$python" -m pip --python .venv/bin/python install -qq --disable-pip-version-check --no-input \
        --root-user-action=ignore "$@"
}
rm -f "$stamp"
requirements=()
for lock in "${locks[@]}"; do requirements+=(--requirement "$lock"); done
echo "setup: installing ${locks[*]}, each file checked against its hash"
install --require-hashes "${requirements[@]}"
if [ "$kind" = dev ]; then
    echo "setup: installing requirements/foreign.lock beside them"
    install --require-hashes --no-deps --only-binary :all: --ignore-requires-python --upgrade --target .venv/foreign \
        --requirement requirements/foreign.lock
    echo "setup: installing requirements/psi.lock beside them"
    install --require-hashes --no-deps --only-binary :all: --upgrade --target .venv/psi --requirement requirements/psi.lock
    echo "setup: installing requirements/spark.lock beside them"
    install --require-hashes --no-deps --no-build-isolation --no-compile --upgrade --target .venv/spark \
        --requirement requirements/spark.lock
fi
echo "setup: installing comity itself, editable"
install --no-deps --no-build-isolation --editable .
.venv/bin/comity --version
fingerprint "${locks[@]}" >"$stamp"
echo "setup: .venv is ready ($kind)"
