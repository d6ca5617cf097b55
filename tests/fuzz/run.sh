#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# run.sh TARGET SEEDS [SECONDS]: fuzzes from the files of a folder; findings are left in the current
# folder.
set -euo pipefail

target=$1 seeds=$2 seconds=${3:-600}
corpus=$(mktemp -d)
trap 'rm -rf "$corpus"' EXIT

# the first byte of an input tells the size of the blocks
find "$seeds" -type f ! -name '*.csv' ! -name '*.txt' ! -name '*.md' ! -name '.*' -size -12k |
    while read -r file; do
        { printf '\x55'; cat "$file"; } >"$corpus/$(basename "$file")"
    done
nice -n 19 "$target" -max_total_time="$seconds" -rss_limit_mb=2048 -max_len=16384 -timeout=20 \
    -print_final_stats=1 "$corpus"
