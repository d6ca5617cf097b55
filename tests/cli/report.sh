#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# report.sh FLOWLOG [CASE…]: runs 'flowlog LOG' and 'flowlog report' and checks their output. Runs all cases, or those
# named.
source "$(dirname "${BASH_SOURCE[0]}")/cases.sh"

# A log with the fields that all reports ask for: clients, servers in two subnets, a scanner of 30 ports, a NAT gateway
everything() {
    awk 'BEGIN {
        print "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status tcp-flags type flow-direction traffic-path pkt-srcaddr pkt-dstaddr pkt-dst-aws-service az-id next-hop-az-id reject-reason encryption-status"
        for (i = 0; i < 60; ++i) {
            start = 1714557600 + 37 * i
            server = "10.0." i % 2 "." 5 + i % 3; client = "8.8.4." i % 7; hop = i % 6 ? client : "10.0.9.9"
            print 5, 1, "eni-" i % 3, client, server, 40000 + i, i % 5 ? 443 : 22, 6, 10, 1000 + i, start, start + 30, "ACCEPT OK", i % 4 ? 19 : 2, "IPv4 ingress -", client, server, "- az1 - - 0"
            print 5, 1, "eni-" i % 3, server, hop, i % 5 ? 443 : 22, 40000 + i, 6, 20, 90000 + i, start, start + 30, "ACCEPT OK 19 IPv4 egress", i % 2 ? 8 : 2, server, client, i % 3 ? "-" : "S3", "az1", i % 2 ? "az2" : "az1", "- 1"
            if (i < 30) print 5, 1, "eni-0 203.0.113.7", server, 50000, 1000 + i, 6, 1, 40, start, start + 30, "REJECT OK 2 IPv4 ingress - 203.0.113.7", server, "- az1 -", i % 9 ? "-" : "BPA", "-"
            if (i < 9) print 5, 1, "eni-1 10.0.0.5 10.0.1.6", 50000 + i, "5432 6 1 40", start, start + 30, "REJECT OK 2 IPv4 egress 1 10.0.0.5 10.0.1.6 - az1 az1 - -"
        }
        print "5 1 eni-2 - - - - - - - 1714557600 1714557660 - SKIPDATA - - - - - - - - - - -"
    }'
}

# a log of AWS's default columns
plain() { everything | cut -d ' ' -f 1-14 | sed 's/^5/2/'; }

# what AWS documents for an instance behind a NAT gateway, with bytes
nat() {
    printf '%s\n' 'instance-id interface-id srcaddr dstaddr pkt-srcaddr pkt-dstaddr bytes' \
        '- eni-1235b8ca123456789 10.0.1.5 10.0.0.220 10.0.1.5 52.95.128.179 2000000000' \
        '- eni-1235b8ca123456789 10.0.0.220 52.95.128.179 10.0.0.220 52.95.128.179 2000000000' \
        '- eni-1235b8ca123456789 52.95.128.179 10.0.0.220 52.95.128.179 10.0.0.220 5000' \
        '- eni-1235b8ca123456789 10.0.0.220 10.0.1.5 52.95.128.179 10.0.1.5 5000' \
        'i-01234567890123456 eni-1111aaaa2222bbbb3 10.0.1.5 52.95.128.179 10.0.1.5 52.95.128.179 2000000000' \
        'i-01234567890123456 eni-1111aaaa2222bbbb3 52.95.128.179 10.0.1.5 52.95.128.179 10.0.1.5 5000'
}

tags() { printf 'dstport,protocol,tag\n443,tcp,web\n22,tcp,ssh\n'; }
labels() { printf 'cidr,label\n10.0.0.0/24,web\n10.0.1.0/24,data\n8.8.4.0/24,clients\n'; }

# --- the overview -----------------------------------------------------------------------------------

