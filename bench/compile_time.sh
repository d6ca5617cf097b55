#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# compile_time.sh [ROUNDS] [HEADER…]: what headers cost to compile, best user time of ROUNDS (3), beside the headers of the
# standard library that flowlog/flowlog.hpp includes. CXX (g++) and CXXFLAGS (-std=c++20 -fsyntax-only) are from the environment.
set -euo pipefail
include="$(cd "$(dirname "${BASH_SOURCE[0]}")/../include" && pwd)"
cxx=${CXX:-g++}
read -ra flags <<<"${CXXFLAGS:--std=c++20 -fsyntax-only}"
rounds=${1:-3}
headers=("${@:2}")
((${#headers[@]})) || headers=(
    flowlog/flowlog.hpp
    flowlog/format/text.hpp
    flowlog/aggregate/run.hpp
    flowlog/grammar/filter.hpp
)

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

# The headers of flowlog that flowlog.hpp reaches include these of the standard library and of the system.
echo '#include <flowlog/flowlog.hpp>' >"$folder/reached.cpp"
"$cxx" -std=c++20 -M -I "$include" "$folder/reached.cpp" | tr -s ' \\' '\n' | grep -F "$include/" |
    xargs grep -hoE '^ *#include <[^>]+>' | sed 's/^ *//' | sort -u |
    grep -vE '<(flowlog|boost)/|<arm_neon.h>|<immintrin.h>' >"$folder/standard.cpp"

# The best user time in seconds of one file, compiled `rounds` times.
best() {
    local TIMEFORMAT=%U
    for ((i = 0; i < rounds; ++i)); do
        { time "$cxx" "${flags[@]}" -I "$include" "$1" -o /dev/null; } 2>&1
    done | sort -n | head -n 1
}

standard=$(best "$folder/standard.cpp")
printf '%-32s %6s %6s\n' "$("$cxx" --version | head -n 1 | cut -c 1-32)" s ratio
printf '%-32s %6.2f %6.2f\n' 'standard library alone' "$standard" 1
for header in "${headers[@]}"; do
    echo "#include <$header>" >"$folder/header.cpp"
    seconds=$(best "$folder/header.cpp")
    printf '%-32s %6.2f %6.2f\n' "$header" "$seconds" "$(awk "BEGIN { print $seconds / $standard }")"
done
