#!/usr/bin/env bash
# What must hold for long, in parts that can be chosen: `tools/run_soak.sh campaign fuzz`; without a word all of them.
#
#   exchange   all tests of the exchange in their long form, the state machine of two nodes among them, on both stores
#   campaign   1,160 faults on real nodes: on each store 290 on two nodes and 290 on three
#   fuzz       a million inputs over every parser
#   cluster    sweeps on Apache Spark with two workers, over a folder and over S3, with a worker and the server killed
#
# Bounded in count and time: a part that hangs is ended.  Each prints its counts; a campaign its table and its seed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
started=$SECONDS
trap 'if [ $? -ne 0 ]; then echo "soak: FAILED after $((SECONDS - started)) s" >&2; fi' EXIT

campaigns=tests/exchange/test_campaign.py::test_nothing_is_lost_and_nothing_is_doubled

on_store() { # STORE SECONDS WORDS…: the tests that the words choose, in their long form
    local store=$1 seconds=$2
    shift 2
    COMITY_SOAK=1 COMITY_TEST_DATABASE=$store timeout --kill-after=60 "$seconds" \
        .venv/bin/python -m pytest -p no:randomly --no-header -q "$@"
}

run_exchange() {
    local store
    for store in sqlite postgresql; do
        echo "soak: the exchange on $store"
        on_store "$store" 7200 tests/exchange --deselect "$campaigns"
    done
}

run_campaign() {
    local store
    for store in sqlite postgresql; do
        echo "soak: campaigns on $store"
        on_store "$store" 3600 "$campaigns"
    done
}

run_fuzz() {
    echo "soak: a million inputs"
    PYTHONPATH=$PWD/src:$PWD/tests timeout --kill-after=60 7200 .venv/bin/python -m fuzz.soak --inputs 1000000
}

run_cluster() {
    echo "soak: sweeps on Apache Spark"
    tools/apache_spark.sh
    on_store sqlite 3600 tests/sweep/test_apache_spark.py
}

[ $# -gt 0 ] || set -- exchange campaign fuzz cluster
for part in "$@"; do
    case $part in
    exchange | campaign | fuzz | cluster) ;;
    *)
        echo "soak: $part: is none of exchange, campaign, fuzz, cluster" >&2
        exit 2
        ;;
    esac
done
tools/system_packages.sh
for part in "$@"; do
    begun=$SECONDS
    "run_$part"
    echo "soak: $part: well after $((SECONDS - begun)) s"
done
echo "soak: all well after $((SECONDS - started)) s"
