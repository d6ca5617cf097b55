#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# run.sh FLOWLOG [CASE…]: runs the command in new folders and checks its output, files and exit codes. Runs all
# cases, or those named.
source "$(dirname "${BASH_SOURCE[0]}")/cases.sh"

there() { [ -e "$1" ] || fail "there is no $1"; }
gone() { [ ! -e "$1" ] || fail "$1 is there"; }

# only NAME…: the folder o contains these files and no others, hidden ones included
only() { diff <(ls -A o) <(printf '%s\n' "$@" | sort | sed '/^$/d') >diff || { fail "o holds other files:"; show diff; }; }

all_files='malformed.log output.csv port_protocol_counts.csv tag_counts.csv untagged_flows.csv'
line='2 123456789012 eni-1 10.0.0.1 10.0.0.2 1234 %s %s 1 40 1620140761 1620140821 ACCEPT OK\n'

# flow PORT [PROTOCOL]: prints a line of a log
flow() { printf "$line" "$1" "${2:-6}"; }

# web: prints a table with one tag
web() { printf 'dstport,protocol,tag\n443,tcp,web\n'; }

# --- tag: results -----------------------------------------------------------------------------------

case_sample() {
    run tag "$data/flow_logs.txt" --lookup "$data/lookup_table.csv" --out o
    returns 0
    only $all_files
    empty err
    holds o/output.csv <<'EOF'
Tag Counts:
Tag,Count
email,3
sv_P1,2
sv_P2,1
Untagged,8

Port/Protocol Combination Counts:
Port,Protocol,Count
23,tcp,1
25,tcp,1
80,tcp,1
110,tcp,1
143,tcp,1
443,tcp,1
993,tcp,1
1024,tcp,1
49153,tcp,1
49154,tcp,1
49155,tcp,1
49156,tcp,1
49157,tcp,1
49158,tcp,1

Untagged Flows:
Port,Protocol,Count
80,tcp,1
1024,tcp,1
49153,tcp,1
49154,tcp,1
49155,tcp,1
49156,tcp,1
49157,tcp,1
49158,tcp,1
EOF
    holds o/tag_counts.csv <<'EOF'
Tag,Count
email,3
sv_P1,2
sv_P2,1
Untagged,8
EOF
    { sed -n '/^Port\/Protocol/,/^$/p' o/output.csv | sed '1d;$d'; } | holds o/port_protocol_counts.csv
    sed -n '/^Untagged Flows/,$p' o/output.csv | sed 1d | holds o/untagged_flows.csv
    printf '# Malformed lines\n# Protocol numbers without a name\n' | holds o/malformed.log
    says out '14 lines = 14 records + 0 NODATA + 0 SKIPDATA + 0 malformed + 0 headers + 0 blank'
    says out 'email         3  21.4%'
    says out 'o/output.csv'
}

case_default_names() {
    cp "$data/flow_logs.txt" "$data/lookup_table.csv" .
    run tag
    returns 0
    there output.csv
    says tag_counts.csv 'Untagged,8'
}

case_forced_scan() {
    flow 443 >a.log
    web >lookup.csv
    FLOWLOG_FORCE_SCAN=scalar run tag a.log --lookup lookup.csv --out o
    returns 0
    FLOWLOG_FORCE_SCAN=abacus run tag a.log --lookup lookup.csv --out o2
    returns 2
    says err "FLOWLOG_FORCE_SCAN is 'abacus'; the known names are avx512, avx2, sse4.1, sse2, neon, scalar"
}

case_default_names_need_both() {
    cp "$data/flow_logs.txt" .
    run tag
    returns 2
    says err "Try 'flowlog tag --help'."
    run tag flow_logs.txt
    returns 2
    says err '--lookup FILE'
    gone output.csv
}

case_standard_input() {
    web >lookup.csv
    { flow 443; flow 443; flow 80; } | "$flowlog" tag - --lookup lookup.csv --out o >out 2>err
    rc=$?
    returns 0
    printf 'Tag,Count\nweb,2\nUntagged,1\n' | holds o/tag_counts.csv
    web | "$flowlog" tag - --lookup - --out o >out 2>err
    rc=$?
    returns 2
    says err 'only one input'
}

