#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# plain.sh COMPILER FOLDER [-fsyntax-only]: compiles and runs a program by the line of g++ in docs/library.md, alone and with what the
# table of components adds to it, in FOLDER. With -fsyntax-only, all at once. Components whose library is not here are left out.
set -euo pipefail
compiler=$1 folder=$2 syntax=${3-}
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
mkdir -p "$folder"
cd "$folder"
ln -sfn "$root/include" include

line=$(sed -n 's/^    g++ //p' "$root/docs/library.md")
[[ $line == *' main.cpp' ]] || { echo "docs/library.md has no line of g++" >&2; exit 1; }
# rows of the table: | `gzip` | … | `<flowlog/source/gzip.hpp>` | … | `-DFLOWLOG_GZIP_ISAL=1 -lisal` |
sed -n 's/^| `[a-z0-9]*` | [^|]* | `\(<flowlog[^`]*>\)` | [^|]* | `\(-[^`]*\)` |$/\1 \2/p' "$root/docs/library.md" >rows
[ "$(wc -l <rows)" -ge 7 ] || { echo "docs/library.md has too few components" >&2; exit 1; }

# build DEFINITION… -lLIBRARY…: what the guide says to type
build() {
    # shellcheck disable=SC2086 # the words of the line
    # clang would warn of libraries if it does not link; g++ knows no such warning, and does not mind
    $compiler $line -Wall -Wextra -Werror -Wno-unused-command-line-argument $syntax "$@" || { echo "failed: g++ $line $*" >&2; exit 1; }
    [ -n "$syntax" ] || [ "$(./a.out)" = 1 ] || { echo "the program of g++ $line $* is wrong" >&2; exit 1; }
}

# program INCLUDES: it reads a log if it is run, too
program() {
    if [ -n "$syntax" ]; then
        echo "$1"$'\n'"int main() {}"
        return
    fi
    cat <<END
$1
#include <iostream>
#include <flowlog/format/text.hpp>
#include <flowlog/source/memory.hpp>
int main() {
    auto flows = 0;
    auto reader = flowlog::text_reader{flowlog::memory_source{"srcaddr bytes\n10.0.0.1 5\n"}};
    for (auto const& flow : reader) flows += flow[flowlog::field::bytes] == 5 ? 1 : 0;
    std::cout << flows << '\n';
}
END
}

program '' >main.cpp
[ -n "$syntax" ] || build
includes='' all=()
while read -r header flags; do
    # shellcheck disable=SC2206 # the words of the cell
    words=($flags)
    echo 'int main() {}' >library.cpp
    "$compiler" library.cpp "${words[@]}" -o library 2>/dev/null || { echo "no library for $flags"; continue; }
    if [ -n "$syntax" ]; then
        [[ $includes == *"$header"* ]] || all+=("${words[@]}")
        includes+="#include $header"$'\n'
        continue
    fi
    program "#include $header" >main.cpp
    build "${words[@]}"
    echo "ok    g++ $line $flags"
done <rows
[ -n "$syntax" ] || exit 0
program "$includes" >main.cpp
build "${all[@]}"