case_a_log_alone_is_an_overview() {
    plain >vpc.log
    run vpc.log
    returns 0
    says out 'vpc.log: VPC flow log'
    says out '14 columns'
    says out '2024-05-01 10:00 to 10:36 UTC, 159 flows, '
    says out 'Over time'
    says out '22/tcp ssh'
    says out 'Rejected  39 flows (24.5%)'
    says out 'flowlog report talkers vpc.log'
    says out '161 lines = 159 records + 0 NODATA + 1 SKIPDATA'
    says err 'warning: the data is incomplete'
    [ "$(wc -l <out)" -le 30 ] || fail "more than a screen: $(wc -l <out) lines"
    run overview vpc.log
    run vpc.log -n 2
    cp out a
    run overview -n 2 vpc.log
    diff <(grep -v /s a) <(grep -v /s out) >diff || show diff
}

case_overview_of_standard_input() {
    plain >vpc.log
    "$flowlog" - <vpc.log >out 2>err
    rc=$?
    returns 0
    says out 'standard input'
    says out '159 flows'
    # a log that lacks fields
    printf 'srcaddr dstaddr\n10.0.0.1 10.0.0.2\n' | "$flowlog" - >out 2>err
    rc=$?
    returns 0
    says out '1 flow'
    lacks out 'services'
    lacks out 'Rejected'
    printf 'srcaddr dstaddr bytes\n10.0.0.1 10.0.0.2 7\n' | "$flowlog" - --json >out 2>err
    is_json out
    says out '"title":"Top senders","command":"flowlog top - --by srcaddr --sum bytes --flows '
}

case_overview_of_rejected_flows_and_bytes() {
    printf '%s\n' 'srcaddr action bytes' '10.0.0.1 REJECT 40' '10.0.0.2 ACCEPT 100' '10.0.0.3 REJECT 1' >untimed.log
    run untimed.log
    returns 0
    says out '3 flows, 141 B'
    says out 'Rejected  2 flows (66.7%)'
    printf '%s\n' 'srcaddr start action' '10.0.0.1 - REJECT' '10.0.0.2 1714557600 ACCEPT' >half.log
    run half.log
    says out 'Rejected  1 flow (50.0%)'
    printf '%s\n' 'srcaddr bytes' '10.0.0.1 40' >silent.log
    run silent.log
    lacks out Rejected
    printf '%s\n' 'dstaddr bytes' '10.0.0.1 40' '10.0.0.2 2' >receivers.log
    run receivers.log
    says out '2 flows, 42 B'
}

case_overview_of_several_logs_and_folders() {
    mkdir logs
    plain >logs/a.log
    plain >logs/b.log
    run logs
    returns 0
    says out '2 logs: VPC flow log'
    says out '318 flows'
    run logs/a.log 'logs/b*' missing.log
    returns 2
    says out '318 flows'
    says out INCOMPLETE
    says err missing.log
}

# nothing is said but that records were lost
empty_but_skipdata() {
    grep -v 'the data is incomplete' err >diff && { fail 'there are messages:'; show diff; }
    return 0
}

case_overview_with_tags_beside_the_log() {
    local words
    mkdir logs
    plain >logs/vpc.log
    tags >logs/lookup_table.csv
    run logs/vpc.log
    returns 0
    says out 'Tags      '
    says out 'web 48'
    says out '(logs/lookup_table.csv)'
    # of a folder or pattern, the table is no log
    for words in logs 'logs/*' 'logs/* --lookup logs/lookup_table.csv' 'logs --since 2024-01-01 --lookup logs/lookup_table.csv'; do
        set -f
        run $words
        set +f
        returns 0
        empty_but_skipdata
        says out '159 flows'
        says out 'web 48'
        says out '(logs/lookup_table.csv)'
        says out ' of 1 input in '
    done
    echo 'srcaddr = 10.0.0.5' >logs/wanted
    labels >logs/labels.csv
    run top logs --by 'tag,label(srcaddr)' --lookup logs/lookup_table.csv --map logs/labels.csv --where-file logs/wanted
    returns 0
    empty_but_skipdata
    says out ' of 1 input in '
    run top logs/vpc.log logs/lookup_table.csv --by tag --lookup logs/lookup_table.csv --json
    says out '"name":"logs/lookup_table.csv"'
    rm logs/wanted logs/labels.csv
    echo 'no table' >logs/lookup_table.csv
    run logs/vpc.log
    returns 0
    says err 'warning: no tags are shown: '
    lacks out 'Tags  '
}