case_folder_and_glob() {
    web >lookup.csv
    mkdir -p logs/deep/.hidden
    flow 443 >logs/a.log
    flow 443 >logs/deep/b.log
    flow 443 >logs/deep/.hidden/c.log
    run tag logs --lookup lookup.csv --out o
    says o/tag_counts.csv 'web,2'
    flow 443 >logs/d.log
    run tag 'logs/*.log' --lookup lookup.csv --out o
    says o/tag_counts.csv 'web,2'
    run tag 'logs/*.txt' --lookup lookup.csv --out o2
    returns 2
    says err 'logs/*.txt: cannot open: no file matches'
    gone o2
}

case_own_layouts() {
    web >lookup.csv
    flow 443 >default.log
    printf 'dstport protocol log-status\n443 6 OK\n443 17 OK\n' >header.log
    printf '${log-status} ${protocol} ${dstport}\r\nOK 6 443\r\n' >other.log
    run tag default.log header.log other.log --lookup lookup.csv --out o
    returns 0
    printf 'Tag,Count\nweb,3\nUntagged,1\n' | holds o/tag_counts.csv
    says out '6 lines = 4 records + 0 NODATA + 0 SKIPDATA + 0 malformed + 2 headers + 0 blank'
    printf '6 443\n17 80\n' >plain.log
    run tag plain.log --lookup lookup.csv --out o
    returns 2
    says err 'plain.log:1: cannot tell the format'
    run tag plain.log --lookup lookup.csv --out o --format '${protocol} ${dstport}'
    returns 0
    printf 'Tag,Count\nweb,1\nUntagged,1\n' | holds o/tag_counts.csv
    run tag plain.log --lookup lookup.csv --out o --format 'protocol dstprt'
    returns 2
    says err "did you mean 'dstport'?"
    printf 'srcaddr protocol\n1.1.1.1 6\n' >less.log
    run tag less.log --lookup lookup.csv --out o
    returns 2
    says err 'less.log: has no dstport; it has srcaddr, protocol'
}

case_packed_too_often() {
    "$flowlog" --version | grep -q '^components:.* gzip' || return 0
    flow 443 | gzip | gzip | gzip >three.log
    gzip -c three.log >four.log
    run top three.log --by dstport --csv
    returns 0
    says out '443,1'
    run top four.log --by dstport --csv
    returns 2
    says err 'four.log: is compressed more than 3 times over'
}

case_check_has_a_line_before_the_accounting() {
    printf 'dstport\nx\n1\n' >bad.log
    run check bad.log
    returns 1
    [ "$(sed -n 2p out)" = '' ] || { fail 'no blank line'; show out; }
    [ "$(wc -l <out)" = 4 ] || fail "$(wc -l <out) lines"
    printf 'dstport\n1\n' >good.log
    run check good.log
    [ "$(wc -l <out)" = 2 ] || fail "$(wc -l <out) lines"
}

case_servers() {
    local url
    for url in localhost:9000 http:// http:///bucket ftp://localhost; do
        run ls . --endpoint-url $url
        returns 2
        says err "expected a URL such as https://localhost:9000, found '$url'"
    done
}

case_empty_inputs() {
    web >lookup.csv
    : >empty.log
    printf 'dstport protocol\n' >header.log
    run tag empty.log header.log --lookup lookup.csv --out o
    returns 0
    printf 'Tag,Count\nUntagged,0\n' | holds o/tag_counts.csv
    printf 'Port,Protocol,Count\n' | holds o/port_protocol_counts.csv
    says out '1 line = 0 records + 0 NODATA + 0 SKIPDATA + 0 malformed + 1 header + 0 blank'
}

case_keys() {
    printf 'srcport dstport protocol\n443 50000 6\n50001 443 6\n50002 80 6\n' >ports.log
    web >lookup.csv
    run tag ports.log --lookup lookup.csv --out o
    says o/tag_counts.csv 'web,1'
    run tag ports.log --lookup lookup.csv --out o --key srcport
    says o/tag_counts.csv 'web,1'
    says o/port_protocol_counts.csv '50001,tcp,1'
    run tag ports.log --lookup lookup.csv --out o --key service
    says o/tag_counts.csv 'web,2'
    run tag ports.log --lookup lookup.csv --out o --key services
    returns 2
    says err "did you mean 'service'?"
}

