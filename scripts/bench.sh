#!/usr/bin/env bash
# Runs the benchmarks, and writes BENCHMARKS.md and docs/plots. Takes about a quarter of an hour. Nothing else should run
# meanwhile.
#
#   scripts/bench.sh
#   BENCH_ROUNDS=3 scripts/bench.sh   # with fewer rounds
#   BENCH_DAY=1 scripts/bench.sh      # also replays 40 million events, which takes some minutes and 5 GB for a while
set -euo pipefail
cd "$(dirname "$0")/.."
source tests/interop/peers.sh

export BENCH_ROUNDS=${BENCH_ROUNDS:-9}
target=${CARGO_TARGET_DIR:-target}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
if [ "${BENCH_DAY:-}" = 1 ] && [ "$(df --output=avail -k "$folder" | tail -n 1)" -lt 5000000 ]; then
    echo "a day needs 5 GB in $folder" >&2
    exit 1
fi

step() { printf '%s (%s s)\n' "$1" "$SECONDS" >&2; }

# peer PEER NAME EVENTS COMMAND…: adds another library to the measurements.
peer() {
    local line
    peer_command=()
    if peer_profile=release prepare "$1"; then
        line=$(printf '\t%s' timeout 300 "${@:4}")
    else
        line=$'\tmissing\t'${why//$'\t'/ }
    fi
    printf '%s\t%s%s\n' "$2" "$3" "$line" >>"$folder/peers"
}

# replay NAME EVENTS FILE: measures a replay, with the start of the program.
replay() {
    local start=${EPOCHREALTIME/./}
    "$target/release/examples/tally" --replay "$3" >/dev/null 2>&1
    printf '%s\t%s\t%s\n' "$1" "$2" $((${EPOCHREALTIME/./} - start)) >>"$folder/replays"
}

printf '%s, %s processors, Linux %s,\n%s, release profile without changes, on %s.\n' \
    "$(grep -m 1 'model name' /proc/cpuinfo | cut -d: -f2 | sed 's/^ *//')" "$(nproc)" "$(uname -r | cut -d. -f1-2)" \
    "$(rustc --version | cut -d' ' -f1-2)" "$(date +%F)" >"$folder/machine"

step 'building'
peer auraxis-rs 'auraxis 0.3.0 (Rust)' 400000 "$out/rust/release/bench"
peer ps2census 'ps2census 4.9.1 (Node.js)' 200000 env "NODE_PATH=$out/node/node_modules" node benches/peers/ps2census_peer.js
peer auraxium 'auraxium 0.5.0 (Python)' 30000 "$out/python/bin/python" benches/peers/auraxium_peer.py
cargo build --quiet --locked --release -p auraxis --example tally
cargo build --quiet --locked --release -p auraxis-bench --bins

step 'clients'
BENCH_OUT=$folder/clients.json BENCH_PEERS=$folder/peers \
    cargo bench --quiet --locked -p auraxis-bench --bench end_to_end >/dev/null

step 'parts'
for bench in parts rest; do
    # Only what criterion measures is read from its files.
    if [ -f "benches/benches/$bench.rs" ]; then
        CRITERION_HOME=$folder/criterion cargo bench --quiet --locked -p auraxis-bench --bench "$bench" -- \
            --warm-up-time 1 --measurement-time 3 >/dev/null 2>&1
    fi
done
BENCH_OUT=$folder/dispatch.json cargo bench --quiet --locked -p auraxis-runtime --bench dispatch >/dev/null
cargo bench --quiet --locked -p auraxis-bench --bench allocations >"$folder/allocations"

step 'replays'
events=2000000
"$target/release/recording" "$events" >"$folder/war.ndjson"
sed -n 's/^.*"frame":"\(.*\)"}$/\1/p' "$folder/war.ndjson" | sed 's/\\"/"/g' >"$folder/raw.ndjson"
if command -v zstd >/dev/null; then zstd -q "$folder/war.ndjson" -o "$folder/war.ndjson.zst"; fi
for ((round = 0; round < BENCH_ROUNDS; round++)); do
    replay 'a recording' "$events" "$folder/war.ndjson"
    replay 'raw frames' "$events" "$folder/raw.ndjson"
    if [ -f "$folder/war.ndjson.zst" ]; then replay 'a recording, `.zst`' "$events" "$folder/war.ndjson.zst"; fi
done
rm "$folder"/*.ndjson*
if [ "${BENCH_DAY:-}" = 1 ]; then
    events=40000000
    "$target/release/recording" "$events" | zstd -q -T0 >"$folder/day.ndjson.zst"
    replay 'a day, `.zst`' "$events" "$folder/day.ndjson.zst"
    rm "$folder/day.ndjson.zst"
fi

if command -v valgrind >/dev/null; then
    step 'instructions'
    # More than the budget is for the gate to reject.
    scripts/instructions.sh --table >"$folder/instructions.md" || true
fi

step 'build time and size'
scripts/footprint.sh >"$folder/footprint.md"

"$target/release/page" "$folder"
step 'done'
