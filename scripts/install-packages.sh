#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# install-packages.sh demo|tests|ci|dev|bench|oracle|aarch64|page|doxygen|consumers|static|static-aarch64|deb|wheel|packages|stores|store-tests: installs through apt what scripts/packages.txt names for this
# step and is missing. `stores` also installs into build/stores: Apache Arrow, out of the Python package pyarrow, and DuckDB, for the tests.
# `store-tests` does that, too, and compiles the S3 server versitygw if go is there, which takes some minutes.
set -euo pipefail

list="$(dirname "${BASH_SOURCE[0]}")/packages.txt"
case "${1-}" in
    demo) steps='demo' ;;
    tests) steps='demo tests' ;;
    ci) steps='demo tests ci' ;;
    dev) steps='demo tests ci dev' ;;
    bench) steps='demo bench' ;;
    oracle) steps='demo oracle' ;;
    aarch64) steps='demo tests aarch64' ;;
    page) steps='demo page' ;;
    doxygen | static | static-aarch64 | wheel | packages) steps=$1 ;;
    consumers) steps='demo consumers' ;;
    deb) steps='demo deb' ;;
    stores | store-tests) steps='demo stores' ;;
    *) echo "usage: $0 demo|tests|ci|dev|bench|oracle|aarch64|page|doxygen|consumers|static|static-aarch64|deb|wheel|packages|stores|store-tests" >&2; exit 2 ;;
esac

is_installed() { [[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]; }
is_available() { [[ -n "$(apt-cache madison "$1" 2>/dev/null)" ]]; }

# Prints the first argument for which the command $1 holds.
first_that() {
    local check=$1 name
    shift
    for name in "$@"; do
        if "$check" "$name"; then echo "$name"; return; fi
    done
    return 1
}

missing=()
while read -r step names; do
    [[ " $steps " == *" $step "* ]] || continue
    IFS='|' read -ra choice <<<"$names"
    command -v dpkg-query >/dev/null && first_that is_installed "${choice[@]}" >/dev/null || missing+=("$names")
done < <(grep -v '^#' "$list")

# Apache Arrow is not in Debian 12; pyarrow brings its libraries and headers.
install_arrow() {
    [[ $1 == stores || $1 == store-tests ]] || return 0
    local folder
    folder="$(dirname "$list")/../build/stores"
    [[ -x $folder/bin/python ]] || python3 -m venv "$folder"
    "$folder/bin/python" -m pip install --quiet "pyarrow==$(sed -n 's/^# pyarrow //p' "$list")" \
        "duckdb==$(sed -n 's/^# duckdb //p' "$list")" "networkx==$(sed -n 's/^# networkx //p' "$list")"
    echo "== Apache Arrow is in $folder"
    [[ $1 == stores ]] || install_versitygw "$(cd "$folder" && pwd)/bin"
}

install_versitygw() {
    local version
    version="$(sed -n 's/^# versitygw //p' "$list")"
    [[ ! -x $1/versitygw ]] || return 0
    command -v go >/dev/null || { echo "== No go here: the tests of object stores will be skipped"; return 0; }
    echo "== Compiling versitygw $version"
    GOBIN="$1" GOTOOLCHAIN=local GOFLAGS=-p=1 go install "github.com/versity/versitygw/cmd/versitygw@$version"
}

if ((${#missing[@]} == 0)); then
    echo "== All packages for '$1' are installed"
    install_arrow "$1"
    exit
fi
if ! command -v apt-get >/dev/null; then
    echo "== No apt here: going on in the hope that these are installed: ${missing[*]}"
    exit
fi

as_root=()
if ((EUID != 0)); then as_root=(sudo); fi

echo "== Missing: ${missing[*]}. Asking apt for the package lists"
"${as_root[@]}" apt-get update -qq || echo "== Some lists could not be fetched: going on with the rest"
wanted=()
for names in "${missing[@]}"; do
    IFS='|' read -ra choice <<<"$names"
    wanted+=("$(first_that is_available "${choice[@]}" || echo "${choice[0]}")")
done
echo "== Installing ${wanted[*]}"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${wanted[@]}"
install_arrow "$1"