case_duplicates() {
    printf 'dstport,protocol,tag\n443,tcp,one\n443,TCP,two\n' >lookup.csv
    { flow 443; flow 80; } >a.log
    run tag a.log --lookup lookup.csv --out o
    returns 0
    says err 'lookup.csv:3: 443/tcp: tag '\''two'\'' replaces '\''one'\'' of line 2'
    says o/tag_counts.csv 'two,1'
    run tag a.log --lookup lookup.csv --out o --duplicates first
    says o/tag_counts.csv 'one,1'
    run tag a.log --lookup lookup.csv --out o --duplicates all
    printf 'Tag,Count\none,1\ntwo,1\nUntagged,1\n' | holds o/tag_counts.csv
    run tag a.log --lookup lookup.csv --out o2 --duplicates error
    returns 2
    says err 'lookup.csv:3:'
    gone o2
}

case_table_options() {
    printf 'dstport,protocol,tag\n443,tcp,Web\n80,tcp,web\n22,nonsense,ssh\n' >lookup.csv
    { flow 443; flow 80; } >a.log
    run tag a.log --lookup lookup.csv --out o
    returns 2
    says err 'lookup.csv:4:4:'
    run tag a.log --lookup lookup.csv --out o --lenient
    returns 0
    says err 'the row is skipped'
    says err 'differs only in case'
    printf 'Tag,Count\nWeb,1\nweb,1\nUntagged,0\n' | holds o/tag_counts.csv
    run tag a.log --lookup lookup.csv --out o --lenient --fold-tags --untagged-label 'no, tag'
    printf 'Tag,Count\nWeb,2\n"no, tag",0\n' | holds o/tag_counts.csv
    run tag a.log --lookup lookup.csv --out o --lenient --untagged-label web
    says err 'which also labels flows without a tag'
}

case_many_warnings() {
    { echo dstport,protocol,tag; for i in $(seq 30); do echo "$i,tcp,a"; echo "$i,tcp,b"; done; } >lookup.csv
    flow 443 >a.log
    run tag a.log --lookup lookup.csv --out o
    returns 0
    [ "$(wc -l <err)" = 21 ] || fail "$(wc -l <err) lines of warnings"
    says err '... and 10 more'
}

case_protocols() {
    { flow 0 1; flow 0 253; flow 7 253; flow 0 132; } >a.log
    web >lookup.csv
    run tag a.log --lookup lookup.csv --out o
    says o/port_protocol_counts.csv '0,icmp,1'
    says o/port_protocol_counts.csv '0,253,1'
    printf '# Malformed lines\n# Protocol numbers without a name\nprotocol 253: 2 flows\n' | holds o/malformed.log
    printf 'Decimal,Keyword\n253,Mine\n' >protocols.csv
    run tag a.log --lookup lookup.csv --out o --protocols protocols.csv
    says o/port_protocol_counts.csv '7,mine,1'
    says o/malformed.log 'protocol 1: 1 flow'
    # of a folder, the names are no log
    mkdir logs
    cp a.log protocols.csv logs
    run tag logs --lookup lookup.csv --out p --protocols logs/protocols.csv
    returns 0
    says p/port_protocol_counts.csv '7,mine,1'
}

