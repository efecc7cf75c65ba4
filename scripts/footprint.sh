#!/usr/bin/env bash
# What a small bot costs to build and to ship, with the default features of auraxis and with none.
#
#     scripts/footprint.sh
#
# Builds a bot of one trigger outside of the workspace, each time from nothing, as a release with `strip = true`. Prints how
# many crates it consists of (itself included), how long the build takes, also in CPU time, which says something on a busy
# machine too, and how large the program is.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/.."

root=$PWD
project=$(mktemp -d)
trap 'rm -rf "$project"' EXIT

mkdir "$project/src"
cp rust-toolchain.toml "$project/"
cat >"$project/src/main.rs" <<'END'
use auraxis::prelude::*;

#[trigger(BattleRankUp)]
fn print_levelup(event: BattleRankUp) {
    println!("{} has reached BR {}!", event.character_id, event.battle_rank);
}

fn main() -> auraxis::Result {
    auraxis::run!(service_id = "s:example")
}
END

# manifest OPTIONS PROFILE: writes the manifest, with options of the dependency, and further lines of the profile.
manifest() {
    cat >"$project/Cargo.toml" <<END
[package]
name = "bot"
edition = "2024"

[dependencies]
auraxis = { path = "$root"$1 }

[profile.release]
strip = true
$2

[workspace]
END
    # The versions of this repository.
    cp Cargo.lock "$project/Cargo.lock"
}

# row NAME OPTIONS PROFILE: builds the bot, and prints a row of the table.
row() {
    local start crates cpu elapsed
    manifest "$2" "$3"
    (cd "$project" && cargo fetch --quiet)
    start=$SECONDS
    # Of the compilers, which are children of this subshell.
    cpu=$(cd "$project" && cargo build --quiet --offline --release --target-dir target && times)
    elapsed=$((SECONDS - start))
    crates=$(cd "$project" && cargo tree --edges normal --prefix none | sed 's/ (\*)$//' | sort -u | wc -l)
    printf '| %s | %d | %d s | %d s | %s MB |\n' "$1" "$crates" "$elapsed" \
        "$(tail -n 1 <<<"$cpu" | tr 'ms' '  ' | awk '{ printf "%d", 60 * ($1 + $3) + $2 + $4 }')" \
        "$(stat -c %s "$project/target/release/bot" | awk '{ printf "%.1f", $1 / 1e6 }')"
    rm -r "$project/target"
}

smaller='lto = "fat"
codegen-units = 1'

printf '| Features | Crates | Clean build | Its CPU time | Program |\n| --- | --- | --- | --- | --- |\n'
row default '' ''
row "default, \`lto = \"fat\"\`, \`codegen-units = 1\`" '' "$smaller"
row '`default-features = false`' ', default-features = false' ''
