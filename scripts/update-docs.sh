#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# update-docs.sh FLOWLOG [FILE]: writes the tables of options into docs/cli.md, or into FILE. Each follows a line
# `<!-- options: WHAT -->`, and is what 'flowlog man --markdown WHAT' prints.
set -euo pipefail
flowlog=$(realpath "${1:?usage: update-docs.sh FLOWLOG [FILE]}")
file=${2-$(dirname "${BASH_SOURCE[0]}")/../docs/cli.md}

new=$(mktemp)
trap 'rm -f "$new"' EXIT
in_table=
while IFS= read -r line; do
    if [[ -n $in_table && $line == '|'* ]]; then continue; fi
    in_table=
    printf '%s\n' "$line"
    if [[ $line =~ ^'<!-- options: '([a-z]+)' -->'$ ]]; then
        "$flowlog" man --markdown "${BASH_REMATCH[1]}"
        in_table=yes
    fi
done <"$file" >"$new"
cmp -s "$new" "$file" || cat "$new" >"$file"