case_malformed() {
    web >lookup.csv
    { flow 443; flow 65536; echo 'one two'; echo; flow - ; flow 443 | sed 's/OK/NODATA/'; flow 22; } >a.log
    flow 443 | sed 's/OK/SKIPDATA/' >b.log
    run tag a.log b.log --lookup lookup.csv --out o
    returns 0
    says err 'warning: the data is incomplete: AWS lost records of 1 window (SKIPDATA)'
    says out '8 lines = 2 records + 1 NODATA + 1 SKIPDATA + 3 malformed + 0 headers + 1 blank'
    holds o/malformed.log <<'EOF'
# Malformed lines
a.log:2:45: dstport: expected a port (0-65535), found '65536': 2 123456789012 eni-1 10.0.0.1 10.0.0.2 1234 65536 6 1 40 1620140761 1620140821 ACCEPT OK
a.log:3:8: expected 14 columns, found 2: one two
a.log:5:45: dstport: expected a port (0-65535), found '-', which is absent: 2 123456789012 eni-1 10.0.0.1 10.0.0.2 1234 - 6 1 40 1620140761 1620140821 ACCEPT OK
# Protocol numbers without a name
EOF
    run tag a.log --lookup lookup.csv --out o --strict
    returns 1
    there o/output.csv
    run tag b.log --lookup lookup.csv --out o --strict
    returns 1
    flow 443 >c.log
    run tag c.log --lookup lookup.csv --out o --strict
    returns 0
}

case_json() {
    { flow 443; flow 80; flow 0 253; echo bad; } >a.log
    web >lookup.csv
    run tag a.log missing.log --lookup lookup.csv --json
    returns 2
    is_json out
    gone output.csv
    sed 's/"seconds":[0-9.e-]*/"seconds":0/' out >document
    holds document <<'EOF'
{"flows":3,"tags":[{"tag":"web","count":1}],"untagged":{"label":"Untagged","count":2},"port_protocol":[{"port":0,"protocol":"253","protocol_number":253,"count":1},{"port":80,"protocol":"tcp","protocol_number":6,"count":1},{"port":443,"protocol":"tcp","protocol_number":6,"count":1}],"untagged_flows":[{"port":0,"protocol":"253","protocol_number":253,"count":1},{"port":80,"protocol":"tcp","protocol_number":6,"count":1}],"unnamed_protocols":[{"protocol_number":253,"count":1}],"warnings":[],"incomplete":true,"total":{"lines":4,"records":3,"nodata":0,"skipdata":0,"malformed":1,"headers":0,"blank":0,"bytes":264},"inputs":[{"name":"a.log","lines":4,"records":3,"nodata":0,"skipdata":0,"malformed":1,"headers":0,"blank":0,"bytes":264,"error":null},{"name":"missing.log","lines":0,"records":0,"nodata":0,"skipdata":0,"malformed":0,"headers":0,"blank":0,"bytes":0,"error":"missing.log: cannot open: No such file or directory"}],"seconds":0}
EOF
    run tag a.log --lookup lookup.csv --json --out o
    returns 0
    only $all_files
    run tag a.log --lookup lookup.csv --json --tag-counts tags.csv
    there tags.csv
    gone output.csv
    run tag a.log --lookup lookup.csv --json --tag-counts -
    returns 2
    says err 'both want standard output'
}

# --- tag: inputs and outputs that cannot be used ------------------------------------------------------

