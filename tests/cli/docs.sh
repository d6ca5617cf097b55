#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# docs.sh FLOWLOG [CASE…]: every command that a guide shows runs, and prints what stands below it. A line … stands for any
# number of lines; a command with nothing below it may print what it likes.
source "$(dirname "${BASH_SOURCE[0]}")/cases.sh"
root=$(realpath "$here/../..")

flowlog() { "$flowlog" "$@"; }

# matches WANTED FOUND: whether the lines of FOUND are those of WANTED
matches() {
    awk 'NR == FNR { found[++count] = $0; next }
        $0 == "…" { skip = 1; next }
        {
            while (skip && at < count && found[at + 1] != $0) ++at
            skip = 0
            if (++at > count || found[at] != $0) { print "wanted: " $0; print "found:  " found[at]; exit bad = 1 }
        }
        END { if (!bad && !skip && at < count) { print "not wanted: " found[at + 1]; exit 1 } }' "$2" "$1"
}

# Runs a command, and compares what it prints with the file `wanted`.
try() {
    [ -n "$1" ] || return 0
    ran=$((ran + 1))
    eval "$1" >found 2>&1 || { fail "exit code $?: $1"; show found; }
    [ ! -s wanted ] || matches wanted found >why || { fail "$1"; show why; }
}

# Runs the commands of a page in their order.
run_page() {
    ln -sfn "$root/examples" examples
    ln -sfn "$root/tests" tests
    local command='' line
    ran=0
    : >wanted
    while IFS= read -r line; do
        case $line in
            '    $ '*)
                try "$command"
                command=${line#'    $ '}
                : >wanted
                ;;
            '    # '*) ;;
            '    '*) [ -z "$command" ] || echo "${line#    }" >>wanted ;;
            '') [ -z "$command" ] || echo >>blanks ;;
            *)
                try "$command"
                command=''
                ;;
        esac
    done <"$root/$1"
    try "$command"
    [ $ran -ge "$2" ] || fail "only $ran commands"
}

case_tutorial() { run_page docs/tutorial.md 7; }
case_migrating() { run_page docs/migrating.md 20; }

run_cases
