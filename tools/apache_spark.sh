#!/usr/bin/env bash
# Puts Apache Spark itself into .venv/apache-spark, where `make soak` and `make bench` find it: half a gigabyte, so no other
# verb does this.  Each file is checked against its hash in requirements/apache-spark.lock.  Java comes from Debian: as root
# it is installed where it is missing; anybody else is told the line to run.  Does nothing when all is there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if ! command -v java >/dev/null; then
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "apache spark: needs Java 17; run: sudo apt-get install --yes --no-install-recommends openjdk-17-jre-headless" >&2
        exit 1
    fi
    echo "apache spark: installing openjdk-17-jre-headless"
    DEBIAN_FRONTEND=noninteractive apt-get update --quiet >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends openjdk-17-jre-headless >/dev/null
fi
place=.venv/apache-spark
stamp=$place/comity.stamp
wanted=$(sha256sum <requirements/apache-spark.lock)
if [ "$(cat "$stamp" 2>/dev/null || true)" = "$wanted" ]; then
    echo "apache spark: ready in $place"
    exit 0
fi
python=$(.venv/bin/python -c 'import sys; print(sys._base_executable)')
echo "apache spark: installing requirements/apache-spark.lock into $place (half a gigabyte)"
rm -rf "$place"
"$python" -m pip --python .venv/bin/python install -qq --disable-pip-version-check --no-input --root-user-action=ignore \
    --require-hashes --no-deps --no-build-isolation --no-compile --target "$place" --requirement requirements/apache-spark.lock
echo "$wanted" >"$stamp"
echo "apache spark: ready in $place"
