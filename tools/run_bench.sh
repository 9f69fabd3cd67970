#!/usr/bin/env bash
# Runs the measurements in bench/, or those named: `tools/run_bench.sh names ledger`.  Each prints its own table.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

chosen=("$@")
if [ ${#chosen[@]} -eq 0 ]; then
    for file in bench/[a-z]*.py; do # a file that begins with an underscore is a part of others
        if [ -e "$file" ]; then chosen+=("$(basename "$file" .py)"); fi
    done
fi
for name in "${chosen[@]}"; do
    echo "bench: $name"
    .venv/bin/python "bench/$name.py"
done
echo "bench: ${#chosen[@]} measured (${chosen[*]})"
