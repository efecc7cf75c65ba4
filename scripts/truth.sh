#!/usr/bin/env bash
# Scores our client in every fault scenario of the simulator, and the foreign clients beside it, and writes the tables in
# docs/truth.md. Takes 10 minutes; with a number of pairs of faults instead of all of them, less.
#
#   scripts/truth.sh
#   scripts/truth.sh 60
set -euo pipefail
cd "$(dirname "$0")/.."

failed=0
AURAXIS_TRUTH=1 AURAXIS_TRUTH_PAIRS=${1:-} cargo test --locked -p auraxis --test truth -- --nocapture || failed=1
tests/interop/storm.sh --docs
exit "$failed"
