#!/usr/bin/env bash
# Runs foreign clients against the simulator, with nothing changed but their endpoints, and scores what each received
# against the truth. In the middle of the run, the connection is reset.
#
#   INTEROP_SECONDS=15 tests/interop/run.sh     # 60 by default
#
# A peer that cannot be installed is skipped, and this is said.
set -euo pipefail
cd "$(dirname "$0")/../.."

source tests/interop/peers.sh

seconds=${INTEROP_SECONDS:-60}
rate=${INTEROP_RATE:-500}
everything='{"eventNames":["all"],"characters":["all"],"worlds":["all"]}'
resets=1
passed=0 failed=0 skipped=0
pids=()

cleanup() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
}
trap cleanup EXIT

say() { printf '%-10s %s\n' "$1" "$2"; }

# run PEER: runs `peer_command`, which gets the addresses, the seconds and the file to write.
run() {
    local peer=$1 dir=$out/$1
    mkdir -p "$dir"
    rm -f "$dir"/*.ndjson "$dir"/*.txt
    if [ "$resets" -gt 0 ]; then echo "at $((seconds / 2))s reset"; fi >"$dir/faults.txt"
    if ! start_simulator "$dir" --rate "$rate" --seed 7 --faults "$dir/faults.txt"; then
        say "$peer" 'failed: the simulator does not start'
        failed=$((failed + 1))
        return
    fi
    pids+=("$sim")

    local well=true
    timeout --kill-after=5 $((seconds + 30)) "${peer_command[@]}" "$stream" "$rest" "$seconds" "$dir/got.ndjson" \
        >"$dir/peer.txt" 2>&1 || well=false
    kill "$sim" 2>/dev/null || true
    wait "$sim" 2>/dev/null || true
    "$simulator" score --truth "$dir/truth.ndjson" --got "$dir/got.ndjson" --subscription "$everything" \
        "${peer_excepts[@]}" >"$dir/score.txt" || well=false
    # A peer that never came back would have nothing to miss.
    if [ "$(grep -c '"is":"subscribed"' "$dir/truth.ndjson")" -le "$resets" ]; then
        echo 'did not subscribe again' >>"$dir/score.txt"
        well=false
    fi
    # Nor would one that came back late, or asked for less than before.
    local away unsent
    away=$(awk '/^missed while away/ {print $NF}' "$dir/score.txt") unsent=$(awk '/^not sent/ {print $NF}' "$dir/score.txt")
    if [ "${away:-0}" -gt $((rate * 10)) ] || [ "${unsent:-0}" -gt $((rate / 2)) ]; then
        echo 'came back late, or with less' >>"$dir/score.txt"
        well=false
    fi

    if $well; then
        passed=$((passed + 1))
        say "$peer" "ok: $(awk '/^received/ {print $2}' "$dir/score.txt") events; $(grep -h '^looked up' "$dir/peer.txt" || echo 'nothing looked up')"
    else
        failed=$((failed + 1))
        say "$peer" 'failed'
    fi
    sed 's/^/           /' "$dir/score.txt"
    $well || tail -n 5 "$dir/peer.txt" | sed 's/^/           /'
}

mkdir -p "$out"
cargo build --quiet --locked --release -p auraxis-sim
simulator=${CARGO_TARGET_DIR:-target}/release/auraxis-sim

for peer in "${peers[@]}"; do
    if ! prepare "$peer"; then
        say "$peer" "skipped: $why"
        skipped=$((skipped + 1))
        continue
    fi
    resets=1
    if [ "$peer" = auraxis-rs ]; then
        # It connects again, but the pings it tries to send meanwhile take the wake-up that its reader waits for, so it
        # never reads the first frame, upon which it would subscribe.
        say "$peer" 'note: is not reset, which it does not survive, whatever the server'
        resets=0
    fi
    run "$peer"
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
