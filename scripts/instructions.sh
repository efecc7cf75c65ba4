#!/usr/bin/env bash
# Counts the instructions that an event costs, from the socket to a handler, with fourteen triggers of one kind each.
#
#   scripts/instructions.sh           # fails if they are more than the budget
#   scripts/instructions.sh --table   # also prints which functions they are spent in
#
# Instructions are counted by callgrind, of valgrind, in user space only. Unlike times, they hardly depend on the machine.
# What the start costs is left out, because two runs of different length are compared.
set -euo pipefail
cd "$(dirname "$0")/.."

# 4,253 were measured. The rest is for what depends on the size of reads, and for other versions of the C library.
budget=4450
few=20000
many=120000

command -v valgrind >/dev/null || { echo 'valgrind is missing; install it with your package manager' >&2; exit 1; }
target=${CARGO_TARGET_DIR:-target}
CARGO_PROFILE_RELEASE_DEBUG=line-tables-only cargo build --quiet --locked --release -p auraxis-bench --bin serve --bin triggers
folder=$(mktemp -d)
mkfifo "$folder/input"
"$target/release/serve" <"$folder/input" >"$folder/port" &
server=$!
exec 3>"$folder/input"
# The server ends with its input.
trap 'exec 3>&-; wait "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
until [ -s "$folder/port" ]; do sleep 0.1; done
url="ws://127.0.0.1:$(cat "$folder/port")/streaming"

# count EVENTS: prints the instructions of a run with this many events.
count() {
    BENCH_JOB="{\"url\":\"$url\",\"events\":$1,\"links\":1,\"load\":\"flood\"}" timeout 300 valgrind --tool=callgrind \
        --callgrind-out-file="$folder/$1" "$target/release/triggers" >/dev/null 2>"$folder/log" || cat "$folder/log" >&2
    sed -n 's/^totals: //p' "$folder/$1"
}

first=$(count "$few")
second=$(count "$many")
# The warm-up is a tenth of the events, and counts here.
events=$(((many - few) * 11 / 10))
each=$(((second - first) / events))
echo "$each instructions per event, of which at most $budget are allowed"
if [ "${1-}" = --table ]; then
    printf '\n| Function | Instructions per event | Share |\n| --- | --: | --: |\n'
    # The same function in several files is one: others were inlined into it.
    callgrind_annotate --threshold=100 --show-percs=no "$folder/$many" 2>/dev/null |
        awk -v events="$((many * 11 / 10))" '
            /^ *[0-9][0-9,]* +[^ ]*:/ {
                count = $1; gsub(",", "", count)
                name = $0; sub(/^ *[0-9,]+ +/, "", name); sub(/ \[[^]]*\]$/, "", name); sub(/^[^ ]*\.(rs|S|c|h|cc):/, "", name)
                sub(/^\?\?\?:/, "", name)
                sum[name] += count; total += count
            }
            END {
                for (name in sum) if (sum[name] / total >= 0.008)
                    printf "%.1f\t| `%s` | %.0f | %.1f %% |\n", sum[name], name, sum[name] / events, 100 * sum[name] / total
            }' | sort -rn | cut -f2
fi
[ "$each" -le "$budget" ]