case_overview_of_a_gap() {
    printf '%s\n' 'srcaddr start bytes' '10.0.0.1 1714557600 100' '10.0.0.1 1714557720 100' >gap.log
    run gap.log
    returns 0
    says out 'bytes    █ █  100 B at 2024-05-01 10:00 UTC'
}

case_overview_of_no_flows() {
    tags >lookup_table.csv
    plain | head -1 >heading.log
    : >empty.log
    echo '2 1 eni-1 - - - - - - - 1714564925 1714564985 - NODATA' >nodata.log
    for log in heading.log empty.log nodata.log; do
        run "$log"
        returns 0
        says out '0 flows'
        lacks out 'Tags  '
        lacks out 'Go on with'
    done
}

case_overview_is_as_wide_as_the_terminal() {
    plain >vpc.log
    for width in 40 60 80 120 200; do
        COLUMNS=$width run vpc.log --quiet
        returns 0
        widest=$(grep -v '^  flowlog' out | LC_ALL=C.UTF-8 wc -L)
        [ "$widest" -le $((width < 60 ? 60 : width)) ] || { fail "wider than $width: $widest"; show out; }
    done
    COLUMNS=60 run vpc.log
    grep -q 'bytes .*service' out && fail 'two tables side by side in 60 columns'
    COLUMNS=120 run vpc.log
    grep -q '^srcaddr .*service' out || { fail 'no two tables side by side in 120 columns'; show out; }
}

case_overview_for_programs() {
    plain >vpc.log
    run vpc.log --json
    returns 0
    is_json out
    says out '"report":"overview"'
    run vpc.log --ndjson
    says out '{"table":"Top senders","srcaddr":'
}

case_overview_with_filters() {
    plain >vpc.log
    run --where 'action = REJECT' vpc.log
    returns 0
    says out ', 39 flows,'
    says out "report talkers vpc.log --where 'action = REJECT'"
    run vpc.log --since 2024-05-01T10:20Z
    returns 0
    says out 'are wanted by --since'
}

case_clocks_of_a_zone() {
    plain >vpc.log
    run vpc.log --tz +02:00
    returns 0
    says out '2024-05-01 12:00 to 12:36 +02:00, 159 flows, '
    run report --html page.html vpc.log --tz +02:00 --quiet
    returns 0
    says page.html 'each bar: 1 minute, +02:00'
    says page.html '<title>2024-05-01 12:00, '
    run report gaps vpc.log --tz +02:00
    says out '  eni-2: 1 window, 2024-05-01 12:00 to 12:01 +02:00'
}

case_archives_and_logs_without_bytes() {
    run "$archives/nfdump/v2-178-mixed.nfdump"
    returns 0
    says out nfdump
    printf 'srcaddr dstaddr dstport protocol action\n10.0.0.1 10.0.0.2 443 6 ACCEPT\n10.0.0.1 10.0.0.3 22 6 REJECT\n' >a.log
    run a.log
    returns 0
    empty err
    says out '2 flows'
    run report talkers a.log
    returns 0
    says out 'flowlog top a.log --by srcaddr --flows -n'
    run report all a.log --html p.html
    returns 0
}

case_commands_and_files_of_the_same_name() {
    plain >top
    plain >talkers
    run top
    returns 2
    says err 'the file of this name is ./top'
    run ./top
    returns 0
    says out '159 flows'
    run report talkers
    returns 2
    says err 'no LOG is given'
    run report talkers ./talkers
    returns 0
}

