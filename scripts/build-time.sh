#!/usr/bin/env bash
# What `#[trigger]` costs to compile: a crate of 300 annotated functions against the same 300 registered by hand.
#
#     scripts/build-time.sh [ROUNDS]
#
# Both crates are built in turn, without incremental compilation and after everything that they depend on. Prints the
# medians and their ratio; fails if the ratio is above 1.5.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/.."

rounds=${1:-7}
root=$PWD
project=$root/target/build-time
limit=150

# The function; the arguments of the attribute; the builder that stands for them.
variants=(
    'async fn NAME(_: Death) {} ~ Death ~ on::<Death>()'
    'fn NAME(_: PlayerLogin) {} ~ PlayerLogin ~ on::<PlayerLogin>()'
    'async fn NAME(_: BattleRankUp, _: Client) -> auraxis::Result { Ok(()) } ~ BattleRankUp ~ on::<BattleRankUp>()'
    'async fn NAME(_: Death, _: State<u64>, _: Client) {} ~ Death, sequential ~ on::<Death>().sequential()'
    'fn NAME(_: Death) {} ~ Death, condition = |d| d.is_headshot ~ on::<Death>().condition(|d: &Death| d.is_headshot)'
    'async fn NAME(_: Event) {} ~ Death, VehicleDestroy ~ taking::<Event>().on::<Death>().on::<VehicleDestroy>()'
    'fn NAME(_: Death, _: Shutdown) {} ~ Death, worlds = [WorldId(17)] ~ on::<Death>().worlds([WorldId(17)])'
    'async fn NAME(_: Death) {} ~ Death, key = |d| d.character_id ~ on::<Death>().key(|d: &Death| d.character_id)'
    'async fn NAME(_: SkillAdded, _: TriggerHandle) {} ~ SkillAdded, queue = 9 ~ on::<SkillAdded>().queue(9)'
    'fn NAME(_: ItemAdded, _: State<u64>) {} ~ ItemAdded, concurrency = 4 ~ on::<ItemAdded>().concurrency(4)'
)

# Writes the manifest and the beginning of the source of a crate.
crate() {
    mkdir -p "$project/$1/src"
    cat >"$project/$1/Cargo.toml" <<END
[package]
name = "$1"
edition = "2024"

[dependencies]
auraxis = { path = "$root", default-features = false }
END
    printf '#![allow(dead_code)]\n\nuse auraxis::prelude::*;\n\n' >"$project/$1/src/lib.rs"
}

mkdir -p "$project"
printf '[workspace]\nmembers = ["annotated", "by_hand"]\nresolver = "3"\n' >"$project/Cargo.toml"
cp Cargo.lock "$project/Cargo.lock"
crate annotated
crate by_hand
added=
for ((n = 0; n < 300; n++)); do
    variant=${variants[n % ${#variants[@]}]//NAME/f$n}
    function=${variant%% ~ *} builder=${variant##* ~ }
    arguments=${variant#* ~ } arguments=${arguments%% ~ *}
    printf '#[trigger(%s)]\n%s\n\n' "$arguments" "$function" >>"$project/annotated/src/lib.rs"
    printf '%s\n\n' "$function" >>"$project/by_hand/src/lib.rs"
    added+="    client.add(Trigger::$builder.named(\"f$n\").action(f$n))?;"$'\n'
done
printf 'pub fn add(client: &Client) -> auraxis::Result {\n%s    Ok(())\n}\n' "$added" >>"$project/by_hand/src/lib.rs"

build() { (cd "$project" && CARGO_INCREMENTAL=0 cargo build --quiet --target-dir target -p "$1"); }

# Prints how long a crate builds, in milliseconds.
measure() {
    touch "$project/$1/src/lib.rs"
    local start=${EPOCHREALTIME/./}
    build "$1"
    echo $(((${EPOCHREALTIME/./} - start) / 1000))
}

median() { printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"; }

build annotated
build by_hand
annotated=() by_hand=()
for ((round = 0; round < rounds; round++)); do
    time=$(measure annotated)
    annotated+=("$time")
    time=$(measure by_hand)
    by_hand+=("$time")
done
attribute=$(median "${annotated[@]}") hand=$(median "${by_hand[@]}")
ratio=$((100 * attribute / hand))
printf '300 triggers, %d rounds: annotated %d ms, by hand %d ms, ratio %d.%02d\n' \
    "$rounds" "$attribute" "$hand" $((ratio / 100)) $((ratio % 100))
((ratio <= limit))
