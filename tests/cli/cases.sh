# SPDX-License-Identifier: BSL-1.0
# cases.sh: functions for the tests of the command. A script sources it with its own arguments, FLOWLOG [CASE…],
# declares functions case_NAME, and ends with run_cases.
set -uo pipefail
shopt -s lastpipe # so that a failure at the end of a pipe is noticed
flowlog=$(realpath "$1")
cases=("${@:2}")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=$here/../../examples/data
archives=$(realpath "$here/../data/netflow")
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
unset NO_COLOR FLOWLOG_COLOR FLOWLOG_ENDPOINT_URL FLOWLOG_FORMAT FLOWLOG_LOOKUP FLOWLOG_MAP FLOWLOG_TZ
export FLOWLOG_CONFIG= # not the settings of whoever runs the tests
export LC_ALL=C TERM=xterm

# Runs flowlog; its output is in out, its errors in err, its exit code in rc.
run() {
    "$flowlog" "$@" >out 2>err
    rc=$?
}

# Runs a command with signals as they are by default: a shell ignores some in what it runs in the background,
# and nohup ignores SIGHUP.
with_default_signals() {
    exec perl -e '$SIG{$_} = "DEFAULT" for qw(HUP INT QUIT XCPU USR1 USR2 ALRM VTALRM PROF); exec @ARGV' "$@"
}

fail() {
    failed=1
    echo "    $*"
}

# Prints a file, below what is wrong with it.
show() { sed 's/^/    | /' "$1"; }

# returns CODE: checks the exit code
returns() { [ "$rc" = "$1" ] || { fail "exit code $rc, not $1"; show err; }; }

# holds FILE: the file equals standard input
holds() { diff -u --label expected --label "$1" - "$1" >diff || { fail "$1 differs:"; show diff; }; }

# says FILE TEXT, lacks FILE TEXT: the file contains TEXT, or does not
says() { grep -qF -e "$2" "$1" || { fail "$1 lacks: $2"; show "$1"; }; }
lacks() { ! grep -qaF -e "$2" "$1" || fail "$1 has: $2"; }
empty() { [ ! -s "$1" ] || { fail "$1 is not empty:"; show "$1"; }; }

is_json() {
    if command -v python3 >/dev/null; then
        python3 -m json.tool <"$1" >/dev/null 2>diff || { fail "$1 is no JSON:"; show diff; }
    fi
}

# Runs the cases that the command line names, or all of them, each in its own folder. Fails if one fails.
run_cases() {
    [ ${#cases[@]} -gt 0 ] || mapfile -t cases < <(declare -F | sed -n 's/^declare -f case_//p')
    local bad=0 name
    for name in "${cases[@]}"; do
        mkdir "$room/$name"
        cd "$room/$name" || exit 2
        failed=0
        "case_$name"
        if [ "$failed" = 0 ]; then
            echo "ok    $name"
        else
            echo "FAIL  $name"
            bad=$((bad + 1))
        fi
    done
    echo "${#cases[@]} cases, $bad failed"
    [ "$bad" = 0 ]
}