case_misspelt_commands() {
    plain >vpc.log
    run tpo vpc.log
    returns 2
    says err "no such command: tpo; did you mean 'top'?"
    run missing.log
    returns 2
    says err 'no such file: missing.log'
    run --wher x vpc.log
    returns 2
    says err 'no such option: --wher'
    run report talker vpc.log
    returns 2
    says err 'no such report: talker'
    says err 'talkers'
    run report vpc.log
    returns 2
    says err "no report is named before the log: try 'flowlog report talkers vpc.log'"
    run report talkers vpc.log -n 0
    returns 2
    says err '-n: a table has at least one row'
}

# --- reports ----------------------------------------------------------------------------------------

case_reports_are_listed() {
    run report
    returns 0
    for name in talkers rejects scans services egress gaps protocols; do says out "  $name "; done
}

# Runs the commands that a report prints, and compares what they print with the tables of the report.
same_as_its_commands() {
    run report "$@" --quiet --csv
    [ "$rc" = 0 ] || { fail "exit code $rc: report $*"; show err; }
    cp out csv
    run report "$@"
    sed -n '/^The same, and more of it:$/,/^$/s/^  flowlog //p' out >commands
    local count=0 line
    : >answers
    while IFS= read -r line; do
        eval "set -- $line"
        run "$@" --quiet --csv
        [ "$rc" = 0 ] || { fail "exit code $rc: $line"; show err; }
        cat out >>answers
        count=$((count + 1))
    done <commands
    [ $count -gt 0 ] || fail "no commands: $*"
    # the tables of the report, without their titles and the empty lines between them
    if [ $count -gt 1 ]; then grep -v -e '^$' -e ':$' csv; else cat csv; fi | diff - answers >diff ||
        { fail "other numbers: $*"; show diff; }
}

case_commands_print_what_reports_print() {
    everything >vpc.log
    labels >labels.csv
    for name in talkers rejects scans services egress gaps protocols; do
        same_as_its_commands $name vpc.log
        same_as_its_commands $name vpc.log --where 'srcaddr != 8.8.4.1 or dstport = 22' --since 2024-05-01T10:05Z
    done
    same_as_its_commands egress vpc.log --map labels.csv -n 3
    same_as_its_commands scans vpc.log --window none --min-ports 5 --min-hosts 1000
    plain >"a 'plain' log"
    for name in talkers rejects scans services protocols; do same_as_its_commands $name "a 'plain' log"; done
}

case_reports_find_what_is_there() {
    everything >vpc.log
    run report rejects vpc.log --quiet
    returns 0
    says out 'Rejected, from private addresses'
    says out '5432/tcp postgresql'
    run report scans vpc.log --window 1h --csv
    returns 0
    grep -q '203.0.113.7,' out || { fail 'the scanner is not found'; show out; }
    run report scans vpc.log --min-ports 31 --min-hosts 31 --window none --quiet
    says out none
    run report egress vpc.log --quiet
    says out '8 internet gateway'
    run report protocols vpc.log --quiet
    says out '6 tcp '
    run report gaps vpc.log
    says out 'SKIPDATA: 1 window '
    says out '  eni-2: 1 window, 2024-05-01 10:00 to 10:01 UTC'
    says out "flowlog print vpc.log --where 'log-status = SKIPDATA'"
    run report services vpc.log --quiet
    says out '443/tcp'
    says out 'The inbound rules in the fewest CIDRs:'
    lacks out 'The same'
    run report gaps vpc.log --quiet
    says out '  eni-2: 1 window, 2024-05-01 10:00 to 10:01 UTC'
    lacks out 'The same'
    run report gaps vpc.log --where interface-id=eni-2
    says out "  flowlog print vpc.log --where '(interface-id=eni-2) and log-status = SKIPDATA' --fields"
    printf 'interface-id = eni-2\n' >filter.txt
    run report gaps vpc.log --where-file filter.txt
    says out "  flowlog print vpc.log --where-file filter.txt --where 'log-status = SKIPDATA'"
    run print vpc.log --where-file filter.txt --where 'log-status = SKIPDATA' --fields interface-id
    says out eni-2
    # what these lines lack does not choose among them
    printf 'dstport = 443\n' >filter.txt
    run report gaps vpc.log --where-file filter.txt --where tcp
    says out "  flowlog print vpc.log --where 'log-status = SKIPDATA'"
    run report gaps vpc.log --hash-key k
    says out "  flowlog print vpc.log --where 'log-status = SKIPDATA'"
    run report services vpc.log
    says out 'The inbound rules in the fewest CIDRs:'
    says out '  eni-0 inbound 443/tcp https: 8.8.4.0/24'
    plain >plain.log
    run report egress plain.log
    returns 0
    says out 'Not asked, because the logs lack it: pkt-srcaddr'
    printf 'srcport dstport protocol\n1 2 6\n' >ports.log
    run report talkers ports.log
    returns 0
    says out 'Not asked, because the logs lack it: srcaddr, dstaddr'
    lacks out 'The same'
}

