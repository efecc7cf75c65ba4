#!/usr/bin/env bash
# Runs our client against the simulator at full rate, and prints the number of events and its resident memory at intervals.
#
#   scripts/soak.sh                 # 20 million events
#   scripts/soak.sh 5000000 50000   # 5 million at 50,000 per second
set -euo pipefail
cd "$(dirname "$0")/.."

events=${1:-20000000}
rate=${2:-200000}
interval=5
target=${CARGO_TARGET_DIR:-target}/release
folder=$(mktemp -d)
pids=()

cleanup() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    rm -rf "$folder"
}
trap cleanup EXIT

cargo build --quiet --locked --release -p auraxis-sim
cargo build --quiet --locked --release -p auraxis --example auraxis_peer

"$target/auraxis-sim" --port 0 --rate "$rate" >"$folder/sim.txt" 2>"$folder/sim-log.txt" &
pids+=($!)
until grep -q '^REST' "$folder/sim.txt"; do sleep 0.1; done
stream=$(sed -n 's/^event stream *//p' "$folder/sim.txt") rest=$(sed -n 's/^REST *//p' "$folder/sim.txt")
RUST_LOG=warn "$target/examples/auraxis_peer" "$stream" "$rest" 86400 - >"$folder/events.txt" 2>"$folder/log.txt" &
client=$!
pids+=("$client")

printf '%10s %12s %14s\n' seconds events 'resident kB'
received=0
while [ "$received" -lt "$events" ]; do
    sleep "$interval"
    received=$(tail -n 1 "$folder/events.txt")
    resident=$(awk '/^VmRSS/ {print $2}' "/proc/$client/status")
    printf '%10d %12d %14d\n' "$SECONDS" "$received" "$resident"
done