case_missing_inputs() {
    web >lookup.csv
    flow 443 >a.log
    run tag a.log $(seq -f no%g 20) --lookup lookup.csv --csv
    [ "$(grep -c '^flowlog: error: no' err)" = 20 ] || fail 'not 20 messages'
    lacks err '... and'
    run tag a.log $(seq -f no%g 21) --lookup lookup.csv --csv
    [ "$(grep -c '^flowlog: error: no' err)" = 20 ] || fail 'not 20 messages'
    says err '... and 1 more error'
    run tag a.log missing.log --lookup lookup.csv --out o
    returns 2
    says err 'error: missing.log: cannot open: No such file or directory'
    says out 'INCOMPLETE: 1 of 2 inputs could not be read'
    says o/tag_counts.csv 'web,1'
    for file in o/*; do
        [ "$(tail -n 1 "$file")" = '# INCOMPLETE: 1 of 2 inputs could not be read to the end' ] || fail "$file does not say that it is incomplete"
    done
    run tag a.log --lookup lookup.csv --out o # replaces what is incomplete
    returns 0
    lacks o/tag_counts.csv INCOMPLETE
    flow 80 >b.log
    run tag b.log missing.log --lookup lookup.csv --out o
    returns 2
    says err 'is complete and stays'
    lacks out Results
    says out INCOMPLETE
    says o/tag_counts.csv 'web,1'
    lacks o/untagged_flows.csv 80
    for option in --keep-going --force; do
        run tag b.log missing.log --lookup lookup.csv --out o $option
        says o/untagged_flows.csv 80
        says o/tag_counts.csv INCOMPLETE
        run tag a.log --lookup lookup.csv --out o
        returns 0
    done
    run tag missing.log --lookup lookup.csv --out o2
    returns 2
    gone o2
    empty out
    run tag a.log --lookup missing.csv --out o2
    returns 2
    says err 'missing.csv: cannot open'
    gone o2
    run tag a.log --lookup lookup.csv --protocols missing.csv --out o2
    returns 2
    gone o2
}

case_foreign_inputs() {
    web >lookup.csv
    printf '{"colour": "red"}\n' >json.log
    run tag json.log --lookup lookup.csv --out o
    returns 2
    says err 'json.log: '
    says err JSON
    only
    printf 'PAR1xxxx' >parquet.log
    run tag parquet.log --lookup lookup.csv --out o
    returns 2
    says err 'a Parquet file'
}

case_compressed() {
    command -v gzip >/dev/null || return 0
    web >lookup.csv
    { flow 443; flow 443; } | gzip >a.log.gz
    flow 80 | gzip >>a.log.gz
    run tag a.log.gz --lookup lookup.csv --out o
    if ! "$flowlog" --version | grep -q '^components:.* gzip'; then
        returns 2
        says err 'a.log.gz: is compressed with gzip, and this program was built without flowlog::gzip'
        return
    fi
    returns 0
    printf 'Tag,Count\nweb,2\nUntagged,1\n' | holds o/tag_counts.csv
    cp a.log.gz named.log
    flow 443 >plain.gz
    run tag named.log plain.gz --lookup lookup.csv --out o
    says o/tag_counts.csv 'web,3'
    head -c 60 a.log.gz >cut.log.gz
    flow 443 >a.log
    run tag cut.log.gz a.log --lookup lookup.csv --out o --json
    returns 2
    says err 'cut.log.gz:'
    says out '"incomplete":true'
    is_json out
    { flow 443; flow 443; } | gzip | head -c -4 >small.log.gz # what was unpacked before the damage counts
    run top small.log.gz --flows --csv --quiet
    returns 2
    says err 'small.log.gz:'
    printf 'flows\n2\n' | holds out
}

case_given_twice() {
    web >lookup.csv
    flow 443 >a.log
    run tag a.log '*.log' --lookup lookup.csv --out o
    returns 0
    says err 'a.log is given more than once'
    says o/tag_counts.csv 'web,2'
}

case_redirected() {
    web >lookup.csv
    flow 443 >a.log
    run tag a.log --lookup lookup.csv --out o --tag-counts - --summary none --malformed x.log
    returns 0
    printf 'Tag,Count\nweb,1\nUntagged,0\n' | holds out
    says err '1 line = 1 record'
    only port_protocol_counts.csv untagged_flows.csv
    there x.log
    run tag a.log --lookup lookup.csv --tag-counts - --port-protocol-counts - --summary none --malformed none \
        --untagged-flows none --quiet
    printf 'Tag,Count\nweb,1\nUntagged,0\n\nPort,Protocol,Count\n443,tcp,1\n' | holds out
    empty err
    gone tag_counts.csv
    run tag a.log --lookup lookup.csv --out o --tag-counts x.csv --untagged-flows ./x.csv
    returns 2
    says err 'two results go to'
    run tag a.log --lookup lookup.csv --out o --malformed /dev/null --summary /dev/null
    returns 0
}

case_to_a_pipe() {
    web >lookup.csv
    flow 443 >a.log
    mkfifo pipe
    cat pipe >got &
    run tag a.log --lookup lookup.csv --out o --tag-counts pipe
    wait
    returns 0
    says got 'web,1'
    [ -p pipe ] || fail 'the pipe was replaced'
}

case_never_clobbers() {
    web >lookup.csv
    flow 443 >a.log
    mkdir o
    echo precious >o/output.csv
    run tag a.log --lookup lookup.csv --out o
    returns 2
    says err 'o/output.csv: exists, but is not such a result'
    echo precious | holds o/output.csv
    only output.csv
    run tag a.log --lookup lookup.csv --out o --force
    returns 0
    says o/output.csv 'Tag Counts:'
    run tag a.log --lookup lookup.csv --out o
    returns 0
    : >o/output.csv
    run tag a.log --lookup lookup.csv --out o
    returns 0
    rm o/output.csv
    mkdir o/output.csv
    run tag a.log --lookup lookup.csv --out o --force
    returns 2
    says err 'it is a folder'
    run tag a.log --lookup lookup.csv --out o --summary none --tag-counts a.log --force
    returns 2
    says err 'would replace the input'
    run tag a.log --lookup lookup.csv --out o --summary none --tag-counts lookup.csv --force
    returns 2
    ln a.log other.log
    run tag a.log --lookup lookup.csv --out o --summary none --tag-counts other.log --force
    returns 2
    flow 443 | cmp -s - a.log || fail 'the input was changed'
}

case_links() {
    web >lookup.csv
    flow 443 >a.log
    mkdir real o
    : >real/tags.csv
    chmod 640 real/tags.csv
    ln -s ../real/tags.csv o/tag_counts.csv
    run tag a.log --lookup lookup.csv --out o
    returns 0
    [ -L o/tag_counts.csv ] || fail 'the link was replaced'
    says real/tags.csv 'web,1'
    [ "$(stat -c %a real/tags.csv 2>/dev/null || stat -f %Lp real/tags.csv)" = 640 ] || fail 'the mode was changed'
    [ "$(ls -A real)" = tags.csv ] || fail 'something was left in the folder of the file'
    ln -sf nowhere o/tag_counts.csv
    run tag a.log --lookup lookup.csv --out o
    returns 2
    says err 'link to nothing'
}

case_unwritable() {
    web >lookup.csv
    flow 443 >a.log
    echo file >file
    run tag a.log --lookup lookup.csv --out file/o
    returns 2
    says err 'file/o: cannot make the folder'
    run tag a.log --lookup lookup.csv --out o --tag-counts no/such/folder.csv
    returns 2
    says err 'no/such/folder.csv: cannot write'
    only
    if [ "$(id -u)" != 0 ]; then
        mkdir -m 555 closed
        run tag a.log --lookup lookup.csv --out closed
        returns 2
        says err 'closed/output.csv: cannot write: Permission denied'
    fi
    if [ -c /dev/full ]; then
        run tag a.log --lookup lookup.csv --out o --tag-counts /dev/full
        returns 2
        says err '/dev/full: cannot write'
        only
        "$flowlog" tag a.log --lookup lookup.csv --out o >/dev/full 2>err
        rc=$?
        returns 2
        says err 'standard output: cannot write'
    fi
}

case_quiet() {
    web >lookup.csv
    flow 443 >a.log
    run tag a.log --lookup lookup.csv --out o --quiet
    returns 0
    empty out
    empty err
    says o/tag_counts.csv 'web,1'
}

# --- tag: threads, terminals, signals -----------------------------------------------------------------

case_threads() {
    awk 'BEGIN {
        for (i = 0; i < 600000; ++i) {
            port = i % 7 == 0 ? i % 1000 : 40000 + i % 9973
            if (i % 5003 == 0) port = "x" i
            printf "2 123456789012 eni-1 10.0.0.1 10.0.0.2 1234 %s %d 1 40 1620140761 1620140821 ACCEPT OK\n", port, i % 3 ? 6 : 17
        }
    }' >big.log
    head -n 1000 big.log >small.log
    printf '443,tcp,web\n0-1023,*,low\n40000-41000,udp,games\n' >lookup.csv
    for n in 1 2 4; do
        run tag big.log small.log --lookup lookup.csv --out "o$n" --threads $n
        returns 0
        diff -r o1 "o$n" >diff || { fail "$n threads differ:"; head diff; }
    done
    [ "$(grep -c ^big.log: o1/malformed.log)" = 120 ] || fail 'not every malformed line is there'
    awk -F, 'NR > 1 {n += $NF} END {print n}' o1/tag_counts.csv >sum
    echo 600879 | holds sum
    awk -F, 'NR > 1 {n += $NF} END {print n}' o1/port_protocol_counts.csv | cmp -s - sum || fail 'the sums differ'
    run tag big.log --lookup lookup.csv --out o --threads 9999
    returns 2
    says err 'up to 1024'
}

case_hostile_text() {
    printf '443,tcp,"web\033]0;owned\007"\n80,tcp,two"\n' >lookup.csv
    printf '443,tcp,"web\033[31m"\n' >lookup.csv
    { flow 443; printf '\033[2Jbad\n'; } >"$(printf 'a\033[1m.log')"
    run tag "$(printf 'a\033[1m.log')" "$(printf 'b\033[1m.log')" --lookup lookup.csv --out o
    returns 2
    lacks out "$(printf '\033')"
    lacks err "$(printf '\033')"
    lacks o/malformed.log "$(printf '\033')"
    says o/malformed.log '\x1b[2Jbad'
    says err 'b\x1b[1m.log'
}

case_terminal() {
    command -v script >/dev/null && script --version 2>/dev/null | grep -q util-linux || return 0
    web >lookup.csv
    flow 443 >a.log
    script -qec "'$flowlog' tag a.log --lookup lookup.csv --out o" /dev/null </dev/null >out 2>err
    says out "$(printf '\033[1mTag')"
    NO_COLOR=1 script -qec "'$flowlog' tag a.log --lookup lookup.csv --out o" /dev/null </dev/null >out 2>err
    lacks out "$(printf '\033')"
    mkfifo pipe
    { flow 443; sleep 0.7; flow 443; } >pipe &
    script -qec "'$flowlog' tag pipe --lookup lookup.csv --out o" /dev/null </dev/null >out 2>err
    wait
    says out 'B/s'
    mkfifo again
    { flow 443; sleep 0.7; flow 443; } >again &
    run tag again --lookup lookup.csv --out o
    wait
    empty err
}

# Starts flowlog on a pipe without an end, and sends it a signal when it has begun.
interrupted() {
    local signal=$1
    rm -rf o pipe
    mkdir o
    mkfifo pipe
    with_default_signals "$flowlog" tag pipe --lookup lookup.csv --out o >out 2>err &
    local job=$!
    exec 9>pipe
    (flow 443 >&9) # where flowlog is gone, this subshell ends
    for _ in $(seq 100); do
        [ "$(ls -A o | wc -l)" = 5 ] && break
        sleep 0.05
    done
    [ "$(ls -A o | wc -l)" = 5 ] || fail 'there are no temporary files'
    sleep 0.1
    kill "-$signal" "$job"
    sleep 0.2
    exec 9>&- # ends what is still there, with results in its folder
    wait "$job" 2>/dev/null
    rc=$?
    only
}

case_interrupted() {
    web >lookup.csv
    interrupted INT
    returns 130
    interrupted TERM
    returns 143
    interrupted HUP
    returns 129
}

case_closed_pipe() {
    printf 'dstport protocol\n' >bad.log
    awk 'BEGIN { for (i = 0; i < 100000; ++i) print "x y" }' >>bad.log
    web >lookup.csv
    mkdir o
    { "$flowlog" tag bad.log --lookup lookup.csv --out o --malformed - 2>err; echo $? >code; } | head -n 1 >out
    rc=$(cat code)
    returns 141
    empty err
    only
}

# --- check ----------------------------------------------------------------------------------------------

case_check() {
    { flow 443; flow 80; } >good.log
    run check good.log
    returns 0
    says out '2 lines = 2 records'
    {
        flow 443
        flow 443 | sed 's/10.0.0.1/10.0.0.256/'
        flow 443 | sed 's/ACCEPT/MAYBE/'
        flow 443 | sed 's/ 40 / -40 /'
    } >bad.log
    run check good.log bad.log
    returns 1
    sed -n 1,3p out >found
    holds found <<'EOF'
bad.log:2:22: srcaddr: expected an IPv4 or IPv6 address, found '10.0.0.256': 2 123456789012 eni-1 10.0.0.256 10.0.0.2 1234 443 6 1 40 1620140761 1620140821 ACCEPT OK
bad.log:3:78: action: expected ACCEPT, REJECT or '-', found 'MAYBE': 2 123456789012 eni-1 10.0.0.1 10.0.0.2 1234 443 6 1 40 1620140761 1620140821 MAYBE OK
bad.log:4:53: bytes: expected a number (0-18446744073709551615), found '-40': 2 123456789012 eni-1 10.0.0.1 10.0.0.2 1234 443 6 1 -40 1620140761 1620140821 ACCEPT OK
EOF
    flow 443 | sed 's/443 6.*/- - - - 1620140761 x NODATA/; s/10.0.0.1 10.0.0.2 1234/- - -/' | sed 's/1620140761 x/& -/' >empty.log
    run tag empty.log --lookup <(web) --out o
    says out '1 NODATA'
    run check empty.log
    returns 1
    says out "empty.log:1:47: end: expected a time in Unix seconds, found 'x'"
    awk '{ for (i = 0; i < 300000; ++i) print }' empty.log >big.log
    for n in 1 2; do
        run check big.log --max 0 --threads $n
        says out '300,000 lines = 0 records + 0 NODATA + 0 SKIPDATA + 300,000 malformed'
    done
    run check bad.log --max 1
    returns 1
    says out '... and 2 more'
    run check bad.log --max 0 --quiet
    returns 1
    echo '... and 3 more' | holds out
    run check bad.log missing.log
    returns 2
    says err 'missing.log'
    run check bad.log --json --max 2
    returns 1
    is_json out
    says out '{"source":"bad.log","line":2,"offset":87,"column":22,"field":"srcaddr","reason":"expected an IPv4 or IPv6 address, found '\''10.0.0.256'\''","text":"2 123456789012'
    says out '"malformed":3'
    run check
    returns 2
}

