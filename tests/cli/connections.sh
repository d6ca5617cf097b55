#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# connections.sh FLOWLOG [CASE…]: runs 'flowlog connections' on logs and checks its output. Runs all cases, or those named.
source "$(dirname "${BASH_SOURCE[0]}")/cases.sh"

# a session in both directions, a rejected SYN, IPv6 without flags, a ping
talkers() {
    cat <<'END'
srcaddr dstaddr srcport dstport protocol packets bytes start end action tcp-flags
10.0.1.1 10.0.0.1 443 40000 6 20 90000 1714564926 1714564986 ACCEPT 18
10.0.0.1 10.0.1.1 40000 443 6 10 5000 1714564925 1714564985 ACCEPT 3
10.0.0.2 10.0.1.1 50000 22 6 1 60 1714565290 1714565290 REJECT 2
2001:db8::1 2001:db8::2 50001 53 17 1 80 1714565291 1714565291 ACCEPT -
10.0.0.1 8.8.8.8 0 0 1 2 168 1714565300 1714565301 ACCEPT -
8.8.8.8 10.0.0.1 0 0 1 2 168 1714565300 1714565301 - -
END
}

case_table() {
    talkers >a.log
    run connections a.log
    returns 0
    empty err
    sed '/^$/,$d' out >table
    holds table <<'END'
client               server            protocol  packets  back  bytes   back  flags  back  first                 seconds  action
10.0.0.1:40000       10.0.1.1:443      tcp            10    20   5000  90000  FS     SA    2024-05-01T12:02:05Z     61.0  ACCEPT
8.8.8.8              10.0.0.1          icmp            2     2    168    168  -      -     2024-05-01T12:08:20Z      1.0  ACCEPT
[2001:db8::1]:50001  [2001:db8::2]:53  udp             1     0     80      0  -      -     2024-05-01T12:08:11Z      0.0  ACCEPT  unanswered
10.0.0.2:50000       10.0.1.1:22       tcp             1     0     60      0  S      -     2024-05-01T12:08:10Z      0.0  REJECT  unanswered
(total)                                               14    22   5308  90168
END
    says out '4 connections, 2 of them unanswered'
    says out '7 lines = 6 records'
}

case_both_directions_in_one_flow() {
    talkers >a.log
    run connections a.log --two-way reverse
    returns 2
    empty out
    says err '--two-way reverse puts both directions into one flow'
    run connections a.log --two-way split
    returns 0
}

case_limit_and_order() {
    talkers >a.log
    run connections a.log -n 1 --sort first --quiet
    sed -n '2s/ .*//p; 3,$p' out >some
    holds some <<'END'
10.0.0.1:40000
(3 more)                                      4     2    308    168
(total)                                      14    22   5308  90168
END
    for sort in bytes packets flows duration first last; do
        run connections a.log --all --csv --sort $sort
        returns 0
        cut -d, -f1,3 out | tr '\n' ' ' >>orders
        echo >>orders
    done
    holds orders <<'END'
client,server 10.0.0.1,10.0.1.1 8.8.8.8,10.0.0.1 2001:db8::1,2001:db8::2 10.0.0.2,10.0.1.1 
client,server 10.0.0.1,10.0.1.1 8.8.8.8,10.0.0.1 10.0.0.2,10.0.1.1 2001:db8::1,2001:db8::2 
client,server 8.8.8.8,10.0.0.1 10.0.0.1,10.0.1.1 10.0.0.2,10.0.1.1 2001:db8::1,2001:db8::2 
client,server 10.0.0.1,10.0.1.1 8.8.8.8,10.0.0.1 10.0.0.2,10.0.1.1 2001:db8::1,2001:db8::2 
client,server 10.0.0.1,10.0.1.1 10.0.0.2,10.0.1.1 2001:db8::1,2001:db8::2 8.8.8.8,10.0.0.1 
client,server 8.8.8.8,10.0.0.1 2001:db8::1,2001:db8::2 10.0.0.2,10.0.1.1 10.0.0.1,10.0.1.1 
END
}

case_csv() {
    talkers >a.log
    run connections a.log --all --csv
    returns 0
    head -3 out >some
    holds some <<'END'
client,client_port,server,server_port,protocol,began_by,flows,flows_back,packets,packets_back,bytes,bytes_back,tcp_flags,tcp_flags_back,first,last,seconds,actions,answered
10.0.0.1,40000,10.0.1.1,443,6,syn,1,1,10,20,5000,90000,3,18,2024-05-01T12:02:05Z,2024-05-01T12:03:06Z,61.0,ACCEPT,true
8.8.8.8,0,10.0.0.1,0,1,port,1,1,2,2,168,168,,,2024-05-01T12:08:20Z,2024-05-01T12:08:21Z,1.0,ACCEPT,true
END
    run connections a.log --all --tsv
    [ "$(wc -l <out)" = 5 ] || fail 'not 5 lines'
}

case_json() {
    talkers >a.log
    run connections a.log -n 1 --json
    returns 0
    is_json out
    says out '"unanswered":2'
    says out '"answered":true'
    says out '"left_out":3'
    says out '"rest":{"flows":3,"flows_back":1,'
    says out '"all":{"flows":4,"flows_back":2,"packets":14,"packets_back":22,"bytes":5308,"bytes_back":90168}'
    says out '"incomplete":false'
    run connections a.log --ndjson
    [ "$(wc -l <out)" = 4 ] || fail 'not 4 lines'
    run connections nowhere.log --json
    returns 2
    is_json out
    says out '"incomplete":true'
}

case_trouble() {
    { talkers; echo '10.0.0.1 10.0.1.1 x 27017 6 10 5000 1 2 ACCEPT 2'
      echo '- 10.0.1.1 1 27017 6 10 5000 1 2 ACCEPT 2'
      echo '10.0.0.9 10.0.1.1 1 2 6 1 18446744073709551615 1 2 ACCEPT 2'
      echo '10.0.0.9 10.0.1.1 1 2 6 1 1 1 2 ACCEPT 2'; } >a.log
    run connections a.log --json
    returns 0
    says err 'a.log:8'
    says err '1 flow without address, port or protocol: of no connection'
    says err 'it is printed as 2^64 - 1'
    says out 'of no connection'
    says out '"saturated":true'
    run connections a.log --strict -q
    returns 1
}

case_usage() {
    talkers >a.log
    run connections a.log --sort byte
    returns 2
    says err "did you mean 'bytes'"
    run connections a.log -n x
    returns 2
    run connections a.log --all -n 3
    returns 2
    run connections
    returns 2
    says err 'no LOG is given'
    printf 'srcaddr dstaddr bytes\n10.0.0.1 10.0.0.2 3\n' >b.log
    run connections b.log
    returns 2
    says err 'srcport'
    run connections --help
    says out 'The client is the side'
}

case_archive() {
    run connections "$archives/flow-tools/v5-capture-le.ft" --all --csv --quiet
    returns 0
    awk -F, 'NR > 1 { flows += $7 + $8; bytes += $11 + $12 } END { print flows, bytes }' out >sums
    run top "$archives/flow-tools/v5-capture-le.ft" --by netflow-version --flows --sum bytes --csv --quiet
    tail -1 out | cut -d, -f2,3 | tr , ' ' | holds sums
}

run_cases
