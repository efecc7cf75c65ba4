#!/usr/bin/env bash
# Tests registration in optimized programs, where the linker drops the most.
set -euo pipefail
cd "$(dirname "$0")"

CARGO_PROFILE_RELEASE_LTO=fat cargo test --release --locked --target-dir ../../target/registration \
    --test linked --test unlinked
