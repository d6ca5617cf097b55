#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# docs.sh FLOWLOG [CASE…]: every block of code in README.md and docs/*.md does what it says. A block is one of these:
#   commands   they run. If they begin with `$ `, they print what stands below them, in which a line … stands for any number of
#              lines; a command with nothing below it may print what it likes
#   synopsis   the first block below the heading of a command: the command has a --help
#   ```cpp     is compiled, by the test docs.code
# or has a comment above it:
#   <!-- not run: REASON -->     nothing of it can be tested here
#   <!-- run: COMMAND -->        the block is in the file `block`, and the command succeeds
#   <!-- shows: COMMAND -->      the block is what the command prints
#   <!-- page not run: REASON -->    the same as the first, for all blocks from here on
# recipes.sh runs docs/recipes.md.
source "$(dirname "${BASH_SOURCE[0]}")/cases.sh"
source "$here/page_inputs.sh"
root=$(realpath "$here/../..")
components=$("$flowlog" --version | sed -n 's/^components: //p')

# The bucket of the guides is a folder here.
flowlog() { "$flowlog" "${@//s3:\/\/bucket/bucket}"; }

# what need not be installed takes its input, and says nothing
for tool in dot jq man; do
    command -v "$tool" >/dev/null || eval "$tool() { cat >/dev/null; }"
done

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

# split_page PAGE: writes each block to blocks/LINE, its kind and the comment above it on the first line.
split_page() {
    mkdir blocks
    awk 'function begin(kind) { file = sprintf("blocks/%04d", NR); print kind "\t" comment >file; comment = ""; blanks = 0 }
        function finish() { if (file != "") close(file); file = "" }
        fenced && /^```/ { fenced = 0; finish(); next }
        fenced { print >file; next }
        /^```/ { finish(); begin("fence " substr($0, 4)); fenced = 1; next }
        /^    / {
            if (file == "") begin(in_list ? "list" : above ~ /^#+ .*flowlog/ ? "synopsis" : "indented")
            for (; blanks > 0; --blanks) print "" >file
            print substr($0, 5) >file
            next
        }
        /^$/ { ++blanks; next }
        { finish(); above = $0; comment = "" }
        /^<!-- .*-->$/ { comment = substr($0, 6, length($0) - 9); in_list = 0; next }
        /^(- |[0-9]+\. )/ { in_list = 1; next }
        /^[^ ]/ { in_list = 0 }' "$1"
}

# Runs a command, and compares what it prints with the file `wanted`.
try() {
    [ -n "$1" ] || return 0
    if [[ $1 == *parquet* && $components != *arrow* ]]; then return 0; fi
    ran=$((ran + 1))
    set +u # a variable that is not set is for the command to complain about
    eval "$1" >found 2>&1 </dev/null || { fail "$place: exit code $?, and no <!-- not run: REASON --> above it: $1"; show found; }
    set -u
    [ ! -s wanted ] || matches wanted found >why || { fail "$place: $1"; show why; }
}

# Commands after `$ `, and what they print.
run_session() {
    local command='' line
    : >wanted
    while IFS= read -r line; do
        case $line in
            '$ '*) try "$command" && command=${line#'$ '} && : >wanted ;;
            '# '*) ;;
            *) echo "$line" >>wanted ;;
        esac
    done <block
    try "$command"
}

# Commands alone, one a line if it does not go on after a \ or |.
run_commands() {
    local command='' line
    : >wanted
    while IFS= read -r line; do
        command+=$line
        if [[ $line == *[\\\|] ]]; then command+=$'\n'; continue; fi
        try "$command"
        command=''
    done <block
}

# flowlog COMMAND …: the command exists.
run_synopsis() {
    : >wanted
    local word command
    while read -r word command _; do
        [ "$word" = flowlog ] || fail "$place: not a synopsis of flowlog: $word"
        [[ $command =~ ^[a-z]+$ ]] || command=''
        try "flowlog $command --help"
    done <block
}

