#!/usr/bin/env bash
# What a small bot costs to build and to ship, with the default features of auraxis and with none.
#
#     scripts/footprint.sh
#
# Builds a bot of one trigger outside of the workspace, twice from nothing, as a release with `strip = true`. Prints how
# many crates it is made of (itself included), how long the build takes, also in CPU time, which says something on a busy
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

# Writes the manifest, with what else is said of auraxis in it.
manifest() {
    cat >"$project/Cargo.toml" <<END
[package]
name = "bot"
edition = "2024"

[dependencies]
auraxis = { path = "$root"$1 }

[profile.release]
strip = true

[workspace]
END
    # The versions of this repository.
    cp Cargo.lock "$project/Cargo.lock"
}

# Prints a row of the table.
row() {
    local start=$SECONDS crates cpu
    # Of the compilers, which are children of this subshell.
    cpu=$(cd "$project" && cargo build --quiet --release --target-dir "$2" && times)
    local elapsed=$((SECONDS - start))
    crates=$(cd "$project" && cargo tree --edges normal --prefix none | sed 's/ (\*)$//' | sort -u | wc -l)
    printf '| %s | %d | %d s | %d s | %s MB |\n' "$1" "$crates" "$elapsed" \
        "$(tail -n 1 <<<"$cpu" | tr 'ms' '  ' | awk '{ printf "%d", 60 * ($1 + $3) + $2 + $4 }')" \
        "$(stat -c %s "$project/$2/release/bot" | awk '{ printf "%.1f", $1 / 1e6 }')"
}

printf '| Features | Crates | Clean build | Its CPU time | Program |\n| --- | --- | --- | --- | --- |\n'
manifest ''
(cd "$project" && cargo fetch --quiet)
row default default
manifest ', default-features = false'
row none none
