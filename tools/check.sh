#!/usr/bin/env bash
# All that can be said about the source without running its tests.  Every check runs, even when an earlier one fails;
# types, which take the longest, are looked at beside all the others.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bin=.venv/bin
said=$(mktemp -d)
trap 'rm -rf "$said"' EXIT
failed=()

check() { # check NAME COMMAND…: silent when well, everything it said when not
    local name=$1 output started=$SECONDS
    shift
    if output=$("$@" 2>&1); then
        printf '  %-22s well (%d s)\n' "$name" $((SECONDS - started))
    else
        printf '  %-22s FAILED: %s\n%s\n' "$name" "$*" "$output"
        return 1
    fi
}

check "types" "$bin/mypy" >"$said/types" &
types=$!
check "style" "$bin/ruff" check src tests bench tools || failed+=("style")
check "format" "$bin/ruff" format --check src tests bench tools || failed+=("format")
check "import contracts" "$bin/lint-imports" || failed+=("import contracts")
check "migrations" "$bin/python" -m django makemigrations --check --dry-run --settings comity.node.settings ||
    failed+=("migrations")
check "translations" "$bin/python" tools/check_translations.py || failed+=("translations")
check "client" "$bin/python" tools/client.py --check || failed+=("client")
wait "$types" || failed+=("types")
cat "$said/types"

if [ ${#failed[@]} -gt 0 ]; then
    echo "check: FAILED: $(IFS=,; echo "${failed[*]}" | sed 's/,/, /g')" >&2
    exit 1
fi
echo "check: all well"
