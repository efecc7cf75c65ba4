#!/usr/bin/env bash
# Runs foreign clients against the simulator, with nothing changed but their endpoints, and scores what each received
# against the truth. In the middle of the run, the connection is reset.
#
#   INTEROP_SECONDS=15 tests/interop/run.sh     # 60 by default
#
# What is installed goes to target/interop. A peer that cannot be installed is skipped, and this is said.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${INTEROP_SECONDS:-60}
rate=${INTEROP_RATE:-500}
here=tests/interop
out=${CARGO_TARGET_DIR:-target}/interop
everything='{"eventNames":["all"],"characters":["all"],"worlds":["all"]}'
resets=1
passed=0 failed=0 skipped=0
pids=()

cleanup() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
}
trap cleanup EXIT

say() { printf '%-10s %s\n' "$1" "$2"; }

skip() {
    say "$1" "skipped: $2"
    skipped=$((skipped + 1))
}

# run PEER SCORE-OPTIONS… -- COMMAND…: the command gets the addresses, the seconds and the file to write.
run() {
    local peer=$1 options=() sim stream rest deadline
    shift
    while [ "$1" != -- ]; do options+=("$1"); shift; done
    shift
    local dir=$out/$peer
    mkdir -p "$dir"
    rm -f "$dir"/*.ndjson "$dir"/*.txt
    if [ "$resets" -gt 0 ]; then echo "at $((seconds / 2))s reset"; fi >"$dir/faults.txt"
    : >"$dir/sim.txt"

    "$simulator" --port 0 --rate "$rate" --seed 7 --faults "$dir/faults.txt" --truth "$dir/truth.ndjson" \
        >"$dir/sim.txt" 2>"$dir/sim-log.txt" &
    sim=$!
    pids+=("$sim")
    deadline=$((SECONDS + 10))
    until rest=$(sed -n 's/^REST *//p' "$dir/sim.txt") && [ -n "$rest" ]; do
        [ "$SECONDS" -lt "$deadline" ] || { say "$peer" 'failed: the simulator does not start'; failed=$((failed + 1)); return; }
        sleep 0.1
    done
    stream=$(sed -n 's/^event stream *//p' "$dir/sim.txt")

    local well=true
    timeout --kill-after=5 $((seconds + 30)) "$@" "$stream" "$rest" "$seconds" "$dir/got.ndjson" \
        >"$dir/peer.txt" 2>&1 || well=false
    kill "$sim" 2>/dev/null || true
    wait "$sim" 2>/dev/null || true
    "$simulator" score --truth "$dir/truth.ndjson" --got "$dir/got.ndjson" "${options[@]}" >"$dir/score.txt" || well=false
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

# auraxium has no class FishScan, and calls AchievementEarned by another name, so it cannot be asked for either.
python=$out/python/bin/python
if { [ -x "$python" ] || python3 -m venv "$out/python"; } >"$out/python.txt" 2>&1 &&
    "$python" -m pip install --quiet --disable-pip-version-check auraxium==0.5.0 >>"$out/python.txt" 2>&1; then
    run auraxium --subscription "$everything" --except FishScan --except AchievementEarned -- \
        "$python" "$here/auraxium_peer.py"
else
    skip auraxium "auraxium 0.5.0 cannot be installed ($(tail -n 1 "$out/python.txt"))"
fi

# ps2census announces FishScan, but does not hand it out.
mkdir -p "$out/node"
if command -v npm >/dev/null && { [ -f "$out/node/package.json" ] || echo '{"private":true}' >"$out/node/package.json"; } &&
    npm install --prefix "$out/node" --no-audit --no-fund ps2census@4.9.1 >"$out/node.txt" 2>&1; then
    NODE_PATH=$out/node/node_modules run ps2census --subscription "$everything" --except FishScan -- \
        node "$here/ps2census_peer.js"
else
    skip ps2census "ps2census 4.9.1 cannot be installed ($(grep -m 1 '^npm error' "$out/node.txt" 2>/dev/null || echo 'there is no npm'))"
fi

# The Rust crate takes outfit_id for a number, so it cannot read the three events about facilities; three more it hands
# out without their fields, so nobody can tell which they were; FishScan it does not know.
excepted=()
for name in FacilityControl PlayerFacilityCapture PlayerFacilityDefend AchievementEarned BattleRankUp SkillAdded FishScan; do
    excepted+=(--except "$name")
done
# It compiles its own OpenSSL, for minutes, unless told to take the one that is there.
if pkg-config --exists openssl 2>/dev/null; then export OPENSSL_NO_VENDOR=1; fi
if CARGO_TARGET_DIR=$out/rust cargo build --quiet --locked --manifest-path "$here/rust-peer/Cargo.toml" >"$out/rust.txt" 2>&1; then
    # It does not survive a reset: it connects again, but the pings it tries to send meanwhile take the wake-up that its
    # reader waits for, so it never reads the first frame, upon which it would subscribe.
    say auraxis-rs 'note: is not reset, which it does not survive, whatever the server'
    resets=0
    run auraxis-rs --subscription "$everything" "${excepted[@]}" -- \
        sh -c 'exec "$0" "$1" "$3" "$4"' "$out/rust/debug/rust-peer"
else
    skip auraxis-rs "auraxis 0.3.0 cannot be built ($(grep -m 1 '^error' "$out/rust.txt" || tail -n 1 "$out/rust.txt"))"
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
