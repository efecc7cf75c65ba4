# The foreign clients: how to install and start them. Sourced by `run.sh`, `storm.sh` and `scripts/bench.sh`, from the root of
# the repository.
#
# What is installed goes to target/interop.

here=tests/interop
out=${CARGO_TARGET_DIR:-target}/interop
peers=(auraxium ps2census auraxis-rs)

# prepare PEER: installs it, and sets `peer_command`, to which arguments are appended, and `peer_excepts`, the options of
# `auraxis-sim score` for events that it cannot hand out. If it cannot be installed, returns 1 and sets `why`. Programs in
# Rust are built with `peer_profile`, `dev` by default.
prepare() {
    local name profile=${peer_profile:-dev}
    peer_command=() peer_excepts=()
    mkdir -p "$out/node"
    case $1 in
    auraxium)
        local python=$out/python/bin/python
        if ! { { [ -x "$python" ] || python3 -m venv "$out/python"; } >"$out/python.txt" 2>&1 &&
            "$python" -m pip install --quiet --disable-pip-version-check auraxium==0.5.0 >>"$out/python.txt" 2>&1; }; then
            why="auraxium 0.5.0 cannot be installed ($(tail -n 1 "$out/python.txt"))"
            return 1
        fi
        # It has no class FishScan, and calls AchievementEarned by another name, so it cannot be asked for either.
        peer_excepts=(--except FishScan --except AchievementEarned)
        peer_command=("$python" "$here/auraxium_peer.py")
        ;;
    ps2census)
        if ! { command -v npm >/dev/null &&
            { [ -f "$out/node/package.json" ] || echo '{"private":true}' >"$out/node/package.json"; } &&
            npm install --prefix "$out/node" --no-audit --no-fund ps2census@4.9.1 >"$out/node.txt" 2>&1; }; then
            why="ps2census 4.9.1 cannot be installed ($(grep -m 1 '^npm error' "$out/node.txt" 2>/dev/null || echo 'there is no npm'))"
            return 1
        fi
        # It announces FishScan, but does not hand it out.
        peer_excepts=(--except FishScan)
        peer_command=(env "NODE_PATH=$out/node/node_modules" node "$here/ps2census_peer.js")
        ;;
    auraxis-rs)
        # It compiles its own OpenSSL, for minutes, unless told to take the one that is there.
        if pkg-config --exists openssl 2>/dev/null; then export OPENSSL_NO_VENDOR=1; fi
        if ! CARGO_TARGET_DIR=$out/rust cargo build --quiet --locked --profile "$profile" --manifest-path "$here/rust-peer/Cargo.toml" >"$out/rust.txt" 2>&1; then
            why="auraxis 0.3.0 cannot be built ($(grep -m 1 '^error' "$out/rust.txt" || tail -n 1 "$out/rust.txt"))"
            return 1
        fi
        # It takes outfit_id for a number, so it cannot read the three events about facilities; three more it hands out
        # without their fields, so nobody can tell which they were; FishScan it does not know.
        for name in FacilityControl PlayerFacilityCapture PlayerFacilityDefend AchievementEarned BattleRankUp SkillAdded FishScan; do
            peer_excepts+=(--except "$name")
        done
        peer_command=(sh -c 'exec "$0" "$1" "$3" "$4"' "$out/rust/${profile/dev/debug}/rust-peer")
        ;;
    esac
}

# start_simulator DIR ARGUMENT…: starts it with a truth file in the directory, and sets `sim`, `stream` and `rest`.
# Returns 1 if it does not start.
start_simulator() {
    local dir=$1 deadline=$((SECONDS + 10))
    shift
    : >"$dir/sim.txt"
    "$simulator" --port 0 --truth "$dir/truth.ndjson" "$@" >"$dir/sim.txt" 2>"$dir/sim-log.txt" &
    sim=$!
    until rest=$(sed -n 's/^REST *//p' "$dir/sim.txt") && [ -n "$rest" ]; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.1
    done
    stream=$(sed -n 's/^event stream *//p' "$dir/sim.txt")
}

# start_bot DIR: starts a bot with two links to the simulator, and sets `bot` and `stream`, which is what it serves. Returns 1
# if it does not start.
start_bot() {
    local dir=$1 deadline=$((SECONDS + 10)) address
    : >"$dir/bot-log.txt"
    AURAXIS_ESS_URL=$stream AURAXIS_REST_URL=$rest "$idle_bot" --redundancy 2 --serve 127.0.0.1:0 \
        >"$dir/bot.txt" 2>"$dir/bot-log.txt" &
    bot=$!
    until address=$(sed -n 's|.*serving on http://\([0-9.:]*\).*|\1|p' "$dir/bot-log.txt") && [ -n "$address" ]; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.1
    done
    stream=ws://$address/streaming
}