# Rejects are by service if the logs have both ports, and nothing is left out without a word.
case_rejects_without_ports() {
    printf '%s\n' 'srcaddr dstaddr dstport protocol action start' '10.0.0.1 8.8.8.8 443 6 REJECT 1714521600' \
        '8.8.4.4 10.0.0.2 22 6 REJECT 1714521660' >a.log
    run report rejects a.log --csv
    returns 0
    says out 'Rejected, from private addresses:'
    says out '10.0.0.1,1,1'
    says out '8.8.4.4,1,1,1'
    same_as_its_commands rejects a.log
    cut -d ' ' -f 1-2 a.log >few.log
    run report rejects few.log --quiet
    returns 0
    says out 'Not asked, because the logs lack it: action'
    lacks out none
}

case_reverse_columns_are_not_left_out() {
    printf 'srcaddr dstaddr bytes\n10.0.0.1 10.0.0.2 5\n' >a.log
    for command in 'report talkers' overview; do
        run $command a.log --two-way reverse
        returns 2
        empty out
        says err '--two-way reverse puts the way back into reverse-packets and reverse-bytes'
    done
}

case_more_groups_than_may_be() {
    everything >vpc.log
    local kind limit part command
    for kind in talkers rejects scans services gaps protocols; do
        for limit in 12 4; do same_as_its_commands $kind vpc.log --max-groups $limit; done
    done
    run report talkers vpc.log --max-groups 12 --json
    returns 0
    is_json out
    says err "flowlog: warning: there are more than 12 groups by srcaddr,dstaddr: 'Who sends most to whom' is by srcaddr/24,dstaddr/24"
    says out "'Who sends most to whom' is by srcaddr/24,dstaddr/24"
    # sums are exact, and nothing depends on the order of flows or on how they are shared out
    run report talkers vpc.log --max-groups 12
    sed -n '/^(total)/s/  */ /gp' out >totals
    [ "$(wc -l <totals)" = 3 ] || fail 'three tables have totals'
    run report talkers vpc.log
    sed -n '/^(total)/s/  */ /gp' out | diff - totals >diff || { fail 'other totals'; show diff; }
    { head -1 vpc.log && tail -n +2 vpc.log | tac; } >back.log
    for limit in 30 12 5 3 1; do
        run report all vpc.log --max-groups $limit --csv
        returns 0
        cp out expected
        run report all back.log --max-groups $limit --csv --threads 1
        diff expected out >diff || { fail "the order matters: $limit"; show diff; }
        for part in 1 2 3; do
            awk -v part=$part 'NR == 1 || NR % 3 == part % 3' vpc.log >$part.log
            run report all $part.log --max-groups $limit --partial $part.part
            returns 0
        done
        run merge 3.part 1.part 2.part --csv
        diff expected out >diff || { fail "other results when merged: $limit"; show diff; }
    done
    run report all 1.log --max-groups 7 --partial 1.part
    run merge 1.part 2.part
    returns 2
    says err '--max-groups=7'
    run report --html page.html vpc.log --max-groups 1
    returns 0
    says page.html 'Traffic over time&#39; is left out; --max-groups raises the limit'
    run vpc.log --max-groups 5
    returns 0
    says err "'Top senders' is by srcaddr/24"
    says out 'srcaddr/24'
    for command in 'report talkers' overview; do
        run $command vpc.log --max-groups 0
        returns 2
        says err '--max-groups: '
    done
}

