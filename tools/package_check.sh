#!/usr/bin/env bash
# Installs the project as its users do, `pip install .` into an empty environment, and uses it outside the checkout.
# Only the versions of the dependencies are held to the lock (as constraints), so that this stays repeatable.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

.venv/bin/python -m venv --without-pip "$place/venv"
python=$(.venv/bin/python -c 'import sys; print(sys._base_executable)')
echo "package-check: installing into an empty environment"
"$python" -m pip --python "$place/venv/bin/python" install -qq --disable-pip-version-check --no-input \
    --root-user-action=ignore --require-hashes --requirement requirements/runtime.lock
"$python" -m pip --python "$place/venv/bin/python" install -qq --disable-pip-version-check --no-input \
    --root-user-action=ignore --no-deps --no-build-isolation "$root"
cd "$place"
venv/bin/comity --version
venv/bin/comity --help >/dev/null
printf 'hxxp://Пример[.]РФ/path\n' | venv/bin/comity names - | grep -q '"registrable":"xn--e1afmkfd.xn--p1ai"'
venv/bin/comity init node --party oac.by >/dev/null
venv/bin/comity link status --dir node >/dev/null
echo "package-check: the package stands on its own"
