#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# run.sh TARGET SEEDS [SECONDS]: fuzzes from the files of a folder or, for filters, keys and words, from the lines of a file. It leaves
# what it finds in the current folder. With FUZZ_CORPUS, a folder, it keeps the corpus there, and the next run goes on from it.
set -euo pipefail

target=$1 seeds=$2 seconds=${3:-600}
name=$(basename "$target")
dictionary=$(dirname "${BASH_SOURCE[0]}")/${name#fuzz_}.dict
if [ -n "${FUZZ_CORPUS-}" ]; then
    corpus=$FUZZ_CORPUS/$name
    mkdir -p "$corpus"
else
    corpus=$(mktemp -d)
    trap 'rm -rf "$corpus"' EXIT
fi

if [ -f "$seeds" ]; then
    split -l 1 -a 4 "$seeds" "$corpus/line-"
else
    # the first byte of an input determines the size of the blocks
    find "$seeds" -type f ! -name '*.csv' ! -name '*.txt' ! -name '*.md' ! -name '.*' -size -12k |
        while read -r file; do
            { printf '\x55'; cat "$file"; } >"$corpus/${file//\//_}"
        done
fi
options=()
[ ! -f "$dictionary" ] || options=("-dict=$dictionary")
# Each exception searches all fake stack frames, and each allocation stores its callers: fewer of both let archives be read twice as often.
export ASAN_OPTIONS=${ASAN_OPTIONS-max_uar_stack_size_log=16:malloc_context_size=4}
nice -n 19 "$target" -max_total_time="$seconds" -rss_limit_mb=2048 -max_len=16384 -timeout=20 \
    -print_final_stats=1 "${options[@]}" "$corpus"
