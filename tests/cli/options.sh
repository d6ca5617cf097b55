#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# options.sh FLOWLOG [CASE…]: checks what comes from the table of options: --help, completions in real shells, manual pages, the
# tables of docs/cli.md; and defaults of options. Runs all cases, or those named.
source "$(dirname "${BASH_SOURCE[0]}")/cases.sh"
shared=$(cd "$here/../.." && pwd)

# lacking PROGRAM: says that a test is left out because there is no such program
lacking() {
    ! command -v "$1" >/dev/null || return 1
    echo "      there is no $1 here: left out"
}

commands() { "$flowlog" completions bash | sed -n "s/^ *commands) echo '\(.*\)' ;;/\1/p"; }

# a log without a header line
edges() { printf '10.0.0.1 10.0.0.2 443 500\n10.0.0.1 10.0.0.3 53 70\n'; }

# --- the table --------------------------------------------------------------------------------------

case_help_has_all_options() {
    source <("$flowlog" completions bash)
    [ "$(commands | wc -w)" -ge 17 ] || fail "too few commands: $(commands)"
    for command in $(commands); do
        run $command --help
        returns 0
        [ "$(awk '{ if (length($0) > n) n = length($0) } END { print n }' out)" -le 100 ] || fail "--help of '$command' is too wide"
        grep -q '^Exit codes\|^Examples' out || fail "--help of '$command' ends without examples"
        [ "$command" != merge ] || continue # the options of other commands, too
        sed -n 's/^  \(-[^ ]*\).*/\1/p' out | tr , '\n' | sort >bound
        _flowlog_options "$command" | tr ' ' '\n' | sort >declared
        diff declared bound >diff || { fail "'$command' does not bind what the table declares:"; show diff; }
    done
}

case_documentation() {
    cp "$shared/docs/cli.md" cli.md
    "$shared/scripts/update-docs.sh" "$flowlog" cli.md 2>err || { fail "update-docs.sh fails:"; show err; }
    diff "$shared/docs/cli.md" cli.md >diff ||
        { fail "docs/cli.md is out of date; mend it with: scripts/update-docs.sh $flowlog"; show diff; }
    [ "$(grep -c '^<!-- options: ' cli.md)" -ge 15 ] || fail "docs/cli.md has too few tables of options"
    # each command has a table, or no option of its own
    run man --markdown tpo
    returns 2
    says err 'there is no table of options of tpo'
}