# --- the rest -------------------------------------------------------------------------------------------

case_fields() {
    run fields
    returns 0
    says out 'dstport'
    says out 'destinationTransportPort'
    run fields --csv
    says out 'name,aliases,type,version,origin,meaning'
    says out 'dstport,dst-port destination-port dest-port destination.port destinationTransportPort connection.dest_port target_port id.resp_p dst_endpoint.port dport dp l4-dst-port port-dst,u16,2,vpc,Destination port; 0 for protocols without ports'
    run fields --json
    is_json out
    says out '{"name":"dstport","aliases":["dst-port","destination-port","dest-port","destination.port","destinationTransportPort","connection.dest_port","target_port","id.resp_p","dst_endpoint.port","dport","dp","l4-dst-port","port-dst"],"type":"u16","version":2,"origin":"vpc","meaning":"Destination port; 0 for protocols without ports"}'
    run fields --json --csv
    returns 2
    run fields extra
    returns 2
    says err 'unexpected argument: extra'
}

case_usage() {
    run
    returns 2
    empty out
    says err 'flowlog tag'
    run --version
    returns 0
    says out 'flowlog '
    says out 'components:'
    for command in '' tag check fields; do
        run $command --help
        returns 0
        [ "$(sed -n '/^Examples:/,/^$/p' out | grep -c '^  [^ ]')" -ge 2 ] || fail "--help of '$command' lacks examples"
        [ "$(awk '{ if (length($0) > n) n = length($0) } END { print n }' out)" -le 100 ] || fail "--help of '$command' is too wide"
    done
    run tga
    returns 2
    says err "no such command: tga; did you mean 'tag'?"
    run tag a.log --lokup x
    returns 2
    says err "no such option: --lokup; did you mean '--lookup'?"
    says err "Try 'flowlog tag --help'."
    run tag --bogus=3 a.log
    returns 2
    says err 'no such option: --bogus'
    run tag --lookup
    returns 2
    run "$(printf 'x\033[1m')"
    returns 2
    lacks err "$(printf '\033')"
}

run_cases
