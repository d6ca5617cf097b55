#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# recipes.sh FLOWLOG: every command of docs/recipes.md runs and finds something. tests/oracle/recipes_oracle.py compares
# what they print with DuckDB.
source "$(dirname "${BASH_SOURCE[0]}")/cases.sh"
source "$here/page_inputs.sh"
page=$(realpath "$here/../../docs/recipes.md")

case_every_command_of_the_page_finds_something() {
    make_logs
    local count=0 line
    while IFS= read -r line; do
        count=$((count + 1))
        eval "set -- ${line#    flowlog }"
        run "$@" --quiet --csv
        [ "$rc" = 0 ] || { fail "exit code $rc: $line"; show err; }
        [ "$(wc -l <out)" -gt 1 ] || { fail "nothing is found: $line"; show out; }
        run "$@" --json --quiet
        is_json out
    done < <(grep '^    flowlog ' "$page")
    [ $count -ge 35 ] || fail "only $count commands"
}

case_every_recipe_has_a_name_and_a_command() {
    grep -c '^    flowlog ' "$page" >commands
    grep -c '^\*\*' "$page" | holds commands
    # and nothing else is set as code
    grep -cE '^(    |```)' "$page" | holds commands
}

run_cases
