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
    for opening in '${!' '$${' '\${' '`${' '\\${'; do
        format=
        for name in $names; do format+=" $opening$name}"; done
        run print "$reports/39/in.log" --csv --format "$format"
        returns 0
        holds out <expected
    done
    for format in "[${names// /, }]" "'\${${names// /\} \$\{}}'" "\"${names// /\",\"}\"" "${names// / string, } string" \
        "\`${names// /\` int, \`}\` int"; do
        run print "$reports/39/in.log" --csv --format "$format"
        returns 0
        holds out <expected
    done
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

case_columns_that_are_no_fields() {
    run top "$reports/50/in.log" --by x-col,instance-tag --flows --csv
    returns 0
    empty err
    says out '"a,b""c",web%20server,1'
    says out '=1+1,<script>,1'
    run print "$reports/50/in.log" --fields x-col --csv
    returns 0
    says out '=1+1'
    run print "$reports/50/in.log" --where 'x-col = back*' --csv
    returns 0
    says out 'back\slash'
    [ "$(wc -l <out)" = 2 ] || fail "$(wc -l <out) lines"
    run top "$reports/50/in.log" --by srcaddr --where 'x-col in ("=1+1", "a,b*")' --flows --csv
    says out '10.0.0.1,2'
    run print "$reports/50/in.log" --where 'x-cold = back*'
    returns 2
    says err "expected the name of a field, found 'x-cold'"
    run top "$reports/50/in.log" --by x-cold --flows
    returns 2
    says err "no field is called 'x-cold'"
    tail -n +2 "$reports/50/in.log" | run top - --by x-col --flows --csv --format 'version srcaddr dstaddr bytes instance-tag ${x-col} log-status'
    returns 0
    says out '=1+1,1'
    for threads in 1 3; do
        run top "$reports/50/in.log" "$reports/37/in.log" --by x-col --threads $threads --flows --csv
        returns 0
        says out '=1+1,1'
    done
}

case_minima_near_2_64() {
    printf 'version srcaddr dstport packets bytes\n5 10.0.0.1 1 7 18446744073709551615\n5 10.0.0.1 2 7 18446744073709551614\n' >in.log
    run top in.log --by dstport --min bytes --max bytes --percentile bytes:50 --csv
    holds out <<'EOF'
dstport,min(bytes),max(bytes),"percentile(bytes, 50)"
1,18446744073709551615,18446744073709551615,18446744073709551615
2,18446744073709551614,18446744073709551614,18446744073709551614
EOF
}

# a set of one value is not larger than a sum
case_distinct_of_many_groups() {
    command -v /usr/bin/time >/dev/null || { echo '    time is not installed: memory was not measured'; return; }
    awk 'BEGIN { print "srcaddr srcport bytes"
                 for (i = 0; i < 300000; i++) printf "10.%d.%d.%d %d %d\n", i / 65536, i / 256 % 256, i % 256, i % 65536, i }' >in.log
    local sum distinct
    sum=$(/usr/bin/time -f %M "$flowlog" top in.log --by srcaddr --sum bytes -n 1 -q 2>&1 >out | tail -n 1)
    distinct=$(/usr/bin/time -f %M "$flowlog" top in.log --by srcaddr --distinct srcport -n 1 -q 2>&1 >out | tail -n 1)
    [ "$distinct" -lt $((2 * sum)) ] || fail "a sum takes $sum kB, distinct values take $distinct kB"
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
    printf '%s\n' version 'How to read these logs' >notes.txt
    run top notes.txt --by srcaddr
    returns 2
    says err 'notes.txt:1: cannot tell the format'
    local word
    for word in log-status start; do
        { echo $word; cat "$data/flow_logs.txt"; } >first.log
        run top first.log --by srcaddr --json
        returns 0
        says out '"records":14'
        says err 'first.log:1:'
    done
    run print first.log --fields bytes --csv -q
    cp out one.csv
    run top one.csv --sum bytes --csv
    returns 0
    empty err
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