case_egress() {
    nat >nat.log
    # a second address of an instance is no NAT gateway
    echo 'i-01234567890123456 eni-1111aaaa2222bbbb3 10.0.1.5 8.8.8.8 10.0.1.9 8.8.8.8 70' >>nat.log
    run report egress nat.log --csv
    returns 0
    holds out <<'EOF'
Through NAT gateways:
pkt-srcaddr,pkt-dstaddr,bytes,flows
10.0.1.5,52.95.128.179,2000000000,1

To the internet:
srcaddr,bytes,flows
10.0.1.5,2000000070,2
10.0.0.220,2000000000,1
EOF
    # IPv6 is public on both sides
    printf '%s\n' 'srcaddr dstaddr bytes flow-direction traffic-path az-id next-hop-az-id' \
        '2600:1f00::1 2606:4700::1 500 egress 8 az1 -' '2606:4700::1 2600:1f00::1 90 ingress - az1 -' \
        '2600:1f00::1 2606:4700::2 60 egress 4 az1 -' '10.0.0.1 10.0.1.1 30 egress 1 az1 az2' \
        '10.0.0.1 10.0.1.1 20 egress 1 - az2' '10.0.0.1 8.8.8.8 10 egress 8 az1 -' >six.log
    run report egress six.log --csv
    returns 0
    says out '2600:1f00::1,500,1'
    says out '10.0.0.1,10,1'
    says out 'az1,az2,30,1'
    lacks out ',az2,20,1'
    same_as_its_commands egress six.log
    cut -d ' ' -f 1-3 six.log >few.log
    run report egress few.log --csv
    holds out <<'EOF'
srcaddr,bytes,flows
10.0.0.1,10,1
EOF
}

# Logs of which some have fields that the first ones lack.
case_fields_of_later_logs() {
    mkdir logs
    everything >all.log
    plain >plain.log
    for i in 1 2 3; do plain | sed '1!s/ eni-/ eni-9/' >logs/$i.log; done
    run report egress logs
    returns 0
    says out 'Not asked, because the logs lack it: pkt-srcaddr'
    run report services logs
    says out 'Rules, by interface'
    plain >logs/0.log
    run report egress logs
    says out 'Not asked, because the logs lack it: pkt-srcaddr'
    lacks out 'Through NAT gateways'
    run report services logs
    says out 'Rules, by interface'
    lacks out 'Inbound'
    cp all.log logs/4.log
    run report egress logs
    lacks out 'Not asked'
    says out 'Through NAT gateways'
    run report services logs
    lacks out 'Rules, by interface'
    says out 'Inbound rules, by interface'
}

# Header lines further on in a log, which nobody can look at before it is read.
case_fields_of_later_header_lines() {
    plain >a.log
    everything >b.log
    run report scans a.log b.log --min-ports 5 --csv --quiet
    returns 0
    cp out expected
    cat a.log b.log | "$flowlog" report scans - --min-ports 5 --csv --quiet >out 2>err
    holds out <expected
    cat a.log b.log | "$flowlog" report scans - --min-ports 5 >out 2>err
    says out "where 'action = REJECT or tcp-flags = syn'"
    cat a.log b.log | "$flowlog" report all - >out 2>err
    lacks out 'Not asked'
}

