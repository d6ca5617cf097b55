#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# reports.sh FLOWLOG [CASE…]: inputs and uses that people reported of flow-log tools, and faults that were found in this
# one, with their right answers. The inputs are in tests/data/reports. Runs all cases, or those named.
source "$(dirname "${BASH_SOURCE[0]}")/cases.sh"
reports=$(realpath "$here/../data/reports")

case_malformed_lines_of_tag() {
    for format in --csv --tsv --ndjson --json; do
        run tag "$reports/33/in.log" --lookup "$reports/33/t.csv" $format
        returns 0
        says err "in.log:1:"
        says err "dstport"
        run tag "$reports/33/in.log" --lookup "$reports/33/t.csv" $format --strict
        returns 1
        says err '--strict: 1 line malformed'
    done
}

case_no_break_spaces_in_a_table() {
    run tag "$reports/34/in.log" --lookup "$reports/34/t.csv" --csv
    returns 0
    says out 'sv_P2,1'
}

case_header_after_a_comment_mark() {
    run top "$reports/37/in.log" --by srcaddr --csv
    returns 0
    [ "$(wc -l <out)" = 4 ] || fail "$(wc -l <out) lines"
    empty err
}

case_formats_of_other_tools() {
    local names='version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status'
    local opening name format
    run print "$reports/39/in.log" --csv --format default
    cp out expected
    [ "$(wc -l <expected)" = 4 ] || fail "$(wc -l <expected) lines"
    for opening in '${!' '$${' '\${'; do
        format=
        for name in $names; do format+=" $opening$name}"; done
        run print "$reports/39/in.log" --csv --format "$format"
        returns 0
        holds out <expected
    done
    run print "$reports/39/in.log" --csv --format "[${names// /, }]"
    holds out <expected
}

case_a_field_twice_in_a_format() {
    run print "$reports/41/h.log" --csv
    returns 0
    cp out expected
    run print "$reports/41/in.log" --csv --format "$(head -n 1 "$reports/41/h.log")"
    returns 0
    holds out <expected
}

case_what_is_not_read_is_named() {
    run detect "$reports/43/a.pcap"
    returns 2
    says err 'packet capture'
    run top "$reports/43/a.pcap" --by srcaddr
    returns 2
    says err 'this is a packet capture (pcap), which is not read here: nfpcapd or softflowd makes flows of it'
    run top "$reports/43/raw.v5" --by srcaddr
    says err 'NetFlow datagrams'
    run top "$reports/43/part.ft" --by srcaddr
    returns 2
    says err 'this is binary data of no format that is known here'
    printf 'x' | tar -cf a.tar -C "$reports/33" in.log
    run top a.tar --by srcaddr
    returns 2
    says err 'a.tar: this is a tar archive, which is not read here: tar -xOf FILE | flowlog ... -'
    iconv -t UTF-16LE "$reports/33/in.log" >utf16.log
    run top utf16.log --by srcaddr
    says err 'UTF-16 text'
    gzip -c "$reports/33/in.log" | base64 >a.b64
    run top a.b64 --by srcaddr
    says err 'base64 -d FILE'
    echo '{"message": "2 1 eni-1"}' >a.json
    run top a.json --by srcaddr
    if "$flowlog" --version | grep -q '^components:.* json'; then
        says err 'expected 14 columns, found 3'
    else
        says err 'flowlog::json'
    fi
}

case_names_of_other_tools() {
    for key in srcas srcvlan inif outif; do
        run top "$reports/54/in.nfdump" --by $key --csv
        returns 0
    done
    run top "$reports/56/in.log" --by sourceaddress,destination_address --sum numbytes --csv
    returns 0
    says out 'srcaddr,dstaddr,bytes'
    run top "$reports/56/in.log" --by start_time:1h --csv
    returns 0
    run top "$reports/56/in.log" --by srcaddr --sort -bytes --csv
    returns 2
}

case_one_known_word_is_no_header() {
    run print "$reports/59/d" --csv
    returns 2
    says err 'README.txt:1: cannot tell the format'
    [ "$(wc -l <out)" = 4 ] || fail "$(wc -l <out) lines"
    says out 'version,account-id,'
}

case_tables_that_were_joined() {
    run tag "$reports/61/in.log" --lookup "$reports/61/t.csv" --csv
    returns 0
    says out 'sv_P2,1'
    run top "$reports/62/in.log" --by 'label(srcaddr)' --map "$reports/62/m.csv" --csv
    returns 0
    says out 'b,'
    says err "m.csv:2: 172.31.0.0/16: label 'b' replaces 'a' of line 1"
}

