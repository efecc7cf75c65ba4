#!/usr/bin/env bash
# Registration in optimised programs: what the linker could drop, it would drop there.
set -euo pipefail
cd "$(dirname "$0")"

CARGO_PROFILE_RELEASE_LTO=fat cargo test --release --locked --target-dir ../../target/registration \
    --test linked --test unlinked
