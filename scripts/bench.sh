#!/usr/bin/env bash
# Runs the benchmarks, and writes BENCHMARKS.md. Takes about eight minutes. Nothing else should run meanwhile.
#
#   scripts/bench.sh
#   BENCH_ROUNDS=3 scripts/bench.sh   # with fewer rounds
set -euo pipefail
cd "$(dirname "$0")/.."

export BENCH_ROUNDS=${BENCH_ROUNDS:-9}
target=${CARGO_TARGET_DIR:-target}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The fastest, the median and the slowest of the rounds, in million events per second.
replay() {
    local events=$1 file=$2 round start end
    for ((round = 0; round < BENCH_ROUNDS; round++)); do
        start=$(date +%s%N)
        "$target/release/examples/tally" --replay "$file" >/dev/null 2>&1
        end=$(date +%s%N)
        awk -v events="$events" -v ns=$((end - start)) 'BEGIN {printf "%.2f\n", events * 1000 / ns}'
    done | sort -n | awk '{rate[NR] = $1} END {printf "%s (%s–%s)", rate[int((NR + 1) / 2)], rate[1], rate[NR]}'
}

BENCH_OUT=$folder/end.json cargo bench --quiet --locked -p auraxis-bench --bench end_to_end >"$folder/end.md"
cargo bench --quiet --locked -p auraxis-bench --bench parts -- --warm-up-time 1 --measurement-time 3 2>/dev/null |
    awk '/time:/ && !/[%]/ {
        name = $0; sub(/ *time:.*/, "", name); if (name == "") name = before
        match($0, /\[.*\]/); split(substr($0, RSTART + 1, RLENGTH - 2), part, " ")
        unit = part[4] == "ms" ? 1000 : part[4] == "ns" ? 0.001 : 1
        printf "| %s | %.0f |\n", name, part[3] * unit
    } {before = $0}' >"$folder/parts.md"
scripts/instructions.sh --table >"$folder/instructions.md"
cargo build --quiet --locked --release -p auraxis --example tally
cargo build --quiet --locked --release -p auraxis-bench --bin recording
events=2000000
"$target/release/recording" "$events" >"$folder/war.ndjson"
sed -n 's/^.*"frame":"\(.*\)"}$/\1/p' "$folder/war.ndjson" | sed 's/\\"/"/g' >"$folder/raw.ndjson"
replayed="| a recording | $(replay "$events" "$folder/war.ndjson") |
| raw frames | $(replay "$events" "$folder/raw.ndjson") |"
if command -v zstd >/dev/null; then
    zstd -q "$folder/war.ndjson" -o "$folder/war.ndjson.zst"
    replayed="$replayed
| a recording, \`.zst\` | $(replay "$events" "$folder/war.ndjson.zst") |"
fi

{
    cat <<TEXT
# Benchmarks

\`scripts/bench.sh\` wrote this page. Machines differ, and the same machine differs from minute to minute, so only ratios
within one run say something; medians come with the minimum and maximum of $BENCH_ROUNDS rounds, in parentheses.

This run: $(grep -m 1 'model name' /proc/cpuinfo | cut -d: -f2 | sed 's/^ *//'), $(nproc) processors, Linux $(uname -r | cut -d. -f1-2),
$(rustc --version | cut -d' ' -f1-2), release profile without changes, on $(date +%F).

## From the socket to the handlers

A server on one processor sends events of 14 kinds as fast as the client takes them, or one at a time. The client, on another
processor, is a bare loop of tokio-tungstenite that counts frames and parses nothing, or a bot with \`#[trigger]\` and
\`run!\`, which parses, merges, watches for silence, keeps its counters and calls handlers that count. With two redundant
links, each event is received twice, and counted once. Clients take turns.

\`cargo bench -p auraxis-bench --bench end_to_end\`

$(cat "$folder/end.md")

## Parts

\`cargo bench -p auraxis-bench --bench parts\`, by criterion:

| Part | ns per event |
| --- | --: |
$(cat "$folder/parts.md")

\`cargo bench -p auraxis-core --bench health\` shows what the merge, the detection of silence and the metadata cost together,
and \`cargo bench -p auraxis-runtime --bench dispatch\` compares kinds of triggers, up to 100,000 of them, and adding and
removing them.

## Instructions

\`scripts/instructions.sh --table\` counts the instructions in user space that an event costs, with 14 triggers, by
callgrind. The gate fails if they exceed the budget. A block that is zeroed counts as one instruction per byte.

$(cat "$folder/instructions.md")

## Replay

Million events per second of the example \`tally\`, with its start, from a file in memory of $events events:

| File | Million events/s |
| --- | --: |
$replayed
TEXT
} >BENCHMARKS.md