case_convert_without_some_inputs() {
    cp "$data/flow_logs.txt" a.log
    run convert a.log missing.log -o out.log
    returns 2
    [ ! -e out.log ] || fail 'a file was written'
    run convert a.log missing.log -o out.log --keep-going
    returns 0
    says err 'missing.log: cannot open'
    says err 'INCOMPLETE: 1 of 2 inputs'
    [ "$(tail -n 1 out.log)" = '# INCOMPLETE: 1 of 2 inputs could not be read to the end' ] || fail 'the file does not say so'
    run convert out.log -o out.csv
    returns 0
    [ "$(wc -l <out.csv)" = 15 ] || fail "$(wc -l <out.csv) lines"
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

case_signals_leave_nothing_behind() {
    local signal signals='QUIT XCPU USR1 USR2 ALRM VTALRM PROF SYS TRAP ABRT'
    [ "$(uname)" != Linux ] || signals+=' PWR STKFLT RTMIN RTMAX'
    for signal in $signals; do
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

case_a_field_twice() {
    for format in --ndjson --json --csv; do
        run print "$reports/58/in.log" --fields srcaddr,dstport,src-addr $format
        returns 2
        says err '--fields names srcaddr twice'
        empty out
    done
    run print "$reports/58/in.log" --fields service,srcaddr/24,src_addr/24
    returns 2
    says err '--fields names srcaddr/24 twice'
    run print "$reports/58/in.log" --fields srcaddr,srcaddr_raw --csv
    returns 0
    run convert "$reports/58/in.log" --fields bytes,dOctets --to csv -o -
    returns 2
    says err '--fields names bytes twice'
}

case_head_0_prints_the_heading() {
    run print "$reports/66/in.log" --csv --head 0
    returns 0
    "$flowlog" print "$reports/66/in.log" --csv | head -n 1 | holds out
    run print "$reports/66/in.log" --vpc --head 0
    [ "$(wc -l <out)" = 1 ] || fail "$(wc -l <out) lines"
    run print "$reports/66/in.log" --json --head 0
    is_json out
}

case_nfdump_filter_words() {
    local expression count
    while IFS='|' read -r expression count; do
        run print "$reports/51/in.nfdump" --where "$expression" --csv --fields srcaddr
        returns 0
        [ "$(wc -l <out)" = $((count + 1)) ] || fail "$expression: $(($(wc -l <out) - 1)) flows"
    done <<'EOF'
first seen > 2023-11-14T22|14
last seen < 2023-11-15|14
nat ip 192.0.2.50|3
src nat port 61000|1
EOF
}

case_a_filter_in_a_file() {
    { echo '# 20,000 addresses' && for i in $(seq 0 19999); do echo "10.0.$((i >> 8)).$((i & 255))"; done; } >list.txt
    echo '172.31.9.69  # ours' >>list.txt
    { printf 'srcaddr in (' && grep -o '^[0-9.]*' list.txt | paste -sd , | tr -d '\n' && echo ')'; } >filter.txt
    for file in list.txt filter.txt; do
        run top "$reports/73/in.log" --by srcaddr --csv --where-file $file
        returns 0
        printf 'srcaddr,flows,bytes\n172.31.9.69,1,4249\n' | holds out
        run top "$reports/73/in.log" --by srcaddr --csv --where-file - <$file
        says out '172.31.9.69,1,4249'
    done
    run top "$reports/73/in.log" --by srcaddr --where 'srcaddr in @list.txt' --json
    says out '"matched":1'
    run top "$reports/73/in.log" --by srcaddr --where 'icmp or tcp' --where-file list.txt
    says out 'are wanted by --where and --where-file'
    printf '10.0.0.1\n\n10.0.0.x\n' >bad.txt
    for options in '--where-file bad.txt' '--where srcaddr@in@@bad.txt'; do
        options=${options//@in@@/ in @}
        run top "$reports/73/in.log" --by srcaddr ${options%% *} "${options#* }"
        returns 2
        says err "bad.txt:3:1: expected an address, or a block such as 10.0.0.0/8, found '10.0.0.x'"
    done
    # as Spamhaus writes it, and as spreadsheets do
    printf '%s\n' '; Spamhaus DROP List' '; Last-Modified: today' '172.31.9.69/32 ; SBL1' ' ; 3 more' '10.0.0.0/8 ; SBL2' >drop.txt
    printf '"172.31.9.69"\r\n"10.0.0.1"\r\n' >quoted.txt
    for file in drop.txt quoted.txt; do
        run top "$reports/73/in.log" --by srcaddr --csv --where-file $file
        returns 0
        says out '172.31.9.69,1,4249'
        run top "$reports/73/in.log" --by srcaddr --csv --where "srcaddr in @$file"
        says out '172.31.9.69,1,4249'
    done
    printf '10.0.0.1 ; 172.31.9.69\n' >either.txt
    printf '10.0.0.1/33\n' >block.txt
    printf '010.0.0.1\n' >octal.txt
    for file in either.txt block.txt octal.txt; do
        run top "$reports/73/in.log" --by srcaddr --where-file $file
        returns 2
        says err "expected an address, or a block such as 10.0.0.0/8, found '"
    done
    : >none.txt
    run top "$reports/73/in.log" --by srcaddr --where-file none.txt
    returns 2
    says err 'none.txt:1:1: expected a test'
    run top "$reports/73/in.log" --by srcaddr --where-file nope.txt
    returns 2
    says err 'nope.txt'
    run top - --by srcaddr --where-file - <list.txt
    returns 2
    says err 'only one input can be standard input'
    run top - --by srcaddr --where 'srcaddr in @-' <list.txt
    returns 2
    says err 'only one input can be standard input'
}

# The rows of `print --csv` of an input, without the heading.
rows_of() { "$flowlog" print "$@" --csv --fields srcaddr,dstaddr,dstport,protocol,bytes,start,log-status -q 2>>err | tail -n +2; }

case_tables_of_athena_and_insights() {
    local log=$reports/46/in.log
    rows_of "$log" >expected
    [ "$(wc -l <expected)" = 3 ] || fail "$(wc -l <expected) rows"
    head -n 1 expected >first
    rows_of "$reports/45/athena.csv" >out
    holds out <first
    rows_of "$reports/45/insights.csv" >out
    holds out <expected
    { echo timestamp,message; sed 's/^/1418530070000,/' "$log"; } >console.csv
    rows_of console.csv >out
    holds out <expected
    { echo '"@timestamp","@message","@logStream"'; sed 's/.*/"2022-06-10 20:20:41.000","&","eni-1-all"/' "$log"; } >quoted.csv
    rows_of quoted.csv >out
    holds out <expected
    { echo @message; cat "$log"; } >messages.csv
    rows_of messages.csv >out
    holds out <expected
    run detect "$reports/45/athena.csv" quoted.csv
    says out "header line, AWS's default; cells between commas"
    says out "looks of the lines, AWS's default; one of the cells between commas"
    printf '"srcaddr"\n"10.0.0.1"\n""\n"10.0.0.1"\n' >column.csv
    run top column.csv --by srcaddr --csv
    returns 0
    says out '10.0.0.1,2'
    run check "$reports/45/insights.csv"
    returns 0
    says out '3'
    empty err
}

case_cells_in_quotes_and_without_a_value() {
    run top "$reports/46/a.tsv" --by srcaddr --csv
    returns 0
    says out '10.0.0.1,2,200'
    empty err
    printf '%s\r\n' 'srcaddr,instance-tag,"my ""own"" column",bytes' '10.0.0.1,"a, b","say ""hi""",5' \
        '"10.0.0.2",,,"6"' '10.0.0.3,-,"",7' ',,,' '' '10.0.0.4,x,y' '10.0.0.5,x,y,z' >a.csv
    run print a.csv --csv
    returns 0
    holds out <<'END'
srcaddr,instance-tag,"my ""own"" column",bytes
10.0.0.1,"a, b","say ""hi""",5
10.0.0.2,,,6
10.0.0.3,,,7
END
    says err 'a.csv:7:13: expected 4 columns, found 3: 10.0.0.4,x,y'
    says err "a.csv:8:14: bytes: expected a number (0-18446744073709551615), found 'z': 10.0.0.5,x,y,z"
    run top a.csv --by srcaddr --json
    says out '"nodata":1'
    says out '"blank":1'
    says out '"malformed":2'
}

case_tables_of_pandas_and_databases() {
    { echo ',srcaddr,dstport,start,end'; echo '0,10.0.0.1,443.0,1620140661.0,2021-05-04 15:05:21'
        echo '1,10.0.0.2,,1620140661.5,2021-05-04T17:05:21.25+02:00'; echo '2,10.0.0.3,443.5,1,2'; } >a.csv
    run print a.csv --csv --fields srcaddr,dstport,start,end
    returns 0
    holds out <<'END'
srcaddr,dstport,start,end
10.0.0.1,443,1620140661,1620140721
10.0.0.2,,1620140661.500,1620140721.250
END
    says err "a.csv:4:12: dstport: expected a port (0-65535), found '443.5'"
    tr , ';' <a.csv >semicolons.csv
    tr , '|' <a.csv >bars.csv
    local other
    for other in semicolons bars; do
        "$flowlog" print $other.csv --csv --fields srcaddr,dstport,start,end >$other 2>/dev/null
        holds $other <out
    done
}

case_what_flowlog_writes_it_reads() {
    local log format
    for log in "$data/flow_logs.txt" "$archives"/nfdump/*; do
        [ -f "$log" ] || continue
        "$flowlog" print "$log" --csv -q >expected 2>/dev/null || continue
        for format in --csv --tsv; do
            "$flowlog" print "$log" $format -q >copy 2>/dev/null
            "$flowlog" print copy --csv -q >out 2>err
            rc=$?
            returns 0
            holds out <expected
        done
        "$flowlog" print "$log" --csv --times iso -q >copy 2>/dev/null
        "$flowlog" print copy --csv -q >out 2>err
        holds out <expected
    done
    "$flowlog" convert "$data/flow_logs.txt" --to csv -o copy.csv -q 2>err || show err
    "$flowlog" print copy.csv --csv -q >out
    "$flowlog" print "$data/flow_logs.txt" --csv -q >expected
    holds out <expected
}

case_large_tables_are_read_by_all_threads() {
    local i
    "$flowlog" print "$data/flow_logs.txt" --csv >head.csv
    { head -n 1 head.csv; for i in $(seq 400); do tail -n +2 head.csv; done; } >small.csv
    { head -n 1 head.csv; for i in $(seq 40); do tail -n +2 small.csv; done; echo bad; } >large.csv
    for i in 1 2 7; do
        "$flowlog" top large.csv --by dstport,protocol --csv -q --threads $i >out.$i 2>err.$i
    done
    holds out.2 <out.1
    holds out.7 <out.1
    holds err.7 <err.1
    says err.1 "large.csv:$(wc -l <large.csv)"
}

case_heading_in_the_middle() {
    { cat "$reports/46/in.log"; cat "$reports/46/a.csv"; cat "$reports/46/a.tsv"
        echo 'version srcaddr dstaddr'; echo '2 10.0.0.7 10.0.0.8'; } >joined
    run print joined --csv --fields srcaddr
    returns 0
    [ "$(wc -l <out)" = 10 ] || { fail "$(wc -l <out) lines"; show out; }
    empty err
    run top joined --by srcaddr --csv
    says out '10.0.0.7,1'
    says out '10.0.0.1,2'
}

case_lines_of_the_aws_cli() {
    local file
    rows_of "$reports/46/in.log" >expected
    for file in fle oneline tail; do
        rows_of "$reports/47/$file.txt" >out
        holds out <expected
        run check "$reports/47/$file.txt"
        returns 0
    done
    # get-log-events: the tokens, and the message between two times
    { printf 'b/31132629274945519779805322857203735586714454643391594505\tf/31132629323784151764587387538205132201699397759403884544\n'
        sed 's/.*/EVENTS\t1418530071000\t&\t1418530070000/' "$reports/46/in.log"
        printf 'SEARCHEDLOGSTREAMS\tTrue\teni-1235b8ca123456789-all\n'; } >gle.txt
    : >err
    rows_of gle.txt >out
    holds out <expected
    empty err
    # get-query-results: the cells of a row are lines
    { sed 's/.*/RESULTS\t@timestamp\t2022-06-10 20:20:41.000\nRESULTS\t@message\t&\nRESULTS\t@ptr\tCmEK/' "$reports/46/in.log"
        printf 'STATISTICS\t1418.0\t12.0\t12.0\n'; } >gqr.txt
    rows_of gqr.txt >out
    holds out <expected
    empty err
    sed 's/OK$/OK OK/' gqr.txt >damaged.txt
    run check damaged.txt
    returns 1
    says out ' malformed'
    # jq without -r
    sed 's/.*/"&"/' "$reports/46/in.log" >quoted.txt
    rows_of quoted.txt >out
    holds out <expected
    empty err
    # a line of records that is longer than any line may be
    for file in $(seq 5000); do cat "$reports/46/in.log"; done | tr '\n' '\t' >long.txt
    run top long.txt --by srcaddr --csv
    returns 0
    says out '172.31.9.69,5000'
    # columns of one's own
    sed 's/^/2018-09-22T20:28:14+00:00 eni-1-all /' "$reports/46/in.log" | cut -d ' ' -f 1,2,6,7 >own.txt
    run print own.txt --format '${srcaddr} ${dstaddr}' --csv --fields srcaddr,dstaddr
    returns 0
    says out '172.31.9.69,172.31.9.12'
    empty err
    sed 's/.*/EVENTS\t1418530071000\t&\t1418530070000/' "$reports/46/in.log" | sed 's/ eni-1235b8ca123456789//' >gle.txt
    run top gle.txt --by srcaddr --csv --format 'version account-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status'
    says out '172.31.9.69,1,4249'
}

case_line_breaks_that_are_missing() {
    tr '\n' ' ' <"$reports/46/in.log" >joined.log
    run top joined.log --by srcaddr
    returns 2
    says err 'without line breaks'
    tr '\n' '\r' <"$reports/46/in.log" >mac.log
    run top mac.log --by srcaddr
    returns 2
    says err "tr '\\r' '\\n'"
    grep -n . "$reports/46/in.log" >grep.log
    run top grep.log --by srcaddr
    returns 2
    says err 'grep -h'
}

case_lines_of_two_default_formats() {
    run top "$reports/49/in.log" --by srcaddr --csv
    returns 0
    says out '172.31.16.139,1,4249'
    says out '10.20.33.164,1,500'
    empty err
}

case_droppings_of_aws() {
    mkdir -p x/t/eni-1-all
    sed 's/^/2018-09-22T20:28:14.000Z /' "$reports/46/in.log" | gzip -n >x/t/eni-1-all/000000.gz
    echo 'Permission Check Successful' >x/aws-logs-write-test
    : >x/t/_SUCCESS
    echo '{}' >x/t/q.csv.metadata
    detected_components | grep -q gzip || return 0
    run top x --by srcaddr --csv --verbose
    returns 0
    says out '172.31.9.69,1,4249'
    says err '3 aws-logs-write-test'
}

# Runs a command as a user who may not read everything.
as_nobody() {
    if [ "$(id -u)" != 0 ]; then
        "$@"
    else
        runuser -u nobody -- "$@"
    fi
}

case_a_folder_that_cannot_be_read() {
    [ "$(id -u)" != 0 ] || command -v runuser >/dev/null || return 0
    mkdir -p u/a u/m u/z
    cp "$data/flow_logs.txt" u/a
    cp "$data/flow_logs.txt" u/z
    chmod 755 . "$room"
    chmod 000 u/m
    local word
    for word in u 'u/**' 'u/*' 'u/*/flow_logs.txt' 'u/**/*.txt' 'u/?/*.txt'; do
        as_nobody "$flowlog" top "$word" --by dstport --json >out 2>err
        rc=$?
        returns 2
        [ "$(grep -c 'u/m: cannot open: Permission denied' err)" = 1 ] || { fail "$word"; show err; }
        says out '"records":28'
    done
    for word in u/m/a.log 'u/m/*.log'; do
        as_nobody "$flowlog" top "$word" >out 2>err
        rc=$?
        returns 2
        says err 'cannot open: Permission denied'
    done
    as_nobody "$flowlog" convert u/a/flow_logs.txt --partition action -o u/m/new --to csv >out 2>err
    says err 'cannot make the folder: Permission denied'
    as_nobody "$flowlog" tag u/a/flow_logs.txt --lookup "$data/lookup_table.csv" --out u/m/new >out 2>err
    lacks err 'two results'
    chmod 755 u/m
    ln -s nowhere u/a/link
    run top u --flows --since 2000-01-01 -q
    returns 2
    says err 'u/a/link: cannot open: No such file or directory'
}

case_lists_of_a_folder() {
    mkdir -p l
    cp "$data/flow_logs.txt" l/a.log
    echo 10.0.1.201 >l/list.txt
    run top l --by srcaddr --where 'srcaddr in @l/list.txt' --flows --csv -q
    returns 0
    [ ! -s err ] || { fail 'the list is read as a log'; show err; }
    for command in print tag overview; do
        run $command l --where 'srcaddr in @l/list.txt' --csv -q --lookup "$data/lookup_table.csv"
        returns 0
        [ ! -s err ] || { fail "$command"; show err; }
    done
}

case_rows_without_addresses() {
    printf 'dstaddr,dstport,bytes,packets\n,443,900,9\n,,,\n10.0.0.1,443,1,1\n' >a.csv
    run top a.csv --by dstport --sum bytes --csv
    returns 0
    holds out < <(printf 'dstport,bytes\n443,901\n')
    run check a.csv
    says out '2 records + 1 NODATA'
}

case_a_pipe_is_read_once() {
    printf 'srcaddr dstaddr bytes team\n1.2.3.4 5.6.7.8 10 red\n1.2.3.4 5.6.7.8 20 blue\n' >team.log
    run top <(cat team.log) --by team --flows --csv -q
    returns 0
    says out 'red,1'
    run top - --by team --where 'team != red' --flows --csv -q < <(gzip -c team.log)
    returns 0
    holds out < <(printf 'team,flows\nblue,1\n')
    mkfifo team.pipe
    cat team.log >team.pipe &
    run top team.pipe --by team --where 'team = red' --flows --csv -q
    returns 0
    holds out < <(printf 'team,flows\nred,1\n')
    mkfifo first.pipe second.pipe # of one writer
    { cat team.log >first.pipe; cat team.log >second.pipe; } &
    run top first.pipe second.pipe --by team --flows --csv -q
    returns 0
    says out 'red,2'
    run top --logs-from - --by team --where 'team = red' --flows --csv -q <<<team.log
    returns 0
    holds out < <(printf 'team,flows\nred,1\n')
    echo 1.2.3.4 >list.txt
    run overview --logs-from - --where 'srcaddr in @list.txt' --csv -q <<<team.log
    returns 0
    run top --logs-from - --by team --flows --verbose -q <<<team.log
    [ "$(grep -c 'object listed' err)" = 1 ] || { fail 'not listed once'; show err; }
    run top - --by taem --flows --csv -q < <(cat team.log)
    returns 2
    says err "no field is called 'taem'"
    run top - --by team --flows --csv -q </dev/null
    returns 2
    run top - - --by team --flows < <(cat team.log)
    returns 2
    says err 'only one input can be standard input'
    { head -c 30 team.log; sleep 0.2; tail -c +31 team.log; } | "$flowlog" diff - team.log --by team --flows --csv -q >out 2>err
    rc=$?
    returns 0
    [ "$(wc -l <out)" = 1 ] || { fail 'a pipe in pieces differs'; show out; show err; }
    run top <(cat team.log) --by team --flows --csv -q --format 'srcaddr dstaddr bytes ${team}'
    returns 0
    says out 'red,1'
    run top <(cat team.log) --where 'team = red' --flows --csv -q --format 'srcaddr dstaddr bytes ${team}'
    returns 0
    holds out < <(printf 'flows\n1\n')
}

case_few_threads() {
    [ "$(id -u)" = 0 ] && command -v prlimit >/dev/null && command -v runuser >/dev/null || return 0
    mkdir -p t
    for rc in 1 2 3; do cp "$data/flow_logs.txt" "t/$rc.log"; done
    gzip -c "$data/flow_logs.txt" >t/4.log.gz
    chmod 755 . "$room"
    as_nobody prlimit --nproc=1 "$flowlog" top t --flows --csv -q --threads 4 >out 2>err
    rc=$?
    returns 0
    holds out < <(printf 'flows\n56\n')
}

case_a_line_without_end() {
    run detect /dev/zero
    returns 2
    says err 'binary data'
    (yes x | tr -d '\n' | "$flowlog" detect - >out 2>err)
    says err 'the line is too long'
    { printf srcaddr; for rc in $(seq 1001); do printf ' c%s' "$rc"; done; echo; } >wide.log
    run check wide.log
    says err 'the line has 1002 columns, and more than 1000 are not read'
}

case_both_families_and_numbers_of_flows() {
    run print "$reports/71/in.nfdump" --csv --fields srcaddr,dstaddr,type,bytes
    returns 0
    says out '2001:db8::1,2001:db8::2,IPv6,1000'
    run top "$reports/71/in.nfdump" --by srcaddr --csv
    says out '2001:db8::1,'
    run top "$reports/31/in.nfdump" --by proto --sum flows --csv -q
    returns 0
    says out '6,12'
    says out '17,4'
    run top "$reports/31/in.nfdump" --by proto --where 'flows = 1' --csv -q
    says out '17,4'
}

# --- others of the same kinds -------------------------------------------------------------------------

header='version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status'
record='2 1 eni-1 10.0.0.1 10.0.0.2 1000 443 6 10 1000 1620140661 1620140721 ACCEPT OK'

case_results_on_descriptors_of_the_process() {
    local path
    for path in /dev/stdout /dev/fd/1 /proc/self/fd/1; do
        "$flowlog" tag "$data/flow_logs.txt" --lookup "$data/lookup_table.csv" --tag-counts $path --summary none \
            --port-protocol-counts none --untagged-flows none --malformed none -q 2>err | cat >out
        says out 'Tag,Count'
        empty err
        { echo first; "$flowlog" digest "$data/flow_logs.txt" -o $path -q 2>err; } >out
        [ "$(head -n 1 out)" = first ] || fail "$path begins at the beginning of a file"
        says out "$header"
        "$flowlog" convert "$data/flow_logs.txt" --to csv -o $path -q 2>err | cat >out
        says out 'version,account-id'
    done
    "$flowlog" top "$data/flow_logs.txt" --by srcaddr --partial /dev/fd/7 -q 7>out
    says out '{"flowlog":"partial"'
    "$flowlog" tag "$data/flow_logs.txt" --lookup "$data/lookup_table.csv" --summary /dev/fd/8 --tag-counts none -q 2>err 8>&-
    rc=$?
    returns 2
    says err '/dev/fd/8: cannot write: Bad file descriptor'
    "$flowlog" tag "$data/flow_logs.txt" --lookup "$data/lookup_table.csv" --summary >(cat >piped) --tag-counts none \
        --port-protocol-counts none --untagged-flows none --malformed none -q 2>err
    sleep 0.2
    says piped 'Tag Counts:'
}

case_incomplete_results_replace_no_whole_ones() {
    cp "$data/flow_logs.txt" a.log
    local option
    for option in '--html page' '--by srcaddr --partial part'; do
        set -- report talkers
        [[ $option == --html* ]] || set -- top
        run "$@" a.log $option -q
        returns 0
        cp "${option##* }" whole
        run "$@" a.log missing.log $option -q
        returns 2
        says err 'is complete and stays: 1 of 2 inputs could not be read to the end; --keep-going replaces it'
        holds "${option##* }" <whole
        run "$@" a.log missing.log $option -q --keep-going
        returns 0
        ! cmp -s "${option##* }" whole || fail "--keep-going does not replace"
        run "$@" a.log missing.log $option -q # an incomplete one may be replaced
        lacks err 'is complete and stays'
        run "$@" a.log $option -q
        returns 0
    done
    run graph --raw a.log missing.log
    returns 2
    [ "$(tail -n 1 out)" = '// INCOMPLETE: 1 of 2 inputs could not be read to the end' ] || fail 'the graph does not say so'
}

case_inputs_that_are_empty() {
    cp "$data/flow_logs.txt" a.log
    : >b.log
    : >c.log
    local command
    for command in 'top --by srcaddr' print check digest connections graph 'graph --raw' 'report talkers' overview \
        "tag --lookup $data/lookup_table.csv --json"; do
        run $command a.log b.log c.log
        [ "$(grep -c 'warning: 2 inputs are empty: b.log, c.log' err)" = 1 ] || { fail "$command"; show err; }
    done
    run convert a.log b.log -o x.csv
    says err '1 input is empty: b.log'
    run top b.log --by srcaddr --ndjson
    returns 0
    says err '1 input is empty: b.log'
    run top - /dev/null --by srcaddr --csv </dev/null # may be empty, as for other tools
    returns 0
    empty err
    holds out <<<'srcaddr,flows,bytes'
    local folder=d/AWSLogs/123456789012/vpcflowlogs/us-east-1/2024/05/01 name=123456789012_vpcflowlogs_us-east-1_fl-1_2024
    mkdir -p $folder
    cp a.log $folder/${name}0501T1000Z_a.log
    : >$folder/${name}0501T1005Z_a.log
    run top d --by srcaddr --flows --csv
    [ "$(grep -c "1 input is empty: .*T1005Z_a.log (skipped)" err)" = 1 ] || { fail 'an empty object'; show err; }
}

case_one_input_under_two_names() {
    cp "$data/flow_logs.txt" a.log
    ln -s a.log b.log
    ln a.log c.log
    local command
    for command in 'top --by srcaddr' print check digest connections graph 'graph --raw' 'report talkers' overview \
        'convert --to csv -o -'; do
        run $command a.log b.log
        says err 'a.log and b.log are the same file, which is counted each time'
    done
    run top a.log ./a.log c.log --by srcaddr
    says err './a.log and a.log are the same file'
    says err 'a.log and c.log are the same file'
    run top a.log - --by srcaddr <a.log
    says err '- and a.log are the same file'
    run top a.log a.log --by srcaddr
    says err 'a.log is given more than once, and is counted each time'
    run top - /dev/stdin --by srcaddr < <(cat a.log)
    returns 2
    says err 'only one input can be standard input'
    mkfifo pipe
    timeout 10 "$flowlog" top pipe ./pipe --by srcaddr >out 2>err # would wait for whoever writes to it
    rc=$?
    returns 2
    says err './pipe and pipe are one pipe, which can be read only once'
}

case_an_output_that_is_read() {
    local output
    reset_inputs() {
        rm -f a.log link.log hard.log
        cp "$data/flow_logs.txt" a.log
        ln -s a.log link.log
        ln a.log hard.log
        cp "$data/lookup_table.csv" t.csv
        echo '10.0.0.0/8,a' >m.csv
        echo tcp >w.txt
        echo a.log >l.txt
    }
    for output in a.log ./a.log link.log hard.log; do
        for command in 'digest --force -o' 'convert --force -o' 'report talkers --force --html' \
            "tag --lookup $data/lookup_table.csv --force --summary"; do
            reset_inputs
            run $command $output - <a.log
            returns 2
            says err 'would replace the input -'
            holds a.log <"$data/flow_logs.txt"
        done
    done
    for output in 't.csv --lookup t.csv' 'm.csv --map m.csv' 'w.txt --where-file w.txt' 'l.txt --logs-from l.txt'; do
        reset_inputs
        run digest a.log --force --to csv -o $output
        returns 2
        says err "would replace the input ${output##* }"
    done
    for command in 'digest --to csv -o' 'convert --to csv -o' 'report talkers --html' \
        "tag --lookup $data/lookup_table.csv --summary" 'digest --logs-from l.txt --to csv -o'; do
        reset_inputs
        echo 443 >p.txt
        echo 'dstport in @p.txt' >i.txt
        for output in p.txt i.txt; do
            local logs=a.log
            [[ $command != *logs-from* ]] || logs=
            run $command $output $logs --force --where '@include i.txt'
            returns 2
            says err "would replace the input $output"
        done
        holds p.txt <<<443
    done
    reset_inputs
    run convert --logs-from l.txt --force --to csv -o a.log
    returns 2
    says err 'would replace the input a.log'
}

case_empty_values_of_flags() {
    local option
    for option in --strict --keep-going --csv --quiet; do
        run top "$data/flow_logs.txt" --by srcaddr $option=
        returns 2
        says err "$option: expected no value"
    done
    run top "$data/flow_logs.txt" --by srcaddr --strict=false
    returns 0
}

case_header_after_other_comment_marks() {
    local mark
    for mark in '## ' '// ' '; ' '% ' '> ' '* ' '#Fields: ' '#fields ' '# Fields: ' '#'; do
        printf '%s\n' "$mark$header" "$record" >in.log
        run top in.log --by srcaddr --csv
        returns 0
        empty err
        says out '10.0.0.1,1,1000'
    done
}

case_blanks_of_unicode() {
    local blank
    for blank in $'\xC2\x85' $'\xE2\x80\xA8' $'\xC2\xA0' $'\xE2\x80\x83' $'\xE3\x80\x80' $'\xE2\x80\xAF' $'\xEF\xBB\xBF'; do
        run print "$data/flow_logs.txt" --where "dstport$blank=${blank}443 ${blank}and${blank}tcp" --fields "dstport$blank" --csv
        returns 0
        says out 443
        printf '%s\n' "10.0.1.102$blank" "${blank}10.0.1.201" >list.txt
        run top "$data/flow_logs.txt" --by "srcaddr$blank" --where-file list.txt --csv
        returns 0
        says out '10.0.1.201,'
        run top "$data/flow_logs.txt" --by srcaddr --having "flows$blank>${blank}0" --csv
        returns 0
        run print "$data/flow_logs.txt" --csv --head 1 --format "\${${header// /\}$blank\$\{}}"
        returns 0
        empty err
        printf '%s\n' "srcaddr$blank,${blank}bytes" '10.0.0.1,5' >cells.csv
        run top cells.csv --by srcaddr --csv
        says out '10.0.0.1,1,5'
        printf '%s\n' "$header" "${record% OK} OK$blank" >end.log
        run print end.log
        says err 'which has a blank that is not ASCII'
        printf '%s\n' "${record// /$blank}" >words.log
        run top words.log --by srcaddr
        returns 2
        lacks err 'binary'
        says err "LOG"
    done
}

case_default_formats_mixed_behind_a_prefix() {
    local gateway='6 TransitGateway 123 tgw-1 a 1 2 v v s s e e az az p 10.9.9.9 10.8.8.8 1 2 6 1 500 1620140661 1620140721 OK IPv4 0 0 0 0 0 us egress - -'
    local prefix threads
    for prefix in '' '2018-09-22T20:28:14.000Z ' '2018-09-22T20:28:14+00:00 stream-1 ' $'EVENTS\t1\t2\tstream\t'; do
        printf '%s\n' "$prefix$record" "$prefix$gateway" "$prefix$record" "${prefix}a b" >in.log
        for threads in 1 3; do
            run top in.log --by srcaddr --csv --threads $threads
            returns 0
            says out '10.0.0.1,2,2000'
            says out '10.9.9.9,1,500'
            [ "$(wc -l <err)" = 1 ] || { fail "$prefix"; show err; }
        done
    done
}

# A progress bar needs a terminal that knows how to clear a line.
case_a_terminal_without_escapes() {
    command -v script >/dev/null || return 0
    local terminal
    for terminal in dumb xterm; do
        script -qec "{ cat '$data/flow_logs.txt'; sleep 1; } | TERM=$terminal '$flowlog' top - --by srcaddr -n 1" /dev/null \
            </dev/null >$terminal
        says $terminal 'srcaddr'
    done
    lacks dumb $'\033'
    says xterm $'\033[K'
}

case_more_that_is_not_read_is_named() {
    printf '\xFF\xFE\x00\x00' >a
    run detect a
    says err 'UTF-32 text'
    printf '\x1F\x8B\x09\x00\x00\x00\x00\x00' >a
    run detect a
    says err 'a: holds damaged gzip data: its header is wrong'
    printf '\x00\x00\x00\x05\x00\x00\x00\x01aaaaaaaaaaaaaaaaaaaaaa' >a
    run detect a
    says err 'sFlow datagrams'
    echo '<!DOCTYPE html><html></html>' >a
    run detect a
    says err 'HTML, such as an error of a server'
    cp "$data/flow_logs.txt" a.log
    tar --format=v7 -cf a a.log
    run detect a
    says err 'this is a tar archive'
    base64 a.log >a
    run detect a
    says err 'it looks like base64: base64 -d LOG | flowlog ... -'
    run print a.log --format '[version, account, eni, source, destination, srcport, destport="22", protocol="6"]'
    returns 2
    says err 'the conditions of a filter pattern belong into a filter (--where)'
}

case_more_names_of_other_tools() {
    local schema format
    "$flowlog" print "$data/flow_logs.txt" --csv -q >expected
    for schema in aws netflow ecs; do
        for format in --csv --tsv; do
            "$flowlog" print "$data/flow_logs.txt" --schema $schema $format -q >copy
            "$flowlog" print copy --csv -q >out
            holds out <expected
        done
    done
    printf '%s\n' 'ts,te,sa,da,sp,dp,pr,ipkt,ibyt' '2021-07-01 00:00:01,2021-07-01 00:00:02,10.0.0.1,10.0.0.2,1,443,6,2,100' >nfdump.csv
    run top nfdump.csv --by sip,daddr,sport,dport,start --sum ibyt --csv
    returns 0
    says out '10.0.0.1,10.0.0.2,1,443,2021-07-01T00:00:01Z,100'
    run top nfdump.csv --by SrcIPAddress --csv
    returns 0
}

case_numbers_that_do_not_fit() {
    printf 'version srcaddr bytes\n5 10.0.0.1 18446744073709551615\n' >in.log
    if "$flowlog" --version | grep -q '^components:.* arrow'; then
        run convert in.log -o x.parquet
        says err "expected a number of at most 63 bits, as this output has them, found '18446744073709551615'"
    fi
    run print in.log --csv
    says out 18446744073709551615
}

case_more_filters_of_nfdump_and_tcpdump() {
    local expression count
    printf '%s\n' "$header min-ttl max-ttl tunnel-srcaddr tunnel-dstaddr tunnel-protocol pf-action pf-reason pf-direction pf-interface pf-rule \
firewall-extended-event user-name port-range-start port-range-end observation-point-id mpls-top-label" \
        "$record 60 64 192.0.2.1 192.0.2.2 47 1 2 1 em0 7 1002 bob 1024 2047 5 16004" \
        "${record/10.0.0.1/2001:db8::1} 64 64 - - - 0 0 2 em1 8 1001 eve - - 6 -" >in.log
    while IFS='|' read -r expression count; do
        run print in.log --where "$expression" --csv --fields srcaddr
        returns 0
        [ "$(wc -l <out)" = $((count + 1)) ] || fail "$expression: $(($(wc -l <out) - 1)) flows"
    done <<'EOF'
min ttl 60|1
max ttl > 63|2
ttl 64|2
ttl < 61|1
min-ttl = max-ttl|1
tun ip 192.0.2.1|1
src tun ip 192.0.2.1|1
dst tun host 192.0.2.1|0
src tun net 192.0.2.0/24|1
tun proto gre|1
tun proto 47|1
pf action block|1
pf action pass|1
pf reason fragment|1
pf dir 'in'|1
pf dir out|1
pf interface em1|1
pf rule > 7|1
asa xevent 1002|1
asa denied egress|1
asa denied ingress|1
asa user bob|1
nat pblock start 1024|1
pblock end > 2000|1
observation point id 5|1
mpls label1 16004|1
ip proto tcp|1
ip6 proto 6|1
ip host 10.0.0.1|1
ip6 host 10.0.0.1|0
ip net 10.0.0.0/8 and tcp host 10.0.0.2|1
tcp net 10/8|2
EOF
    run print in.log --where 'pf action deny'
    returns 2
    says err 'expected a number (0-255), or a word such as pass or block'
}

case_in_out_of_wanted_groups() {
    printf '%s\n' 'srcaddr dstaddr bytes packets' '10.0.0.1 10.0.0.2 100 1' '10.0.0.2 10.0.0.1 30 2' '10.0.0.1 10.0.0.3 7 3' >in.log
    run top in.log --by ip --in-out --sum bytes --max packets --having 'bytes_out > 50' --csv
    returns 0
    holds out <<'EOF'
ip,bytes_in,bytes_out,max(packets)_in,max(packets)_out
10.0.0.1,30,107,2,3
EOF
    run top in.log --by ip --in-out --sum bytes --having 'bytes = 7 or max(packets)_in = 2' --csv
    holds out <<'EOF'
ip,bytes_in,bytes_out,max(packets)_in,max(packets)_out
10.0.0.1,30,107,2,3
10.0.0.3,7,0,3,
EOF
    run top in.log --by ip --in-out --sum bytes --having 'flows >= 2' --ascending --json
    says out '"excluded":1,"excluded_values":{"bytes_in":7,"bytes_out":0'
    says out '"groups":[{"ip":"10.0.0.2"'
    run top in.log --by ip --in-out --sum bytes --having 'max(packets) > 1'
    returns 2
    says err 'it is max(packets)_in or max(packets)_out'
    run top in.log --by ip --sum bytes --having 'bytes_in > 1'
    returns 2
    printf '%s\n' 'srcaddr dstaddr start end' '10.0.0.1 10.0.0.2 0 90' '10.0.0.2 10.0.0.1 0 20' '10.0.0.3 10.0.0.1 5 10' >times.log
    run top times.log --by ip --in-out --sum duration --having 'duration >= 1m50s' --csv
    holds out <<'EOF'
ip,duration_in,duration_out
10.0.0.1,25,90
10.0.0.2,90,20
EOF
    run top times.log --by ip --in-out --sum duration --having 'duration_out > 1m' --csv
    says out '10.0.0.1,25,90'
    [ "$(wc -l <out)" = 2 ] || fail "$(wc -l <out) lines"
    run top times.log --by ip --in-out --sum duration --having 'duration_in = 90' --csv
    says out '10.0.0.2,90,20'
    [ "$(wc -l <out)" = 2 ] || fail "$(wc -l <out) lines"
}

case_columns_of_parquet_that_are_no_fields() {
    "$flowlog" --version | grep -q '^components:.* arrow' || return 0
    LC_ALL=C sed '/\xff/d' "$reports/50/in.log" >in.log # texts of Parquet are UTF-8
    run convert in.log -o in.parquet --fields srcaddr,bytes,x-col
    returns 0
    run top in.parquet --by x-col --flows --csv
    returns 0
    cp out expected
    run top in.log --by x-col --flows --csv
    holds out <expected
    run print in.parquet --where 'x-col = back*' --fields srcaddr,x-col --csv
    returns 0
    says out 'back\slash'
    [ "$(wc -l <out)" = 2 ] || fail "$(wc -l <out) lines"
    run convert in.parquet -o - --to ndjson --fields x-col
    says out '{"x-col":"=1+1"}'
    run print in.parquet --sort bytes -n 1 --fields x-col --csv
    returns 0
    run graph in.log --by x-col --format json --quiet
    returns 0
    grep -o '"nodes":.*"left_out"' out >expected
    run graph in.parquet --by x-col --format json --quiet
    returns 0
    grep -o '"nodes":.*"left_out"' out >found
    holds found <expected
    run graph in.parquet --by srcaddr,x-col --quiet
    returns 0
    says out '=1+1'
    run top in.parquet in.log --by x-col --flows --csv --threads 3
    says out '=1+1,2'
    run top in.parquet --by x-cold --flows
    returns 2
    says err "no field is called 'x-cold'"
    run convert in.parquet in.parquet -o in.csv --force
    returns 0
    says err 'in.parquet: columns that are no fields are not written: x-col; --fields chooses'
    [ "$(grep -c x-col err)" = 1 ] || { fail 'said twice'; show err; }
    run print in.parquet --csv
    says err 'are not printed: x-col; --fields chooses'
    run print in.parquet --csv --fields srcaddr,x-col
    lacks err 'x-col'
}

case_why_columns_are_not_known() {
    run top no.log --by team
    returns 2
    says err 'no.log: cannot open: No such file or directory'
    run top no.log --where 'team = red'
    says err 'no.log: cannot open: No such file or directory'
    iconv -t UTF-16BE "$reports/33/in.log" >utf16.log
    run top utf16.log --by team
    says err 'iconv -f UTF-16BE'
    printf 'srcaddr bytes team\n1.2.3.4 10 red\n' >team.log
    printf 'srcaddr bytes\n1.2.3.4 10\n' >other.log
    run print no.log --sort team
    says err 'no.log: cannot open: No such file or directory'
    run diff other.log - --by team --flows --csv -q < <(cat team.log)
    returns 0
    run graph team.log --by srcaddr,team --partial part
    returns 0
    run print other.log team.log --fields srcaddr,team --csv -q
    returns 0
    holds out < <(printf 'srcaddr,team\n1.2.3.4,\n1.2.3.4,red\n')
    run diff other.log team.log --by srcaddr --where 'team = red' --flows --csv -q
    lacks err 'expected the name'
}

case_tables_in_a_folder() {
    mkdir -p tables
    cp "$data/flow_logs.txt" tables/a.log
    cp "$data/lookup_table.csv" tables/
    run top tables --flows --csv -q
    returns 0
    holds out < <(printf 'flows\n14\n')
    [ ! -s err ] || { fail 'the usual table'; show err; }
    printf 'SubnetId,VpcId,CidrBlock,Name\nsubnet-1,vpc-1,10.0.0.0/24,a\n' >tables/subnets.csv
    touch tables/_SUCCESS
    run top tables --flows --csv -q
    returns 0
    holds out < <(printf 'flows\n14\n')
    says err 'tables/subnets.csv is skipped: it is a table, which --lookup or --map reads'
    [ "$(wc -l <err)" = 1 ] || show err
    printf 'pkt-srcaddr,dstport,protocol,tag\n10.0.0.1,443,6,web\n' >tables/tagged.csv # a log
    run top tables/tagged.csv tables --by dstport --flows --csv -q
    says out '443,'
    lacks err 'tagged.csv is skipped'
    mkfifo tables/pipe.csv
    cat tables/a.log >tables/pipe.csv &
    run top 'tables/pipe*' --flows --csv -q
    returns 0
    holds out < <(printf 'flows\n14\n')
}

case_columns_of_both_families() {
    printf 'ipv4_src_addr,ipv6_src_addr,dstaddr,bytes\n10.0.0.1,,10.0.0.2,1\n,fd00::1,10.0.0.2,4\n' >both.csv
    run top both.csv --sum bytes --csv
    returns 0
    holds out < <(printf 'bytes\n5\n')
    says err 'both.csv: columns of fields that other columns have, too, are not read: ipv6_src_addr'
    [ "$(wc -l <err)" = 1 ] || show err
    printf 'source.address,source.ip,dstaddr,bytes,network.bytes\nhost,10.0.0.1,10.0.0.2,3,5\n' >ecs.csv
    run top ecs.csv --by srcaddr --sum bytes --csv
    holds out < <(printf 'srcaddr,bytes\n10.0.0.1,3\n')
    lacks err 'not read'
    run print ecs.csv --csv
    says err 'are not printed: source.address and network.bytes'
}

case_what_parquet_cannot_give() {
    "$flowlog" --version | grep -q '^components:.* arrow' || return 0
    run print "$reports/../parquet/foreign.parquet" --csv
    returns 0
    says err 'columns that are no fields are not printed: city; --fields chooses'
    says err 'columns of fields that other columns have, too, are not printed: destinationTransportPort'
    says err 'columns that are no fields are not printed: tags and place'
    says err 'columns whose types do not fit their fields are not read: bytes'
    run top "$reports/../parquet/foreign.parquet" --by dstport --flows --csv
    says err 'columns whose types do not fit their fields are not read: bytes'
    printf 'srcaddr bytes note\n1.2.3.4 5 a\xff\xc3\xa4\n' >note.log
    run convert note.log -o note.parquet
    returns 0
    run print note.parquet --fields note --csv
    holds out < <(printf 'note\na\xef\xbf\xbd\xc3\xa4\n')
    run convert note.parquet -o none.parquet --fields note
    returns 0
    run top none.parquet
    returns 2
    says err 'without a column that is read as a field of flows'
}

case_sorted_by_a_column() {
    run print "$reports/50/in.log" --sort x-col --ascending --fields x-col --csv
    returns 0
    [ "$(sed -n '2p' out)" = '=1+1' ] || { fail "$(head -n 2 out)"; show err; }
    [ "$(wc -l <out)" = 5 ] || fail "$(wc -l <out) lines"
    run print - --sort x-col --ascending -n 1 --fields x-col --csv < <(cat "$reports/50/in.log")
    returns 0
    holds out < <(printf 'x-col\n=1+1\n')
    run print "$reports/50/in.log" --sort x-cold
    returns 2
    says err 'no such field: x-cold'
}

run_cases