case_manual_pages() {
    for command in flowlog $(commands); do
        run man $command
        returns 0
        empty err
        cp out $command.1
        says out '.SH OPTIONS'
    done
    says flowlog.1 'FLOWLOG_CONFIG'
    says top.1 '\fBflowlog top vpc.log \-\-by ip \-\-in\-out \-\-sum bytes\fR'
    run man tpo
    returns 2
    says err "no such command: tpo; did you mean 'top'?"
    lacking groff || { groff -man -Tutf8 -ww -z ./*.1 >warnings 2>&1; empty warnings; }
    lacking mandoc || { mandoc -T lint ./*.1 >warnings 2>&1; empty warnings; }
    # some containers have another program in the place of man
    [[ $(man --version 2>&1) != man\ [0-9]* ]] || {
        MANPAGER=cat MANWIDTH=80 man -E UTF-8 --warnings -l top.1 >page 2>warnings
        empty warnings
        says page 'flowlog-top - group flows, and rank the groups'
        says page '--percentile FIELD:P,...'
    }
}

# meant WORDS MESSAGE: the command, or its option, that WORDS name does not exist, and this is meant
meant() {
    run $1
    returns 2
    says err "$2"
}

case_names_of_other_programs() {
    meant 'top a.log --group-by srcaddr' "no such option: --group-by; did you mean '--by'?"
    meant 'top a.log --limit=5' "no such option: --limit; did you mean '-n'?"
    meant 'top a.log --count' "did you mean '--flows'?"
    meant 'top a.log --columns srcaddr' "did you mean '--by'?"
    meant 'print a.log --columns srcaddr' "did you mean '--fields'?"
    meant 'top a.log --from 2024-05-01' "did you mean '--since'?"
    meant 'tag a.log --output results' "did you mean '--out'?"
    meant 'top a.log --output results' 'no such option: --output; results go to standard output: > FILE'
    meant 'top a.log -o a.csv' 'no such option: -o; results go to standard output: > FILE'
    meant 'graph a.log -o a.dot' 'no such option: -o; results go to standard output: > FILE'
    meant 'top a.log --output-format csv' 'no such option: --output-format; write --csv, --tsv, --json or --ndjson'
    meant 'graph a.log --output-format graphml' "did you mean '--format'?"
    meant 'convert a.log --output-format csv' "did you mean '--to'?"
    meant 'top a.log --to csv' 'no such option: --to; write --csv, --tsv, --json or --ndjson, or --until for a time'
    meant 'graph a.log --to json' 'no such option: --to; write --format, or --until for a time'
    meant 'top a.log --interval 5m' '; periods are keys: --by start:5m'
    meant 'print a.log --interval 5m' 'no such option: --interval'
    lacks err '--by'
    meant "$data/flow_logs.txt --by srcaddr" 'no such option: --by; it is an option of top, digest'
    meant 'stats a.log' "no such command: stats; did you mean 'overview'?"
    meant 'grep' "no such command: grep; did you mean 'print'?"
    meant "top $data/flow_logs.txt --by day" "key 'day': no field is called 'day'; write date"
    meant "top $data/flow_logs.txt --by minute" 'write start:1m'
    meant "top $data/flow_logs.txt --by bin(5m)" 'write start:5m'
    # lists in parts, and values that are missing or given twice
    run top "$data/flow_logs.txt" --by srcaddr --by dstport --csv
    cp out parts
    run top "$data/flow_logs.txt" --by srcaddr,dstport --csv
    holds parts <out
    meant 'top a.log --by' '--by needs a value: KEYS'
    meant 'top a.log -n 1 -n 2' '-n is given more than once'
    # all names of an option, of which one was used
    meant 'print a.log -n -1' "-n,--head: expected a whole number, found '-1'"
    meant 'convert a.log -o' '-o,--output needs a value: FILE'
    meant 'diff a.log b.log --factor 0.5' "--factor: expected a number from 1 to 1e+15, found '0.5'"
    meant 'diff a.log b.log --factor 2x' "--factor: expected a number from 1 to 1e+15, found '2x'"
    # what is meant exists
    source <("$flowlog" completions bash)
    { for command in $(commands); do _flowlog_options "$command"; done; commands; } | tr ' ' '\n' >known
    sed -n 's/^    {"\([-a-z]*\)",.*/\1/p' "$shared/examples/cli/other_names.cpp" >words
    [ "$(wc -l <words)" -ge 20 ] || fail "too few words: $(cat words)"
    while read -r word; do grep -qxe "$word" known || fail "there is no '$word'"; done <words
}

# what is meant is the format of the output, unless the settings have a format of this name
case_format_of_the_output() {
    edges >a.log
    meant 'top a.log --format csv' "--format: expected the columns of logs without a header line, found 'csv'; for output as csv, write --csv"
    meant 'print a.log --format vpc' 'for output as vpc, write --vpc'
    meant 'convert a.log -o b --format ndjson' 'for output as ndjson, write --to ndjson'
    printf '[formats]\ncsv = "srcaddr dstaddr dstport bytes"\n' >config.toml
    FLOWLOG_CONFIG=config.toml run top a.log --format csv --by dstport --sum bytes --csv
    returns 0
    holds out <<<$'dstport,bytes\n443,500\n53,70'
}

case_end_of_options() {
    edges >a.log
    edges >./-x.log
    local columns='srcaddr dstaddr dstport bytes'
    run top a.log --format "$columns" --flows --csv --quiet -- -x.log
    returns 0
    holds out <<<$'flows\n4'
    run top --format "$columns" --flows --csv --quiet -- -x.log a.log
    returns 0
    holds out <<<$'flows\n4'
    run top a.log --format "$columns" --by srcaddr -- none.log
    returns 2
    says err 'none.log: cannot open'
    run --format "$columns" --quiet -- -x.log
    returns 0
    run -- a.log --quiet # which is a log here
    returns 2
    says err './--quiet: cannot open'
    printf 'srcaddr dstport\n10.0.0.1 53\n' | run top --flows --csv --quiet -- -
    returns 0
    holds out <<<$'flows\n1'
}

# words that belong to an option before them, and are taken for logs
case_misplaced_words() {
    printf 'srcaddr dstaddr dstport protocol bytes\n10.0.0.1 10.0.0.2 443 6 500\n' >a.log
    local none='cannot open: No such file or directory' quotes="a filter is one argument in quotes: --where 'tcp and port 443'"
    run top a.log --where tcp and port 443
    returns 2
    says err "and: $none; $quotes"
    run top a.log 'proto tcp'
    returns 2
    says err "proto tcp: $none; $quotes"
    run top a.log --by srcaddr dstport
    returns 2
    says err "dstport: $none; commas separate names, without blanks: --by srcaddr,dstport"
    run report talkers rejects a.log
    returns 2
    says err "rejects: $none; commas separate the names of reports: talkers,rejects"
    run top none.log
    returns 2
    says err "none.log: $none"
    lacks err ';'
    # a log that is taken for the value of an option
    meant 'report --html a.log' 'no LOG is given: --html takes a.log as the page that it makes'
    meant 'report --html a.log a.log' 'the output a.log would replace the input a.log'
}

# --- completions ------------------------------------------------------------------------------------

# complete_in_bash WORD…: prints what bash offers for the last word, sorted
complete_in_bash() {
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    COMPREPLY=()
    _flowlog
    printf '%s\n' "${COMPREPLY[@]}" | sort
}

case_bash() {
    "$flowlog" completions bash >script
    source ./script
    complete -p flowlog >registered
    says registered '-F _flowlog'
    touch a.log top.csv
    diff <(complete_in_bash flowlog to) <(printf 'top\ntop.csv\n') || fail "commands and files"
    diff <(complete_in_bash flowlog top --b) <(printf -- '--buffer\n--by\n') || fail "options of top"
    diff <(complete_in_bash flowlog --wher) <(printf -- '--where\n--where-file\n') || fail "options of the overview"
    diff <(complete_in_bash flowlog top a.log --by srcad) <(printf 'srcaddr\n') || fail "keys"
    diff <(complete_in_bash flowlog top --by srcaddr,dstpo) <(printf 'srcaddr,dstport\n') || fail "a list of keys"
    diff <(complete_in_bash flowlog top --by = weekd) <(printf 'weekday\n') || fail "keys after ="
    diff <(complete_in_bash flowlog print --fields srcaddr,log-) <(printf 'srcaddr,log-status\n') || fail "fields"
    diff <(complete_in_bash flowlog top --sum byte) <(printf 'bytes\n') || fail "measures"
    diff <(complete_in_bash flowlog top --where act) <(printf 'action\n') || fail "names in a filter"
    diff <(complete_in_bash flowlog top --where "'action = REJECT and dstpor") <(printf 'action = REJECT and dstport\n') || fail "names in an expression"
    diff <(complete_in_bash flowlog tag --key s) <(printf 'service\nsrcport\n') || fail "choices"
    diff <(complete_in_bash flowlog connections --sort d) <(printf 'duration\n') || fail "choices of one command"
    diff <(complete_in_bash flowlog report talkers,sc) <(printf 'talkers,scans\n') || fail "reports"
    diff <(complete_in_bash flowlog top --lookup to) <(printf 'top.csv\n') || fail "files"
    diff <(complete_in_bash flowlog merge --hu) <(printf -- '--human\n') || fail "options of what is merged"
    diff <(complete_in_bash flowlog man gr) <(printf 'graph\n') || fail "commands as values"
    diff <(complete_in_bash flowlog --color al) <(printf 'always\n') || fail "choices without a command"
}

# complete_in_zsh LINE: prints the line as zsh completes it
complete_in_zsh() {
    zsh -f "$here/complete.zsh" "$PWD" "$1"
}

case_zsh() {
    ! lacking zsh || return 0
    mkdir functions
    "$flowlog" completions zsh >functions/_flowlog
    touch a.log top.csv
    diff <(complete_in_zsh 'flowlog diges') <(printf 'flowlog digest \n') || fail "commands"
    diff <(complete_in_zsh 'flowlog top --asc') <(printf 'flowlog top --ascending \n') || fail "options of top"
    diff <(complete_in_zsh 'flowlog top a.log --by srcad') <(printf 'flowlog top a.log --by srcaddr\n') || fail "keys"
    diff <(complete_in_zsh 'flowlog top --by=srcaddr,weekd') <(printf 'flowlog top --by=srcaddr,weekday\n') || fail "a list of keys"
    diff <(complete_in_zsh 'flowlog print --fields log-') <(printf 'flowlog print --fields log-status\n') || fail "fields"
    diff <(complete_in_zsh 'flowlog top --sum byte') <(printf 'flowlog top --sum bytes\n') || fail "measures"
    diff <(complete_in_zsh 'flowlog top --where acti') <(printf 'flowlog top --where action\n') || fail "names in a filter"
    diff <(complete_in_zsh 'flowlog tag --duplicates er') <(printf 'flowlog tag --duplicates error \n') || fail "choices"
    diff <(complete_in_zsh 'flowlog report sc') <(printf 'flowlog report scans\n') || fail "reports"
    diff <(complete_in_zsh 'flowlog top --lookup to') <(printf 'flowlog top --lookup top.csv \n') || fail "files"
    diff <(complete_in_zsh 'flowlog man grap') <(printf 'flowlog man graph\n') || fail "commands as values"
}

# complete_in_fish LINE: prints what fish offers, sorted, without descriptions
complete_in_fish() {
    HOME=$PWD XDG_CONFIG_HOME=$PWD/none XDG_DATA_HOME=$PWD/none fish --no-config -c \
        'source script.fish; complete -C $argv[1]' -- "$1" 2>&1 | cut -f 1 | sort
}

case_fish() {
    ! lacking fish || return 0
    "$flowlog" completions fish >script.fish
    touch a.log top.csv
    diff <(complete_in_fish 'flowlog diges') <(printf 'digest\n') || fail "commands"
    diff <(complete_in_fish 'flowlog top --b') <(printf -- '--buffer\n--by\n') || fail "options of top"
    diff <(complete_in_fish 'flowlog --wher') <(printf -- '--where\n--where-file\n') || fail "options of the overview"
    diff <(complete_in_fish 'flowlog top a.log --by srcad') <(printf 'srcaddr\n') || fail "keys"
    diff <(complete_in_fish 'flowlog top --by srcaddr,weekd') <(printf 'srcaddr,weekday\n') || fail "a list of keys"
    diff <(complete_in_fish 'flowlog print --fields log-') <(printf 'log-status\n') || fail "fields"
    diff <(complete_in_fish 'flowlog top --where acti') <(printf 'action\n') || fail "names in a filter"
    diff <(complete_in_fish 'flowlog connections --sort d') <(printf 'duration\n') || fail "choices of one command"
    diff <(complete_in_fish 'flowlog report sca') <(printf 'scans\n') || fail "reports"
    diff <(complete_in_fish 'flowlog top --lookup to') <(printf 'top.csv\n') || fail "files"
    diff <(complete_in_fish 'flowlog man grap') <(printf 'graph\n') || fail "commands as values"
}

# --- settings ---------------------------------------------------------------------------------------

case_settings() {
    edges >a.log
    mkdir -p home/.config/flowlog
    cat >home/.config/flowlog/config.toml <<'END'
# settings
map = "names.csv"   # beside this file
format = 'edge'

[formats]
edge = "${srcaddr} ${dstaddr} ${dstport} ${bytes}"
short = "srcaddr dstaddr dstport bytes"
END
    printf '10.0.0.1/32,web\n' >home/.config/flowlog/names.csv
    unset FLOWLOG_CONFIG XDG_CONFIG_HOME
    export HOME=$PWD/home
    run top a.log --by 'label(srcaddr)' --sum bytes --csv
    returns 0
    holds out <<<$'label(srcaddr),bytes\nweb,570'
    # the command line comes first
    printf '10.0.0.1/32,db\n' >mine.csv
    run top a.log --by 'label(srcaddr)' --map mine.csv --format short --sum bytes --csv
    holds out <<<$'label(srcaddr),bytes\ndb,570'
    # then the environment
    FLOWLOG_MAP=mine.csv run top a.log --by 'label(srcaddr)' --sum bytes --csv
    holds out <<<$'label(srcaddr),bytes\ndb,570'
    run top a.log --by 'label(srcaddr)' --no-config
    returns 2
    run --no-config top a.log --by srcaddr
    returns 2
    run graph a.log --format edge --format json
    returns 0
    # other places
    export XDG_CONFIG_HOME=$PWD/home/.config HOME=$PWD
    run top a.log --by dstport --csv
    returns 0
    XDG_CONFIG_HOME=$PWD FLOWLOG_CONFIG=$PWD/home/.config/flowlog/config.toml run a.log --quiet
    returns 0
    FLOWLOG_CONFIG='' run top a.log --by dstport --csv
    returns 2
    FLOWLOG_CONFIG=none.toml run top a.log --by dstport
    returns 2
    says err 'none.toml'
    run merge --help
    returns 0
}

# mistake LINE MESSAGE: a mistake in the third line of the settings is told with its place
mistake() {
    printf '# settings\ntz = "UTC"\n%s\n' "$1" >config.toml
    FLOWLOG_CONFIG=config.toml run top a.log --by dstport
    returns 2
    empty out
    says err "$2"
    FLOWLOG_CONFIG=config.toml run top a.log --by dstport --no-config --format 'srcaddr dstaddr dstport bytes'
    returns 0
}

case_mistakes_in_settings() {
    edges >a.log
    mistake 'mpa = "a.csv"' "config.toml:3: no setting is called 'mpa'; did you mean 'map'?"
    mistake 'map = "a.csv"' 'config.toml:3: there is no file a.csv'
    mistake 'map' 'config.toml:3: expected NAME = "VALUE", found '
    mistake 'map = ' "config.toml:3: "
    mistake 'map = "a.csv' 'config.toml:3: the quote is not closed'
    mistake 'map = "a#.csv"' "config.toml:3: a value cannot have a '#'"
    mistake 'map = a b' 'config.toml:3: expected one value, in quotes'
    mistake 'tz = "UTC"' "config.toml:3: 'tz' is set twice"
    mistake '[format]' "config.toml:3: expected the section [formats], found '[format]'"
    mistake 'endpoint-url = "minio:9000"' 'config.toml:3: --endpoint-url: expected a URL such as'
    mistake 'color = "blue"' "config.toml:3: --color: expected auto|always|never, found 'blue'"
    mistake 'format = "${nothing"' "config.toml:3: expected '}'"
    printf 'tz = "Mars/Base"\n' >config.toml
    FLOWLOG_CONFIG=config.toml run top a.log --by dstport
    returns 2
    says err 'config.toml:1: '
    says err 'Mars/Base'
    FLOWLOG_TZ=Mars/Base run top a.log --by dstport
    returns 2
    says err 'FLOWLOG_TZ: '
    printf '[formats]\nsrcaddr = "dstaddr"\n' >config.toml
    FLOWLOG_CONFIG=config.toml run top a.log --by dstport
    returns 2
    says err "config.toml:2: a format cannot be called 'srcaddr'"
    run top --help
    returns 0
}

case_colours() {
    talk='2 123456789012 eni-1 10.0.0.1 10.0.0.2 1234 443 6 1 40 1620140761 1620140821 ACCEPT OK'
    echo "$talk" >a.log
    local escape
    escape=$(printf '\033[')
    run top a.log --by dstport
    lacks out "$escape"
    run top a.log --by dstport --color always
    says out "$escape"
    NO_COLOR=1 run --color always top a.log --by dstport
    says out "$escape"
    run top none.log --color=always
    says err "$escape"
    run top a.log --by dstport --color never
    lacks out "$escape"
    FLOWLOG_COLOR=always run top a.log --by dstport
    says out "$escape"
    printf 'color = "always"\n' >config.toml
    FLOWLOG_CONFIG=config.toml run top a.log --by dstport
    says out "$escape"
    FLOWLOG_CONFIG=config.toml NO_COLOR=1 run top a.log --by dstport
    lacks out "$escape"
    run top a.log --by dstport --color blue
    returns 2
    says err "--color: expected auto|always|never, found 'blue'"
    # commands that the overview names do not have it
    run a.log --color never
    lacks out '--color'
    run --color never a.log
    returns 0
    ! command -v script >/dev/null || ! script --version 2>/dev/null | grep -q util-linux || {
        script -qec "'$flowlog' top a.log --by dstport --color never" /dev/null </dev/null >out
        lacks out "$escape"
    }
}

run_cases