# the same log as a file, from a pipe, and as a partial result
case_the_same_from_everywhere() {
    local name log
    everything >vpc.log
    plain >plain.log
    plain | cut -d ' ' -f 1-12,14 >actions.log
    plain | cut -d ' ' -f 1-8,11-14 >sums.log
    plain | cut -d ' ' -f 4,5,13 | head -150 >few.log
    plain | cut -d ' ' -f 4,11,13 | head -150 >fewer.log
    : >empty.log
    for log in vpc plain actions sums few fewer empty; do
        for name in talkers rejects scans services egress gaps protocols all; do
            run report $name $log.log --csv
            [ $rc = 0 ] || { fail "exit code $rc: report $name $log.log"; show err; }
            cp out expected
            "$flowlog" report $name - --csv <$log.log >out 2>err
            holds out <expected
            run report $name $log.log --partial $log.part --quiet
            run merge $log.part --csv
            holds out <expected
        done
        run report all $log.log
        grep 'Not asked' out >expected
        "$flowlog" report all - <$log.log 2>err | grep 'Not asked' >found
        holds found <expected
        run merge $log.part
        grep 'Not asked' out >found
        holds found <expected
    done
    run report scans sums.log
    says out "--having 'distinct(dstport) >= 20 or distinct(dstaddr) >= 20'"
    run report scans fewer.log
    returns 0
    says out 'Not asked, because the logs lack it: dstport, dstaddr'
    run report rejects - <actions.log
    says out 'Not asked, because the logs lack it: action'
    lacks out none
}

case_lost_records_by_interface() {
    local range
    everything >vpc.log
    cat vpc.log | "$flowlog" report gaps - >out 2>err
    says out '  eni-2: 1 window, 2024-05-01 10:00 to 10:01 UTC'
    run report all vpc.log --where 'dstport = 443'
    says out '  eni-2: 1 window, 2024-05-01 10:00 to 10:01 UTC'
    run report gaps vpc.log
    says out 'SKIPDATA: 1 window without some of their records; NODATA: 0 windows without traffic'
    # in the range, and as far as a filter can choose
    for range in '--since 2024-05-01T10:20Z' '--until 2024-05-01T09:59Z' '--where interface-id=eni-0'; do
        run report gaps vpc.log $range
        returns 0
        says out 'SKIPDATA: 0 windows without some of their records'
        lacks out ' window, '
    done
    for range in '--since 2024-05-01T10:00Z' '--until 2024-05-01T10:00Z' '--where interface-id=eni-2' '--where action=REJECT'; do
        run report gaps vpc.log $range
        says out '  eni-2: 1 window, 2024-05-01 10:00 to 10:01 UTC'
    done
    plain >plain.log
    run report gaps vpc.log --partial a.part
    run report gaps plain.log --partial b.part
    run merge a.part b.part
    returns 0
    says out '  eni-2: 2 windows, 2024-05-01 10:00 to 10:01 UTC'
    # NODATA is no flow, with or without a log-status
    printf '%s\n' 'interface-id srcaddr dstaddr protocol' 'eni-1 10.0.0.1 10.0.0.2 6' 'eni-2 - - -' >short.log
    run report gaps short.log --csv
    says out 'eni-1,1'
    lacks out eni-2
}

