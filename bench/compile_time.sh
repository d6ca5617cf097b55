#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# compile_time.sh [ROUNDS] [HEADER | PROGRAM.cpp]…: what headers and programs cost to compile, the best user time of ROUNDS (3).
#   HEADER        as in #include <HEADER>; stands beside the headers of the standard library that flowlog/flowlog.hpp includes
#   PROGRAM.cpp   a file, once with the headers alone and once with flowlog::compiled:  compile_time.sh 1 examples/*.cpp
# CXX (g++), CXXFLAGS (-std=c++20 -fsyntax-only) for headers and PROGRAM_FLAGS (-std=c++20 -O2 -c) are from the environment.
set -euo pipefail
include="$(cd "$(dirname "${BASH_SOURCE[0]}")/../include" && pwd)"
cxx=${CXX:-g++}
read -ra header_flags <<<"${CXXFLAGS:--std=c++20 -fsyntax-only}"
read -ra program_flags <<<"${PROGRAM_FLAGS:--std=c++20 -O2 -c}"
rounds=${1:-3}
headers=()
programs=()
for name in "${@:2}"; do
    case $name in
        *.cpp) programs+=("$name") ;;
        *) headers+=("$name") ;;
    esac
done
(($# > 1)) || headers=(
    flowlog/flowlog.hpp
    flowlog/format/text.hpp
    flowlog/aggregate/run.hpp
    flowlog/grammar/filter.hpp
)

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

# The best user time in seconds of compiling with these arguments, `rounds` times.
best() {
    local TIMEFORMAT=%U
    for ((i = 0; i < rounds; ++i)); do
        { time "$cxx" "$@" -I "$include" -o /dev/null; } 2>&1
    done | sort -n | head -n 1
}

compare_headers() {
    # The headers of flowlog that flowlog.hpp reaches include these of the standard library and of the system.
    echo '#include <flowlog/flowlog.hpp>' >"$folder/reached.cpp"
    "$cxx" -std=c++20 -M -I "$include" "$folder/reached.cpp" | tr -s ' \\' '\n' | grep -F "$include/" |
        xargs grep -hoE '^ *#include <[^>]+>' | sed 's/^ *//' | sort -u |
        grep -vE '<(flowlog|boost)/|<arm_neon.h>|<immintrin.h>' >"$folder/standard.cpp"
    local standard
    standard=$(best "${header_flags[@]}" "$folder/standard.cpp")
    printf '%-32s %8s %8s\n' "$("$cxx" --version | head -n 1 | cut -c 1-32)" s ratio
    printf '%-32s %8.2f %8.2f\n' 'standard library alone' "$standard" 1
    for header in "${headers[@]}"; do
        echo "#include <$header>" >"$folder/header.cpp"
        seconds=$(best "${header_flags[@]}" "$folder/header.cpp")
        printf '%-32s %8.2f %8.2f\n' "$header" "$seconds" "$(awk "BEGIN { print $seconds / $standard }")"
    done
}

compare_programs() {
    printf '%-32s %8s %8s\n' "${program_flags[*]}" headers compiled
    for program in "${programs[@]}"; do
        printf '%-32s %8.2f %8.2f\n' "$(basename "$program")" "$(best "${program_flags[@]}" "$program")" \
            "$(best "${program_flags[@]}" -DFLOWLOG_COMPILED "$program")"
    done
}

((${#headers[@]} == 0)) || compare_headers
((${#programs[@]} == 0)) || compare_programs
