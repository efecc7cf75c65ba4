#!/usr/bin/env bash
# Runs foreign clients against the simulator, with nothing changed but their endpoints, and scores what each received
# against the truth. In the middle of the run, the connection is reset.
#
#   INTEROP_SECONDS=15 tests/interop/run.sh     # 60 by default
#   tests/interop/run.sh --build                # only installs the clients, and builds the simulator
#
# The clients run at the same time, each with a simulator of its own. A peer that cannot be installed is skipped, and this is said.
set -euo pipefail
cd "$(dirname "$0")/../.."

source tests/interop/peers.sh

seconds=${INTEROP_SECONDS:-60}
rate=${INTEROP_RATE:-500}
everything='{"eventNames":["all"],"characters":["all"],"worlds":["all"]}'
resets=1
passed=0 failed=0 skipped=0
# What is running: in a run of a peer, its simulator; otherwise the run of each peer.
declare -A pids=()

cleanup() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
}
trap cleanup EXIT

say() { printf '%-10s %s\n' "$1" "$2"; }

# run PEER: runs `peer_command`, which gets the addresses, the seconds and the file to write. Returns 1 if it fails.
run() {
    local peer=$1 dir=$out/$1
    mkdir -p "$dir"
    rm -f "$dir"/*.ndjson "$dir"/*.txt
    if [ "$resets" -gt 0 ]; then echo "at $((seconds / 2))s reset"; fi >"$dir/faults.txt"
    if ! start_simulator "$dir" --rate "$rate" --seed 7 --faults "$dir/faults.txt"; then
        say "$peer" 'failed: the simulator does not start'
        return 1
    fi
    pids[simulator]=$sim

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
        say "$peer" "ok: $(awk '/^received/ {print $2}' "$dir/score.txt") events; $(grep -h '^looked up' "$dir/peer.txt" || echo 'nothing looked up')"
    else
        say "$peer" 'failed'
    fi
    sed 's/^/           /' "$dir/score.txt"
    $well || tail -n 5 "$dir/peer.txt" | sed 's/^/           /'
    $well
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
    [ "${1-}" != --build ] || continue
    resets=1
    # It connects again, but the pings it tries to send meanwhile take the wake-up that its reader waits for, so it never
    # reads the first frame, upon which it would subscribe.
    if [ "$peer" = auraxis-rs ]; then resets=0; fi
    {
        trap cleanup EXIT
        pids=()
        if [ "$resets" -eq 0 ]; then say "$peer" 'note: is not reset, which it does not survive, whatever the server'; fi
        run "$peer"
    } >"$out/$peer-result.txt" &
    pids[$peer]=$!
done

for peer in "${peers[@]}"; do
    [ -n "${pids[$peer]-}" ] || continue
    if wait "${pids[$peer]}"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
    unset "pids[$peer]"
    cat "$out/$peer-result.txt"
done

[ "${1-}" != --build ] || exit 0
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
