#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# install-packages.sh demo|tests|ci|dev|bench|oracle|aarch64: installs through apt what scripts/packages.txt names for this step and is missing.
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
    *) echo "usage: $0 demo|tests|ci|dev|bench|oracle|aarch64" >&2; exit 2 ;;
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

if ((${#missing[@]} == 0)); then
    echo "== All packages for '$1' are installed"
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
