#!/usr/bin/env bash
# Runs foreign clients against the simulator, and against a bot that serves what it receives from the simulator, with nothing
# changed but their endpoints, and scores what each received against the truth. In the middle of the run, the connection is
# reset: that of the client, or one of the two links of the bot, of which its clients must not notice anything.
#
#   INTEROP_SECONDS=15 tests/interop/run.sh     # 60 by default
#   tests/interop/run.sh --build                # only installs the clients, and builds the programs
#
# The clients run at the same time, each with a simulator of its own. A peer that cannot be installed is skipped, and this is said.
set -euo pipefail
cd "$(dirname "$0")/../.."

source tests/interop/peers.sh

seconds=${INTEROP_SECONDS:-60}
rate=${INTEROP_RATE:-500}
everything='{"eventNames":["all"],"characters":["all"],"worlds":["all"]}'
passed=0 failed=0 skipped=0
# The runs that have not ended, by peer.
declare -A pids=()

cleanup() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
}
trap cleanup EXIT

say() { printf '%-10s %-10s %s\n' "$1" "$2" "$3"; }

# attempt PEER SERVER DIR: runs `peer_command`, which gets the addresses, the seconds and the file to write, and prints the
# outcome. Called in a subshell. Returns 1 if anything is missing.
attempt() {
    local peer=$1 server=$2 dir=$3 well=true links=1 bot='' away lost unsent
    trap 'kill "${sim:-}" ${bot:-} 2>/dev/null || true' EXIT
    mkdir -p "$dir"
    rm -f "$dir"/*.ndjson "$dir"/*.txt
    case $server in
    simulator) echo "at $((seconds / 2))s reset" >"$dir/faults.txt" ;;
    bot)
        echo "at $((seconds / 2))s reset on link 1" >"$dir/faults.txt"
        links=2
        ;;
    esac
    if [ "$peer/$server" = auraxis-rs/simulator ]; then
        # It connects again, but the pings it tries to send meanwhile take the wake-up that its reader waits for, so it
        # never reads the first frame, upon which it would subscribe.
        say "$peer" "$server" 'note: is not reset, which it does not survive, whatever the server'
        links=0
        : >"$dir/faults.txt"
    fi
    if ! start_simulator "$dir" --rate "$rate" --seed 7 --faults "$dir/faults.txt"; then
        say "$peer" "$server" 'failed: the simulator does not start'
        return 1
    fi
    if [ "$server" = bot ] && ! start_bot "$dir"; then
        say "$peer" "$server" 'failed: the bot does not start'
        return 1
    fi

    timeout --kill-after=5 $((seconds + 30)) "${peer_command[@]}" "$stream" "$rest" "$seconds" "$dir/got.ndjson" \
        >"$dir/peer.txt" 2>&1 || well=false
    kill "$sim" $bot 2>/dev/null || true
    wait "$sim" $bot 2>/dev/null || true
    "$simulator" score --truth "$dir/truth.ndjson" --got "$dir/got.ndjson" --subscription "$everything" \
        "${peer_excepts[@]}" >"$dir/score.txt" || well=false
    # A peer that never came back would have nothing to miss.
    if [ "$(grep -c '"is":"subscribed"' "$dir/truth.ndjson")" -le "$links" ]; then
        echo 'did not subscribe again' >>"$dir/score.txt"
        well=false
    fi
    # Nor would one that came back late, or asked for less than before.
    figure() { awk -v name="$1" 'index($0, name) == 1 {print $NF}' "$dir/score.txt"; }
    away=$(figure 'missed while away') lost=$(figure 'lost in flight') unsent=$(figure 'not sent')
    if [ "${away:-0}" -gt $((rate * 10)) ] || [ "${unsent:-0}" -gt $((rate / 2)) ]; then
        echo 'came back late, or with less' >>"$dir/score.txt"
        well=false
    fi
    if [ "$server" = bot ] && [ $((${away:-1} + ${lost:-1})) -gt 0 ]; then
        echo 'noticed the reset of one link of the bot' >>"$dir/score.txt"
        well=false
    fi

    if $well; then
        say "$peer" "$server" "ok: $(figure received) events; $(grep -h '^looked up' "$dir/peer.txt" || echo 'nothing looked up')"
    else
        say "$peer" "$server" 'failed'
    fi
    sed 's/^/           /' "$dir/score.txt"
    if ! $well; then
        tail -n 5 "$dir/peer.txt" | sed 's/^/           /'
        return 1
    fi
}

mkdir -p "$out"
cargo build --quiet --locked --release -p auraxis-sim
simulator=${CARGO_TARGET_DIR:-target}/release/auraxis-sim
# A few hundred events per second need no optimized bot.
cargo build --quiet --locked -p auraxis --features serve --example idle_bot
idle_bot=${CARGO_TARGET_DIR:-target}/debug/examples/idle_bot

ready=()
for peer in "${peers[@]}"; do
    if prepare "$peer"; then
        ready+=("$peer")
    else
        say "$peer" '' "skipped: $why"
        skipped=$((skipped + 1))
    fi
done
[ "${1-}" != --build ] || exit 0

for server in simulator bot; do
    for peer in "${ready[@]}"; do
        # What a peer is run with is in variables, which each run gets a copy of.
        prepare "$peer"
        (attempt "$peer" "$server" "$out/$peer/$server") >"$out/$peer-$server.txt" 2>&1 &
        pids[$peer]=$!
    done
    for peer in "${ready[@]}"; do
        if wait "${pids[$peer]}"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
        unset "pids[$peer]"
        cat "$out/$peer-$server.txt"
    done
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
