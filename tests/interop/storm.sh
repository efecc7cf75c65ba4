#!/usr/bin/env bash
# Runs our client and the foreign ones against the faults of the simulator, and compares what they received, missed and
# reported. All runs take place at the same time, and take three minutes.
#
#   tests/interop/storm.sh          # prints the table
#   tests/interop/storm.sh --docs   # and writes it to docs/truth.md
#
# A peer that cannot be installed is skipped, and this is said.
set -euo pipefail
cd "$(dirname "$0")/../.."
source tests/interop/peers.sh

# name | seconds | the last seconds that do not count | script
scenarios='silent link|100|5|at 10s silence link for 5m
half-open link|100|5|at 10s freeze for 5m
forgotten subscription|100|5|at 10s forget everything
one silent world|130|5|at 60s silence world 10 for 55s
duplicates|70|5|every 4s duplicate next 5 after 2
a reset every 10 s|75|5|every 10s reset
storm|150|30|every 5s ±4s anything on one link'
seed=7
pids=()

cleanup() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
}
trap cleanup EXIT

# attempt DIR SECONDS SETTLE SCRIPT: runs `peer_command`, and writes the score.
attempt() {
    local dir=$1 seconds=$2 settle=$3
    mkdir -p "$dir"
    rm -f "$dir"/*.ndjson "$dir"/*.txt
    echo "$4" >"$dir/faults.txt"
    # At 50 events per second, the time of events is real time.
    start_simulator "$dir" --rate 50 --seed "$seed" --faults "$dir/faults.txt" || return 0
    INTEROP_STORM=1 timeout --kill-after=5 $((seconds + 30)) "${peer_command[@]}" "$stream" "$rest" "$seconds" \
        "$dir/got.ndjson" >"$dir/peer.txt" 2>&1 || true
    kill "$sim" 2>/dev/null || true
    wait "$sim" 2>/dev/null || true
    touch "$dir/got.ndjson"
    "$simulator" score --truth "$dir/truth.ndjson" --got "$dir/got.ndjson" --settle "$settle" "${peer_excepts[@]}" \
        >"$dir/score.txt" || true
}

# The four figures of a score. Ambiguous duplicates are added to the second one, as in `0+5`.
figures() {
    awk '/^once/ {once = $2} /^twice/ {twice = $2} /^ambiguous/ {ambiguous = $2} /^reported/ {reported = $2}
        /^small/ {silent += $3} /^silent/ {silent += $2}
        END {print once " / " twice (ambiguous ? "+" ambiguous : "") " / " reported " / " silent}' "$1"
}

mkdir -p "$out"
# 50 events per second need no optimized programs.
cargo build --quiet --locked -p auraxis-sim
cargo build --quiet --locked -p auraxis --example auraxis_peer
target=${CARGO_TARGET_DIR:-target}/debug
simulator=$target/auraxis-sim

names=(auraxis)
for peer in auraxis "${peers[@]}"; do
    peer_command=("$target/examples/auraxis_peer") peer_excepts=()
    if [ "$peer" != auraxis ]; then
        if ! prepare "$peer"; then
            echo "$peer skipped: $why" >&2
            continue
        fi
        names+=("$peer")
    fi
    while IFS='|' read -r name seconds settle script; do
        attempt "$out/storm/$peer/$name" "$seconds" "$settle" "$script" &
        pids+=($!)
    done <<<"$scenarios"
done
for pid in "${pids[@]}"; do wait "$pid"; done

table() {
    printf '| Scenario |'
    printf ' %s |' "${names[@]}"
    printf '\n| --- |'
    printf ' --- |%.0s' "${names[@]}"
    printf '\n'
    while IFS='|' read -r name _ _ script; do
        printf '| %s: `%s` |' "$name" "$script"
        for peer in "${names[@]}"; do printf ' %s |' "$(figures "$out/storm/$peer/$name/score.txt")"; done
        printf '\n'
    done <<<"$scenarios"
}

table | tee "$out/storm/table.md"
if [ "${1:-}" = --docs ]; then
    awk -v file="$out/storm/table.md" '
        /<!-- end of clients -->/ {skip = 0}
        !skip {print}
        /<!-- clients -->/ {skip = 1; while ((getline line < file) > 0) print line}
    ' docs/truth.md >"$out/truth.md"
    cp "$out/truth.md" docs/truth.md
fi