case_tables_may_be_compressed() {
    [ "$(detected_components)" != '' ] || return 0
    gzip -c "$reports/61/t.csv" >t.csv.gz
    run tag "$reports/61/in.log" --lookup t.csv.gz --csv
    returns 0
    says out 'sv_P2,1'
    printf '172.31.0.0/16,a\n' | gzip -c >m.csv.gz
    run top "$reports/62/in.log" --by 'label(srcaddr)' --map m.csv.gz --csv
    says out 'a,'
}

# Prints "gzip" if the command reads it.
detected_components() { "$flowlog" --version | grep -o gzip | head -n 1; }

case_an_extra_cell_in_a_table() {
    printf 'dstport,protocol,tag\n443,tcp,web, production\n' >t.csv
    run tag "$data/flow_logs.txt" --lookup t.csv --csv
    returns 2
    says err "t.csv:2:14: expected 3 cells, found another one, 'production'"
    printf 'cidr,label\n10.0.0.0/8,Berlin, floor 2\n' >m.csv
    run top "$data/flow_logs.txt" --by 'label(srcaddr)' --map m.csv --csv
    returns 2
    says err "'floor 2'"
}

case_empty_values_of_options() {
    local option
    for option in --where --format --fields; do
        run print "$data/flow_logs.txt" $option ''
        returns 2
        says err "$option"
    done
    run print "$data/flow_logs.txt" --where ' '
    returns 2
    for option in --sort --sum --map --lookup; do
        run top "$data/flow_logs.txt" --by srcaddr $option ''
        returns 2
    done
    run top "$data/flow_logs.txt" --by srcaddr --sum ,
    returns 2
    run top "$data/flow_logs.txt" --by srcaddr --sum=
    returns 2
}

case_standard_input_twice() {
    local command
    for command in check print detect; do
        run $command - - <"$data/flow_logs.txt"
        returns 2
        says err 'only one input can be standard input'
    done
}

case_closed_streams() {
    ("$flowlog" tag "$data/flow_logs.txt" --ndjson --lookup "$data/lookup_table.csv" --out o >&- 2>err)
    rc=$?
    returns 2
    says err 'standard output: cannot write'
    ! grep -q '{' o/* 2>/dev/null || fail 'rows of standard output are in a file'
    ("$flowlog" top - --by srcaddr <&- >out 2>err)
    rc=$?
    returns 2
    says err 'read failed'
    ("$flowlog" tag "$data/flow_logs.txt" --lookup "$data/lookup_table.csv" --out p 2>&- >out)
    rc=$?
    returns 0
}

case_full_disks() {
    [ -w /dev/full ] || return 0
    local arguments
    for arguments in --version --help 'tag --help'; do
        "$flowlog" $arguments >/dev/full 2>err
        rc=$?
        returns 2
    done
}

case_folder_with_a_slash_at_its_end() {
    run tag "$data/flow_logs.txt" --lookup "$data/lookup_table.csv" --quiet --out new/
    returns 0
    run tag "$data/flow_logs.txt" --lookup "$data/lookup_table.csv" --quiet --out new//x//
    returns 0
    [ -s new/x/output.csv ] || fail 'no new/x/output.csv'
}

# Runs a command with signals as they are by default: a shell ignores some in what it runs in the background.
with_default_signals() {
    exec python3 -c 'import os, signal, sys
for name in "QUIT XCPU USR1 USR2 ALRM VTALRM PROF".split():
    signal.signal(getattr(signal, "SIG" + name), signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$@"
}

case_signals_leave_nothing_behind() {
    command -v python3 >/dev/null || return 0
    local signal
    for signal in QUIT XCPU USR1 USR2 ALRM VTALRM PROF; do
        mkfifo pipe
        with_default_signals "$flowlog" tag pipe --lookup "$data/lookup_table.csv" --out o --quiet 2>err &
        local pid=$!
        exec 9>pipe
        echo 'version srcaddr dstport protocol' >&9
        for _ in $(seq 100); do
            [ -z "$(ls -A o 2>/dev/null)" ] || break
            sleep 0.05
        done
        kill -s $signal $pid
        sleep 0.2
        exec 9>&- # ends what is still there, with results in its folder
        wait $pid 2>/dev/null
        [ -z "$(ls -A o 2>/dev/null)" ] || fail "SIG$signal leaves $(ls -A o)"
        rm -rf o pipe
    done
}

case_a_file_that_may_not_grow() {
    { echo 'version account-id srcaddr dstport protocol'; for i in $(seq 3000); do echo "2 1 10.0.0.1 x$i 6"; done; } >bad.log
    (ulimit -f 8; "$flowlog" tag bad.log --lookup "$data/lookup_table.csv" --out o --quiet 2>err)
    rc=$?
    returns 2
    [ -z "$(ls -A o 2>/dev/null)" ] || fail "left: $(ls -A o)"
}

run_cases
