#!/usr/bin/env bash
# Makes screenshots of the live page: of a bot whose data flows, of one with problems, and of one with 100 triggers; on a phone
# and on a desktop, light and dark. Needs Chromium and chromedriver.
#
#     scripts/screenshots.sh [FOLDER] [SECONDS]
#
# The bots run for that long before, which fills their plots: 30 seconds by default, five minutes to see all of them full.
set -euo pipefail
cd "$(dirname "$0")/.."

export AURAXIS_NO_SKIPS=1
exec cargo run --quiet --locked -p auraxis-serve --example screenshots -- "${1:-target/screenshots}" "${2:-30}"
