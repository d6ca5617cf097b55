# SPDX-License-Identifier: BSL-1.0
# checks.sh: functions for the tests of packages, which source it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=$here/../../examples/data
export FLOWLOG_CONFIG= # not the settings of whoever runs the tests
as_root=()
((EUID == 0)) || as_root=(sudo)

fail() {
    echo "FAIL  $*" >&2
    exit 1
}
ok() { echo "ok    $*"; }

# says FILE TEXT: the file contains TEXT
says() { grep -qF -e "$2" "$1" || { sed 's/^/    | /' "$1" >&2; fail "$1 lacks: $2"; }; }

# has_answer FILE: the file is what `top examples/data/flow_logs.txt --by service --sum bytes -n 3 --quiet` prints
has_answer() {
    diff - "$1" <<'EOF' || fail "another answer"
service    bytes   share
443/tcp    24000   21.6%
23/tcp     19500   17.6%
143/tcp    18500   16.7%
(4 more)   49000   44.1%
(total)   111000  100.0%
EOF
}
question=(top flow_logs.txt --by service --sum bytes -n 3 --quiet)

# Prints the seconds since a time, which `date +%s.%N` has printed; fails if they are 30 or more.
seconds_since() {
    awk -v from="$1" -v to="$(date +%s.%N)" 'BEGIN { printf "%.1f", to - from; exit to - from >= 30 }' ||
        fail "more than 30 s to the first answer"
}

# new_debian RELEASE FOLDER: makes the root folder of a new Debian, which is kept for the next time
new_debian() {
    [ ! -e "$2/made" ] || return 0
    echo "== Making a root folder of Debian's $1"
    "${as_root[@]}" rm -rf "$2"
    mkdir -p "$2"
    "${as_root[@]}" debootstrap --variant=minbase "$1" "$2" http://deb.debian.org/debian >"$2.log" 2>&1 ||
        { tail -n 5 "$2.log" >&2; fail "debootstrap"; }
    "${as_root[@]}" touch "$2/made"
}