case_prices() {
    everything >vpc.log
    printf 'egress,USD\nnat,0.045\ninternet,0.09\n' >prices.csv
    run report egress vpc.log --prices prices.csv --quiet
    returns 0
    says out Costs
    says out 'USD'
    nat >known.log
    run report egress known.log --prices prices.csv --quiet
    says out '(total)       -      -  0.45 USD'
    run report egress known.log --prices prices.csv --csv
    tail -n 4 out >costs
    holds costs <<'EOF'
Costs:
egress,bytes,price,cost,currency
nat,2000000000,0.045,0.09,USD
internet,4000000000,0.09,0.36,USD
EOF
    run report egress known.log --prices prices.csv --json
    is_json out
    says out '{"egress":"nat","bytes":2000000000,"price":0.045,"cost":0.09,"currency":"USD"}'
    run report egress known.log --prices prices.csv --ndjson
    says out '{"table":"Costs","egress":"internet","bytes":4000000000,"price":0.09,"cost":0.36,"currency":"USD"}'
    # of a folder, the prices are no log
    mkdir logs
    cp known.log prices.csv logs
    run report egress logs --prices logs/prices.csv --csv
    returns 0
    says out 'nat,2000000000,0.045,0.09,USD'
    # numbers have no exponents
    run report egress vpc.log --prices prices.csv --csv
    says out 'nat,900270,0.045,0.000041,USD'
    printf 'egress,USD\nnet,0.045\n' >prices.csv
    run report egress vpc.log --prices prices.csv
    returns 2
    says err "prices.csv:2: nothing is called 'net'; expected one of nat, internet"
    printf 'egress,USD\nnat,cheap\n' >prices.csv
    run report egress vpc.log --prices prices.csv
    returns 2
    says err "prices.csv:2: expected a price"
    run report talkers vpc.log --prices prices.csv
    returns 2
    says err '--prices is for the report egress'
}

case_json_and_several_reports() {
    everything >vpc.log
    for format in --json --ndjson --csv --tsv; do
        run report talkers,protocols vpc.log $format
        returns 0
        [ $format != --json ] || is_json out
    done
    run report all vpc.log --json
    is_json out
    says out '"report":"talkers,rejects,scans,services,egress,gaps,protocols"'
}

# --- the page ---------------------------------------------------------------------------------------

case_a_page() {
    everything >vpc.log
    tags >lookup_table.csv
    run report --html page.html vpc.log --lookup lookup_table.csv
    returns 0
    says out 'page.html is the report'
    for text in 'Bytes over time' 'Who sends to whom' 'Top senders' 'Top services' Tags 'Rejected, from private' \
        '<h1>' 'flowlog report vpc.log --lookup lookup_table.csv --html page.html'; do
        says page.html "$text"
    done
    [ "$(wc -c <page.html)" -lt 300000 ] || fail 'larger than 300 KB'
    grep -aoE '(src|href|url)[=(]"?[^">)]*' page.html | grep -v -e 'data:,' >loads && { fail 'it loads something'; show loads; }
    printf '%s\n' 'srcaddr dstaddr bytes action' '10.0.1.5 10.0.2.5 100 ACCEPT' '10.0.1.5 8.8.8.8 50 ACCEPT' >ends.log
    run report --html - ends.log # networks of public addresses are one party
    for text in 10.0.1.0/24 10.0.2.0/24 internet; do says out "$text"; done
    lacks out 8.8.8.0/24
    # a report is replaced, and nothing else
    run report --html page.html vpc.log --quiet
    returns 0
    empty out
    echo mine >mine.html
    run report --html mine.html vpc.log
    returns 2
    echo mine | holds mine.html
    run report --html mine.html vpc.log --force
    returns 0
    run report --html - vpc.log
    returns 0
    says out '</html>'
    run report --html page.html vpc.log --json
    returns 2
    run report --html page.html
    returns 2
    says err 'no LOG is given'
}

case_a_page_says_what_is_missing() {
    everything >vpc.log
    run report --html page.html vpc.log missing.log
    returns 2
    says page.html 'INCOMPLETE: 1 of 2 inputs could not be read to the end'
    says page.html 'the data is incomplete: AWS lost records of 1 window'
    rm page.html
    run report --html page.html missing.log
    returns 2
    [ ! -e page.html ] || fail 'there is a page of nothing'
}

case_a_page_escapes() {
    everything | sed 's/ eni-0 / <b>"\&eni\xe2\x80\xae /' >'<i>.log'
    run report all --html page.html '<i>.log'
    returns 0
    says page.html '&lt;b&gt;&quot;&amp;eni\xe2\x80\xae'
    lacks page.html '<i>.log'
    lacks page.html "$(printf '\xe2\x80\xae')"
    run report gaps '<i>.log'
    lacks out "$(printf '\xe2\x80\xae')"
}

run_cases