run_block() {
    local kind comment
    IFS=$'\t' read -r kind comment <"$1"
    tail -n +2 "$1" >block
    case $comment in
        'page not run: '?*) rest_not_run=yes ;;
        'not run: '?*) return ;;
        'run: '*) : >wanted && try "${comment#run: }" && return ;;
        'shows: '*) cp block wanted && try "${comment#shows: }" && return ;;
    esac
    [ -z "$rest_not_run" ] || return 0
    case $kind in
        'fence c++' | 'fence cpp') says "$root/tests/CMakeLists.txt" "/$(basename "${place%:*}")" ;;
        list) fail "$place: Markdown takes a block after a list for a part of it; put <!-- --> between them" ;;
        synopsis) run_synopsis ;;
        *) if grep -q '^\$ ' block; then run_session; else run_commands; fi ;;
    esac
}

# run_page PAGE COMMANDS: runs the blocks of a page in their order; there are at least so many commands.
run_page() {
    ln -sfn "$root/examples" examples
    ln -sfn "$root/tests" tests
    make_inputs
    split_page "$root/$1"
    local ran=0 rest_not_run='' block place
    for block in blocks/*; do
        [ -e "$block" ] || break
        place=$1:$((10#${block#blocks/}))
        run_block "$block"
    done
    [ $ran -ge "$2" ] || fail "$1: only $ran commands"
}

# filters ARCHIVE: every line of `block` is one filter, or several with three blanks or more between them
filters() {
    sed 's/   */\n/g' block | grep . >filters.txt
    while IFS= read -r line; do
        flowlog top "$1" --where "$line" --quiet || { echo "the filter: $line"; return 1; }
    done <filters.txt
}

case_readme() { run_page README.md 3; }
case_architecture() { run_page docs/architecture.md 0; }
case_cli() { run_page docs/cli.md 80; }
case_filter() { run_page docs/filter.md 5; }
case_formats() { run_page docs/formats.md 0; }
case_library() { run_page docs/library.md 0; }
case_migrating() { run_page docs/migrating.md 20; }
case_performance() { run_page docs/performance.md 5; }
case_reference() { run_page docs/reference.md 0; }
case_scale() { run_page docs/scale.md 4; }
case_tutorial() { run_page docs/tutorial.md 7; }

case_no_page_is_left_out() {
    local page
    for page in "$root"/docs/*.md; do
        page=$(basename "$page" .md)
        [ "$page" = recipes ] || declare -F "case_$page" >/dev/null || fail "docs/$page.md has no case here"
    done
}

# anchors PAGE: the names of its headings in links
anchors() { sed -n 's/^##* //p' "$1" | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9 _-]//g; s/ /-/g'; }

case_every_link_leads_somewhere() {
    local page link file count=0
    for page in "$root"/*.md "$root"/docs/*.md "$root"/bench/README.md; do
        while IFS= read -r link; do
            count=$((count + 1))
            file=$(dirname "$page")/${link%%#*}
            [ -n "${link%%#*}" ] || file=$page
            [ -e "$file" ] || { fail "$page: there is no $link"; continue; }
            [[ $link != *.md#* && $link != '#'* ]] || anchors "$file" >names
            [[ $link != *.md#* && $link != '#'* ]] || grep -qxF -e "${link#*#}" names || fail "$page: $link: no such heading"
        done < <(grep -oE '\]\([^): ]+\)' "$page" | sed 's/^](//; s/)$//')
    done
    [ $count -ge 60 ] || fail "only $count links"
}

case_every_fuzz_target_is_described() {
    local target
    for target in "$root"/tests/fuzz/*.cpp; do
        target=$(basename "$target" .cpp)
        says "$root/SECURITY.md" "\`$target\`"
        says "$root/tests/fuzz/CMakeLists.txt" "flowlog_fuzzer($target)"
    done
}

run_cases
