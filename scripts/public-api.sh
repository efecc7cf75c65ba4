#!/usr/bin/env bash
# Compares the public API with its listing in docs/api, so that every change of it is a diff to review.
#
#     scripts/public-api.sh [--update]
#
# Shows the difference and fails, or writes the listing. Items that a crate re-exports are listed with their own crate.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
packages=(auraxis auraxis-core auraxis-macros auraxis-nats auraxis-runtime auraxis-serve auraxis-sim)

RUSTDOC=$PWD/scripts/public-api/rustdoc RUSTDOCFLAGS='-Z unstable-options --output-format json' \
    cargo doc --quiet --locked --no-deps --lib "${packages[@]/#/--package=}" --features test
cargo build --quiet --locked --manifest-path scripts/public-api/Cargo.toml --target-dir "$target"

rm -rf "$target/api"
mkdir -p "$target/api"
for package in "${packages[@]}"; do
    "$target/debug/public-api-list" "$target/doc/${package//-/_}.json" >"$target/api/$package.txt"
done

if [[ ${1-} == --update ]]; then
    rm -rf docs/api
    cp -r "$target/api" docs/api
elif ! diff -ruN docs/api "$target/api"; then
    printf '\nThe public API has changed. If it should, run scripts/public-api.sh --update, and commit docs/api.\n' >&2
    exit 1
fi
