#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# top.sh FLOWLOG [CASE…]: runs 'flowlog top', and other commands with --where, on logs and checks their output. Runs
# all cases, or those named.
source "$(dirname "${BASH_SOURCE[0]}")/cases.sh"

# a log with a heading: a few talkers, an IPv6 one, an absent port
talkers() {
    cat <<'EOF'
srcaddr dstaddr srcport dstport protocol packets bytes start end action
10.0.0.1 10.0.1.1 40000 443 6 10 5000 1714564925 1714564935 ACCEPT
10.0.1.1 10.0.0.1 443 40000 6 20 90000 1714564925 1714564935 ACCEPT
10.0.0.1 8.8.8.8 50000 53 17 1 60 1714564990 1714564991 ACCEPT
10.0.0.2 8.8.8.8 50000 53 17 1 70 1714565290 1714565291 REJECT
2001:db8::1 2001:db8::2 - - 58 4 400 1714651325 1714651326 ACCEPT
EOF
}

# --- tables -----------------------------------------------------------------------------------------

case_default_measures() {
    talkers >a.log
    run top a.log --by srcaddr
    returns 0
    empty err
    sed '/^$/,$d' out >table
    holds table <<'EOF'
srcaddr      flows   share  bytes
10.0.0.1         2   40.0%   5060
10.0.0.2         1   20.0%     70
10.0.1.1         1   20.0%  90000
2001:db8::1      1   20.0%    400
(total)          5  100.0%  95530
EOF
    says out '6 lines = 5 records + 0 NODATA + 0 SKIPDATA + 0 malformed + 1 header + 0 blank'
}

case_both_ends() {
    talkers >a.log
    run top a.log --by ip --sum bytes -n 2 --quiet
    returns 0
    holds out <<'EOF'
ip        bytes   share
10.0.0.1  95060   99.5%
10.0.1.1  95000   99.4%
(4 more)   1000    1.0%
(total)   95530  100.0%
EOF
    run top a.log --by 'ip,port' --sum packets --where 'port = 443' --csv
    holds out <<'EOF'
ip,port,packets
10.0.0.1,40000,30
10.0.1.1,443,30
EOF
}

case_in_and_out() {
    talkers >a.log
    run top a.log --by ip --in-out --sum bytes,packets -n 2 --quiet
    returns 0
    holds out <<'EOF'
ip        bytes_in  bytes_out  packets_in  packets_out
10.0.0.1     90000       5060          20           11
10.0.1.1      5000      90000          10           20
(4 more)       530        470           6            5
(total)      95530      95530          36           36
EOF
    run top a.log --by 'ip,protocol' --in-out --where 'dstport = 53' --json
    is_json out
    says out '"sort":"flows","groups":[{"ip":"8.8.8.8","protocol":17,"flows_in":2,"flows_out":0,"bytes_in":130,"bytes_out":0}'
    says out '"matched":2'
    run top a.log --by srcaddr --in-out
    returns 2
    says err '--in-out needs a key of both ends'
    run top a.log --by ip --in-out --max bytes
    returns 2
    says err 'max(bytes) is not the sum of'
    run top a.log --by ip --in-out --max bytes --sort flows --csv -n 1
    holds out <<'EOF'
ip,max(bytes)_in,max(bytes)_out,flows_in,flows_out
10.0.0.1,90000,5000,1,2
EOF
}

case_averages_ratios_and_percentiles() {
    talkers >a.log
    run top a.log --by srcaddr --avg bytes,duration --ratio bytes/packets,bytes/duration --percentile bytes:50,bytes:99.9 --csv
    returns 0
    empty err
    holds out <<'EOF'
srcaddr,avg(bytes),avg(duration),bytes/packets,bytes/duration,"percentile(bytes, 50)","percentile(bytes, 99.9)"
10.0.1.1,90000.0,10.0,4500.0,9000.0,90000,90000
10.0.0.1,2530.0,5.5,460.0,460.0,60,5000
2001:db8::1,400.0,1.0,100.0,400.0,400,400
10.0.0.2,70.0,1.0,70.0,70.0,70,70
EOF
    run top a.log --by srcaddr --flows --sum duration --sort 'bytes/packets' --ascending --csv -n 2
    holds out <<'EOF'
srcaddr,flows,duration,bytes/packets
10.0.0.2,1,1,70.0
2001:db8::1,1,1,100.0
EOF
    printf '%s\n' 'srcaddr start end' '10.0.0.1 0 20' '10.0.0.1 0 40' '10.0.0.1 0 40' >thirds.log
    run top thirds.log --by srcaddr --avg duration --csv
    says out '10.0.0.1,33.3'
    run top thirds.log --by srcaddr --avg duration --ndjson
    grep -qE '"avg\(duration\)":33\.33333333333333[0-9]*}' out || { fail 'digits are cut off'; show out; }
    # numbers are seconds, as durations are printed
    run top thirds.log --by srcaddr --avg duration --having 'avg(duration) > 33 and avg(duration) < 34 and duration = 100' --csv
    says out '10.0.0.1,33.3,100'
    run top thirds.log --by srcaddr --sum duration --having 'duration > 1000' --csv
    lacks out 10.0.0.1
    printf 'srcaddr bytes packets start end\n1.1.1.1 - 0 20 10\n' >b.log
    run top b.log --by srcaddr --avg bytes,duration --ratio bytes/packets,packets/bytes --percentile bytes:5 --sum duration --csv
    holds out <<'EOF'
srcaddr,avg(bytes),avg(duration),bytes/packets,packets/bytes,"percentile(bytes, 5)",duration
1.1.1.1,,,,,,0
EOF
    awk 'BEGIN { print "srcaddr bytes"; for (i = 1; i <= 1000; ++i) print "10.0.0.1", i }' >many.log
    run top many.log --by srcaddr --percentile bytes:10,bytes:50 --csv
    says err 'percentiles of more than 128 distinct values are rounded (by at most 0.8%)'
    says out '10.0.0.1,100,50'
    for threads in 1 2 3; do
        run diff a.log many.log --by srcaddr --percentile bytes:50 --avg bytes --sort 'avg(bytes)' --csv --threads $threads
        returns 0
        says out 'changed,10.0.0.1,60,50'
    done
}

case_totals() {
    talkers >a.log
    run top a.log --flows --sum bytes --avg packets --quiet
    returns 0
    empty err
    holds out <<'EOF'
flows  bytes  avg(packets)
    5  95530           7.2
EOF
    run top a.log --csv
    holds out <<'EOF'
flows,bytes
5,95530
EOF
    run top a.log --json
    is_json out
    says out '"by":[],"measures":["flows","bytes"],"sort":"flows","groups":[{"flows":5,"bytes":95530}]'
    run top a.log --where 'dstport = 1' --flows --max bytes --csv
    holds out <<'EOF'
flows,max(bytes)
0,
EOF
    run top a.log --flows --having 'flows > 5' --csv
    holds out <<'EOF'
flows
EOF
}

case_groups_that_are_wanted() {
    talkers >a.log
    run top a.log --by srcaddr --sum bytes --having 'bytes > 100 and not flows > 1' -n 1 --quiet
    returns 0
    empty err
    holds out <<'EOF'
srcaddr       bytes   share  flows
10.0.1.1      90000   94.2%      1
(1 more)        400    0.4%      1
(2 excluded)   5130    5.4%      3
(total)       95530  100.0%      5
EOF
    run top a.log --by srcaddr --sum bytes --having 'last >= 2024-05-02' --csv
    says out '2001:db8::1,400,'
    [ "$(wc -l <out)" = 2 ] || fail "$(wc -l <out) lines"
    run top a.log --by srcaddr --having 'flows > 1' --json
    is_json out
    says out '"left_out":0,"rest":{"flows":0,"bytes":0},"excluded":3,"excluded_values":{"flows":3,"bytes":90470},"all":{"flows":5,"bytes":95530}'
}

case_order() {
    talkers >a.log
    run top a.log --by dstport,protocol --flows --sort dst_port --ascending --csv
    holds out <<'EOF'
dstport,protocol,flows
53,17,2
443,6,1
40000,6,1
,58,1
EOF
    run top a.log --by dstport --flows --sort dstport -n 2 --csv
    holds out <<'EOF'
dstport,flows
40000,1
443,1
EOF
    run top a.log --by dstport --flows --sort dstport --json
    says out '"sort":"dstport"'
    run top a.log --by bytes --sort bytes --csv -n 1
    says out '90000,1'
    run top a.log --by bytes --sort 'sum(bytes)' --csv -n 1
    says out '90000,1,90000'
    run top a.log --by dstport --sum bytes --ascending -n 2 --csv
    holds out <<'EOF'
dstport,bytes
53,130
,400
EOF
}

case_parts_of_time() {
    {
        echo 'srcaddr start end'
        # 2024-10-26 23:30, 2024-10-27 02:30 (twice), 03:30 and 23:30 in Berlin; 2024-12-30, of week 1 of 2025
        for time in 1729978200 1729989000 1729992600 1729996200 1730068200 1735560000; do
            echo "10.0.0.1 $time $((time + 3600))"
        done
    } >a.log
    run top a.log --by hour --sort hour --ascending --csv --flows
    holds out <<'EOF'
hour,flows
0,1
1,1
2,1
12,1
21,1
22,1
EOF
    run top a.log --by 'hour(end)' --tz=-01:30 --sort 'hour(end)' --ascending --csv --flows -n 1
    says out '0,1'
    local zone='Europe/Berlin'
    [ -e /usr/share/zoneinfo/Europe/Berlin ] || { echo '    tzdata is not installed'; return; }
    run top a.log --by date,hour --tz $zone --sort date --ascending --csv --flows
    holds out <<'EOF'
date,hour,flows
2024-10-26,23,1
2024-10-27,2,2
2024-10-27,3,1
2024-10-27,23,1
2024-12-30,13,1
EOF
    run top a.log --by weekday,week,month --tz $zone --csv --flows
    holds out <<'EOF'
weekday,week,month,flows
Sunday,2024-W43,2024-10,4
Monday,2025-W01,2024-12,1
Saturday,2024-W43,2024-10,1
EOF
    run top a.log --by start:1h --tz $zone --sort start:1h --ascending --csv --flows -n 3
    holds out <<'EOF'
start:1h,flows
2024-10-26T23:00:00+02:00,1
2024-10-27T02:00:00+02:00,1
2024-10-27T02:00:00+01:00,1
EOF
    run top a.log --by start:1d --tz $zone --csv --flows -n 1
    says out '2024-10-27T00:00:00+02:00,4'
    run top a.log --by date --since 2024-10-27 --until 2024-10-27 --tz $zone --csv --flows
    holds out <<'EOF'
date,flows
2024-10-27,4
2024-10-26,1
EOF
    run top a.log --by hour --where 'hour in 2-3 and weekday = Sun and date = 2024-10-27' --tz $zone --csv --flows
    holds out <<'EOF'
hour,flows
2,2
3,1
EOF
    run top a.log --by hour --where 'hour in 2-3' --csv --flows
    says out '2,1'
    run print a.log --where 'month = 2024-12' --fields start:1d --tz $zone --csv
    holds out <<'EOF'
start:1d
2024-12-30T00:00:00+01:00
EOF
    TZ=Europe/Berlin run top a.log --by date --tz local --csv --flows -n 1
    says out '2024-10-27,4'
}

case_packet_addresses() {
    printf '%s\n' 'srcaddr dstaddr pkt-srcaddr pkt-dstaddr' '1.1.1.1 2.2.2.2 10.0.0.1 10.0.0.2' \
        '1.1.1.1 2.2.2.2 10.0.0.2 10.0.0.1' '1.1.1.1 2.2.2.2 10.0.0.1 10.0.0.1' >a.log
    run top a.log --by pkt-ip --flows --csv
    holds out <<'EOF'
pkt-ip,flows
10.0.0.1,3
10.0.0.2,2
EOF
    run top a.log --by pkt-pair --flows --csv
    holds out <<'EOF'
pkt-pair,flows
10.0.0.1 - 10.0.0.2,2
10.0.0.1 - 10.0.0.1,1
EOF
    run top a.log --by pkt_ip --in-out --flows --csv -n 1
    says out '10.0.0.1,2,2'
}

# every flow is an in of one address and an out of another
case_in_and_out_of_both_ends() {
    for archive in v1-1625-all v2-178-mixed; do
        run top "$archives/nfdump/$archive.nfdump" --by ip --flows --sum bytes --all --csv
        tail -n +2 out | sort >expected
        run top "$archives/nfdump/$archive.nfdump" --by ip --in-out --flows --sum bytes --all --csv
        tail -n +2 out | awk -F, '{ printf "%s,%.0f,%.0f\n", $1, $2 + $3, $4 + $5 }' | sort >found
        [ -s found ] || fail 'nothing found'
        holds found <expected
    done
}

case_lines_that_are_no_flows() {
    printf 'srcaddr dstport log-status\n10.0.0.1 1 OK\n- - NODATA\n' >a.log
    run top a.log --by srcaddr --where 'log-status = NODATA' --csv
    returns 0
    says err "'flowlog print --where ...' prints them"
    run top a.log --by srcaddr --where 'log-status = OK' --csv
    empty err
}

# addresses of both ends, as nfdump counts them
case_nfdump_addresses() {
    command -v nfdump >/dev/null || { echo '    nfdump is not installed: not compared with it'; return; }
    for archive in v1-1625-all v2-171-mixed v2-178-mixed; do
        nfdump -r "$archives/nfdump/$archive.nfdump" -q -s ip/bytes -n 0 -o csv |
            awk -F, '$4 == "any" { print $5 "," $10 "," $8 "," $6 }' | sort >expected
        [ "$(wc -l <expected)" -gt 10 ] || fail "nfdump says next to nothing of $archive"
        run top "$archives/nfdump/$archive.nfdump" --by ip --sum bytes,packets --flows --all --csv
        returns 0
        tail -n +2 out | sort >found
        holds found <expected
    done
}

case_what_is_left_out() {
    talkers >a.log
    run top a.log --by srcaddr --sum bytes,packets -n 2 --quiet
    returns 0
    empty err
    holds out <<'EOF'
srcaddr   bytes   share  packets
10.0.1.1  90000   94.2%       20
10.0.0.1   5060    5.3%       11
(2 more)    470    0.5%        5
(total)   95530  100.0%       36
EOF
    run top a.log --by srcaddr --sum bytes -n 3 --quiet
    says out '(1 more)'
    run top a.log --by srcaddr --sum bytes -n 4 --quiet
    lacks out 'more)'
    run top a.log --by srcaddr --sum bytes -n 0 --quiet
    holds out <<'EOF'
srcaddr   bytes   share
(4 more)  95530  100.0%
(total)   95530  100.0%
EOF
}

case_human() {
    talkers >a.log
    run top a.log --by srcaddr --sum bytes --rate bytes --distinct dstaddr -n 1 --human --quiet
    returns 0
    holds out <<'EOF'
srcaddr     bytes   share  rate(bytes)  distinct(dstaddr)
10.0.1.1    90 kB   94.2%       9 kB/s                  1
(3 more)  5.53 kB    5.8%        0 B/s                  3
(total)   95.5 kB  100.0%        1 B/s                  4
EOF
}

case_first_and_last() {
    talkers >a.log
    run top a.log --by action --last --first --csv
    returns 0
    holds out <<'EOF'
action,max(end),min(start)
ACCEPT,2024-05-02T12:02:06Z,2024-05-01T12:02:05Z
REJECT,2024-05-01T12:08:11Z,2024-05-01T12:08:10Z
EOF
    mv out short
    run top a.log --by action --max end --min start --csv
    holds out <short
}

case_measures_rank_as_named() {
    talkers >a.log
    run top a.log --by dstport --max bytes --flows --csv
    returns 0
    holds out <<'EOF'
dstport,max(bytes),flows
40000,90000,1
443,5000,1
,400,1
53,70,2
EOF
    run top a.log --by dstport --flows --max bytes --csv -n 1
    holds out <<'EOF'
dstport,flows,max(bytes)
53,2,70
EOF
    run top a.log --by dstport --flows --sort 'max(bytes)' --csv -n 1
    holds out <<'EOF'
dstport,flows,max(bytes)
40000,1,90000
EOF
}

case_keys() {
    talkers >a.log
    printf '10.0.0.0/24,"office, main"\n8.0.0.0/8,dns\n' >map.csv
    printf '443,tcp,web\n53,udp,dns\n' >tags.csv
    run top a.log --by 'label(srcaddr),label(dstaddr)' --map map.csv --flows --csv
    returns 0
    holds out <<'EOF'
label(srcaddr),label(dstaddr),flows
"office, main",dns,2
,,1
,"office, main",1
"office, main",,1
EOF
    run top a.log --by tag --lookup tags.csv --flows --tsv
    printf 'tag\tflows\nUntagged\t2\ndns\t2\nweb\t1\n' | holds out
    run top a.log --by pair,service --sum bytes --csv -n 1
    holds out <<'EOF'
pair,service,bytes
10.0.0.1 - 10.0.1.1,443/tcp,95000
EOF
    run top a.log --by srcaddr/24/48 --flows --csv --sort flows
    holds out <<'EOF'
srcaddr/24/48,flows
10.0.0.0/24,3
10.0.1.0/24,1
2001:db8::/48,1
EOF
    run top a.log --by start:5m --flows --csv
    holds out <<'EOF'
start:5m,flows
2024-05-01T12:00:00Z,3
2024-05-01T12:05:00Z,1
2024-05-02T12:00:00Z,1
EOF
    run top a.log --by 'date,class(dstaddr)' --flows --csv
    holds out <<'EOF'
date,class(dstaddr),flows
2024-05-01,public,2
2024-05-01,private,2
2024-05-02,documentation,1
EOF
}

# ICMP and GRE have no ports, as in logs of Google Cloud: the rows of any port are theirs
case_tags_without_a_port() {
    printf '%s\n' srcaddr,dstport,protocol,bytes 10.0.0.1,,1,100 10.0.0.1,443,6,100 10.0.0.1,,47,100 10.0.0.1,,6,100 >a.csv
    printf 'dstport,protocol,tag\n443,tcp,web\n*,icmp,ping\n' >tags.csv
    run top a.csv --by tag --flows --lookup tags.csv --csv
    holds out <<'EOF'
tag,flows
,1
Untagged,1
ping,1
web,1
EOF
    run print a.csv --fields tag --lookup tags.csv --csv
    printf 'tag\nping\nweb\nUntagged\n\n' | holds out
    run top a.csv --by protocol --where 'tag = ping' --flows --lookup tags.csv --csv
    printf 'protocol,flows\n1,1\n' | holds out
    run top a.csv --by protocol --where 'tag = Untagged' --flows --lookup tags.csv --csv
    printf 'protocol,flows\n47,1\n' | holds out
}

case_security_groups() {
    printf '%s\n' FromPort,ToPort,IpProtocol,GroupName 440,450,tcp,sg-web 22.0,22.0,tcp,sg-ssh -1,-1,icmp,sg-ping 0,0,-1,sg-all >groups.csv
    printf '%s\n' 'dstport protocol' '440 6' '443 6' '451 6' '22 6' '0 1' '53 17' >a.log
    run tag a.log --lookup groups.csv --csv
    returns 0
    empty err
    holds out <<'EOF'
tag,count
sg-all,2
sg-web,2
sg-ping,1
sg-ssh,1
Untagged,0
EOF
}

case_maps_with_gaps() {
    talkers >a.log
    printf '%s\n' PrivateIpAddress,InstanceId,Name 10.0.0.1,i-1,web 10.0.0.2,i-2, None,i-3,db ,i-4,db >map.csv
    run top a.log --by 'label(srcaddr)' --map map.csv --flows --csv
    returns 0
    holds out <<'EOF'
label(srcaddr),flows
,2
web,2
i-2,1
EOF
    says err 'map.csv:4: the row has no block and is skipped, the first of 2'
}

case_small_fractions() {
    printf 'srcaddr bytes packets start end\n10.0.0.1 1 600 0 600\n10.0.0.2 13 4 0 4\n10.0.0.3 4000 3 0 1\n' >a.log
    run top a.log --by srcaddr --ratio bytes/packets --rate bytes --sort srcaddr --ascending --csv
    returns 0
    holds out <<'EOF'
srcaddr,bytes/packets,rate(bytes)
10.0.0.1,0.00167,0.00167
10.0.0.2,3.25,3.25
10.0.0.3,1333.3,4000.0
EOF
    run top a.log --by srcaddr --ratio bytes/packets --sort srcaddr --ascending --quiet
    says out '10.0.0.1        0.00167'
    run top a.log --by srcaddr --rate bytes --ndjson -n 3
    says out '"rate(bytes)":0.0016666666666666668'
}

# keys are told apart in tables, too
case_long_keys() {
    printf 'srcaddr dstaddr bytes\n' >a.log
    for end in ff01 ff02; do
        echo "2001:db8:1111:2222:3333:4444:5555:6666 2001:db8:aaaa:bbbb:cccc:dddd:eeee:$end 100" >>a.log
    done
    run top a.log --by pair --quiet
    says out '2001:db8:1111:2222:3333:4444:5555:6666 - 2001:db8:aaaa:bbbb:cccc:dddd:eeee:ff02  '
    run diff a.log a.log --by pair --quiet
    returns 0
}

case_heading_of_key_and_sum() {
    talkers >a.log
    run top a.log --by bytes --sum bytes --csv -n 1
    holds out <<'EOF'
bytes,sum(bytes)
90000,90000
EOF
    run top a.log --by bytes --csv -n 1
    holds out <<'EOF'
bytes,flows,sum(bytes)
60,1,60
EOF
    printf 'srcaddr flows bytes\n10.0.0.1 3 5\n' >b.log
    run top b.log --by flows --flows --sum flows --csv
    holds out <<'EOF'
flows,count,sum(flows)
3,1,3
EOF
}

# Columns do not depend on which flows match, nor on their values.
case_logs_with_bytes() {
    printf 'srcaddr dstport bytes\n10.0.0.1 80 0\n' >a.log
    run top a.log --by srcaddr --csv
    holds out <<'EOF'
srcaddr,flows,bytes
10.0.0.1,1,0
EOF
    run top a.log --by srcaddr --csv --where 'dstport = 1'
    holds out <<<'srcaddr,flows,bytes'
    # partial results say which fields the logs have
    printf 'srcaddr dstport\n10.0.0.2 80\n' >b.log
    for log in a b; do run top $log.log --by srcaddr --partial $log.part --quiet; done
    run merge b.part --csv
    holds out <<'EOF'
srcaddr,flows
10.0.0.2,1
EOF
    run merge b.part a.part --csv
    holds out <<'EOF'
srcaddr,flows,bytes
10.0.0.1,1,0
10.0.0.2,1,0
EOF
}

case_reverse_columns() {
    printf 'srcaddr dstaddr bytes\n10.0.0.1 10.0.0.2 5\n' >a.log
    run top a.log --by ip --in-out --two-way reverse
    returns 2
    empty out
    says err '--two-way reverse puts the way back into reverse-packets and reverse-bytes, which --in-out does not count'
    run top a.log --by ip --two-way reverse
    returns 0
    printf 'srcaddr,dstaddr,bytes,reverse-bytes\n10.0.0.1,10.0.0.2,5,7\n' >a.csv
    run top a.csv --by srcaddr --sum bytes,reverse-bytes --csv
    empty err
    says out '10.0.0.1,5,7'
}

case_logs_without_bytes() {
    printf 'srcaddr dstport\n10.0.0.1 80\n10.0.0.1 81\n' >a.log
    run top a.log --by srcaddr --csv
    returns 0
    holds out <<'EOF'
srcaddr,flows
10.0.0.1,2
EOF
    run top a.log --by srcaddr --sum bytes
    returns 2
    says err 'a.log: has no bytes; it has srcaddr, dstport'
    empty out
}

# --- other forms ------------------------------------------------------------------------------------

case_json() {
    talkers >a.log
    run top a.log --by srcaddr --distinct dstaddr --min start --json -n 1
    returns 0
    empty err
    is_json out
    says out '"flows":5,"by":["srcaddr"],"measures":["distinct(dstaddr)","min(start)"],"sort":"distinct(dstaddr)"'
    says out '"groups":[{"srcaddr":"10.0.0.1","distinct(dstaddr)":2,"min(start)":"2024-05-01T12:02:05Z"}]'
    says out '"left_out":3,"rest":{"distinct(dstaddr)":3,'
    says out '"all":{"distinct(dstaddr)":4,'
    says out '"saturated":false,"estimated":false,"warnings":[],"incomplete":false'
    run top a.log --by srcport,srcaddr --rate bytes --ndjson -n 2
    holds out <<'EOF'
{"srcport":443,"srcaddr":"10.0.1.1","rate(bytes)":9000}
{"srcport":40000,"srcaddr":"10.0.0.1","rate(bytes)":500}
EOF
    run top a.log --by srcport --flows --ndjson --all
    says out '{"srcport":null,"flows":1}'
}

case_estimates_and_stuck_sums_are_said() {
    { echo 'srcaddr dstport bytes' && seq 1500 | sed 's/.*/10.0.0.1 & 18446744073709551615/'; } >a.log
    run top a.log --by srcaddr --sum bytes --distinct dstport --csv
    returns 0
    says out '10.0.0.1,18446744073709551615,1'
    says err 'a sum does not fit into 64 bits: it is printed as 2^64 - 1, and averages, ratios and rates of it are too low'
    says err 'are estimates'
    run top a.log --by srcaddr --sum bytes --distinct dstport --json
    says out '"saturated":true,"estimated":true,"warnings":["a sum'
}

case_threads_make_no_difference() {
    {
        echo 'srcaddr interface-id bytes'
        seq 20000 | awk '{ print "10.0." $1 % 7 "." $1 % 251, "eni-" $1 % 1009, $1 * 7 % 5003 }'
    } >a.log
    run top a.log --by interface-id,srcaddr --sum bytes --distinct srcaddr --all --csv --threads 1
    mv out one
    for threads in 2 3; do
        run top a.log a.log --by interface-id,srcaddr --sum bytes --distinct srcaddr --all --csv --threads $threads
        awk -F, 'NR > 1 { $3 /= 2 } { print $1 "," $2 "," $3 "," $4 }' out >halves
        holds halves <one
    done
}

case_terminal_is_safe() {
    printf 'srcaddr interface-id\n10.0.0.1 e\033[31m\n' >a.log
    run top a.log --by interface-id
    returns 0
    says out 'e\x1b[31m'
    lacks out "$(printf '\033')"
    command -v script >/dev/null && script --version 2>/dev/null | grep -q util-linux || return 0
    for command in 'top a.log --by interface-id --csv' 'print a.log --fields interface-id' 'top a.log --by interface-id --tsv'; do
        script -qec "'$flowlog' $command" /dev/null </dev/null >out 2>err
        says out 'e\x1b[31m'
        lacks out "$(printf '\033[31m')"
    done
    run top a.log --by interface-id --csv # a file gets what the log has
    says out "$(printf 'e\033[31m')"
}

# --- --where ----------------------------------------------------------------------------------------

case_where() {
    talkers >a.log
    run top a.log --by srcaddr --flows --where 'dstport = 53 and bytes < 65'
    returns 0
    sed '/^$/,$d' out >table
    holds table <<'EOF'
srcaddr   flows   share
10.0.0.1      1  100.0%
(total)       1  100.0%
EOF
    says out '1 of 5 records are wanted by --where'
    run top a.log --by srcaddr --flows --json --where 'dstport = 53'
    says out '"flows":2'
    says out '"matched":2'
    run top a.log --by srcaddr --where 'dstport ='
    returns 2
    says err 'filter:1:10: expected'
    says err '         ^'
}

case_where_of_two_fields_and_what_is_derived() {
    {
        echo 'srcaddr dstaddr srcport dstport protocol pkt-srcaddr instance-tag bytes start end'
        echo '10.0.0.1 8.8.8.8 50000 443 6 10.0.0.1 web-1 1 1 2'
        echo '10.0.0.1 8.8.8.8 50000 53 17 10.0.7.7 web-22 2 1 2'
        echo '8.8.8.8 10.0.0.1 123 123 17 8.8.8.8 db 4 1 2'
        echo '2001:db8::1 fd00::1 1 22 6 - - 8 1 2'
    } >a.log
    printf 'cidr,label\n10.0.0.0/8,all\n10.0.0.0/24,nat\n' >map.csv
    printf 'dstport,protocol,tag\n443,tcp,web\n22,tcp,ssh\n' >tags.csv
    local expression bytes
    while IFS='|' read -r expression bytes; do
        run top a.log --by protocol --sum bytes --json --quiet --where "$expression" --map map.csv --lookup tags.csv
        returns 0
        says out "\"all\":{\"bytes\":$bytes}"
    done <<'EOF'
srcaddr != pkt-srcaddr and pkt-srcaddr is present|2
srcport = dstport|4
srcport < dstport|8
class(dstaddr) = public|3
class(ip) in (unique-local, documentation)|8
label(srcaddr) = nat|3
label(pkt-srcaddr) = all|2
label(dstaddr) is absent|11
tag = web|1
tag = Untagged|6
tag in (web, s*)|9
service = 443/tcp|1
service in (domain, 1)|10
srcaddr = 10.0.*|3
srcaddr = 10.?.0.1|3
EOF
    for expression in 'srcaddr = dstport' 'tag = wob' 'label(srcaddr) = nit' 'class(srcaddr) = publik'; do
        run top a.log --by protocol --where "$expression" --map map.csv --lookup tags.csv
        returns 2
        says err 'filter:1:'
    done
    says err "no class of addresses is called 'publik'; did you mean 'public'?"
    run top a.log --by protocol --where 'tag = web'
    returns 2
    says err 'this needs a table of tags (--lookup), and none is given'
    for command in digest connections check; do
        run $command a.log --where 'label(srcaddr) = nat and tag = web' --map map.csv --lookup tags.csv
        cat out err >both
        says both 'are wanted by --where'
    done
    run tag a.log --lookup tags.csv --where 'label(srcaddr) = nat and tag = web' --map map.csv --csv
    returns 0
    says out 'web,1'
}

case_where_with_a_regular_expression() {
    printf 'srcaddr instance-tag bytes\n10.0.0.1 web-1 1\n10.0.0.2 web-22 2\n10.0.1.1 db 4\n10.0.1.2 - 8\n' >a.log
    if ! "$flowlog" --version | grep -q '^components:.* re2'; then
        run top a.log --by srcaddr --where "instance-tag ~ 'web'"
        returns 2
        says err 'regular expressions need the component re2'
        return 0
    fi
    local expression bytes
    while IFS='|' read -r expression bytes; do
        run top a.log --by srcaddr --sum bytes --json --quiet --where "$expression"
        returns 0
        says out "\"all\":{\"bytes\":$bytes}"
    done <<'EOF'
instance-tag ~ '^web-[0-9]$'|1
instance-tag !~ 'web'|12
srcaddr ~ '\.1$'|5
instance-tag ~ '(?i)WEB' and bytes ~ '2'|2
EOF
    run top a.log --by srcaddr --where "instance-tag ~ '(a'"
    returns 2
    says err 'filter:1:17: this is no regular expression: missing ): (a'
    { echo instance-tag && head -c 500000 /dev/zero | tr '\0' a && echo; } >long.log
    run top long.log --by instance-tag --where "instance-tag ~ '(a+)+\$b'" --csv
    returns 0
}

case_where_of_other_commands() {
    talkers >a.log
    echo '443,tcp,web' >tags.csv
    run tag a.log --lookup tags.csv --tag-counts - --summary none --where 'action = ACCEPT and packets >= 10'
    returns 0
    holds out <<'EOF'
Tag,Count
web,1
Untagged,1
EOF
    says err '2 of 5 records are wanted by --where'
    says err 'web           1  50.0%'
    run print a.log --fields srcaddr,bytes --where 'action = REJECT'
    returns 0
    holds out <<'EOF'
srcaddr,bytes
10.0.0.2,70
EOF
    printf '10.0.0.1 10.0.0.2 1 99999 6 1 1 5 6 ACCEPT\n10.0.0.1 10.0.0.2 1 80 6 x 1 5 6 ACCEPT\n' >>a.log
    run check a.log --where 'dstport = 80'
    returns 1
    says out 'a.log:7:'
    says out 'a.log:8:'
    says out '2 malformed'
    run check a.log --where 'packets > 0 and dstport = 1'
    says out 'a.log:7:'
    lacks out 'a.log:8:'
    says out '1 malformed'
    run print a.log --fields srcaddr --where 'dstport > 1000' --csv
    holds out <<'EOF'
srcaddr
10.0.1.1
EOF
    says err 'a.log:7:'
    lacks err 'a.log:8:'
    run print a.log --where 'vpc-id = x'
    returns 2
    says err 'has no vpc-id'
}

# --- formats of the other commands ---------------------------------------------------------------------

case_formats_of_other_commands() {
    talkers >a.log
    echo '10.0.0.1 10.0.0.2 1 99999 6 1 1 5 6 ACCEPT' >>a.log
    echo '443,tcp,web' >tags.csv
    run check a.log --csv
    returns 1
    says out 'source,line,offset,column,field,reason,text'
    says out 'a.log,7,'
    says err '1 malformed'
    run check a.log --tsv --quiet
    says out "$(printf 'a.log\t7\t')"
    empty err
    run check a.log --ndjson --quiet
    is_json out
    says out '"field":"dstport"'
    run detect a.log --csv
    returns 0
    says out 'name,format,version,byte_order,compression,packed,exporter,columns,first,last,records,'
    says out 'a.log,'
    run detect a.log nope.log --ndjson
    returns 2
    [ "$(wc -l <out)" = 2 ] || fail "not a line per file"
    head -1 out >one
    is_json one
    run detect a.log nope.log --tsv
    [ "$(wc -l <out)" = 3 ] || fail "not a row per file"
    run fields --tsv
    says out "$(printf 'srcaddr\t')"
    run fields --ndjson
    head -1 out >one
    is_json one
    run tag a.log --lookup tags.csv --csv
    returns 0
    printf 'tag,count\nweb,1\nUntagged,4\n' | holds out
    [ ! -e output.csv ] || fail "a file was written"
    run tag a.log --lookup tags.csv --ndjson --out results
    printf '{"tag":"web","count":1}\n{"tag":"Untagged","count":4}\n' | holds out
    [ -e results/output.csv ] || fail "no file was written"
    run tag a.log --lookup tags.csv --tsv --summary -
    returns 2
    says err 'both want standard output'
    run detect a.log --csv --json
    returns 2
    says err 'does not go with --csv'
}

# --- errors --------------------------------------------------------------------------------

case_malformed() {
    talkers >a.log
    echo '10.0.0.1 10.0.0.2 1 2 6 1 many 5 6 ACCEPT' >>a.log
    run top a.log --by srcaddr --sum bytes --csv
    returns 0
    says err 'a.log:7:'
    says err 'many'
    run top a.log --by srcaddr --sum bytes --strict --quiet
    returns 1
    run top a.log --by srcaddr --flows --strict
    returns 0
    seq 30 | sed 's/.*/10.0.0.1 x 1 2 6 1 1 5 6 ACCEPT/' >>a.log
    run top a.log --by dstaddr --flows
    returns 0
    says err '... and 10 more malformed lines'
    says out '30 malformed'
}

case_missing_input() {
    talkers >a.log
    run top a.log nope.log --by srcaddr --flows
    returns 2
    says err 'nope.log'
    says out '(total)'
    says out 'INCOMPLETE: 1 of 2 inputs'
    run top nope.log --by srcaddr
    returns 2
    empty out
}

case_usage() {
    local name
    talkers >a.log
    run top --by srcaddr
    returns 2
    says err 'no LOG is given'
    run top a.log --by scraddr
    returns 2
    says err "key 'scraddr': no field is called 'scraddr'; did you mean 'srcaddr'?"
    run top a.log --by srcaddr,src_addr
    returns 2
    says err '--by names srcaddr twice'
    run top a.log --by tag
    returns 2
    says err 'the key tag needs a table of tags: --lookup FILE'
    run top a.log --by 'label(srcaddr)'
    returns 2
    says err 'the key label needs a table of labels: --map FILE'
    run top a.log --by srcaddr --sum bites
    returns 2
    says err "measure 'sum(bites)': no field is called 'bites'; did you mean 'bytes'?"
    for option in 'top --by srcaddr -n' 'print --head' 'check --max'; do
        # shellcheck disable=SC2086
        run $option -1 a.log
        returns 2
        says err "expected a whole number, found '-1'"
    done
    run top a.log --by srcaddr --sum action
    returns 2
    says err 'action is not a number'
    run top a.log --by srcaddr --sort median
    returns 2
    says err "no field is called 'median'; expected flows, a field or duration to sum"
    run top a.log --percentile bytes
    returns 2
    says err "--percentile expects a field and a percentage, such as bytes:95, found 'bytes'"
    run top a.log --percentile bytes:101
    returns 2
    says err 'expected a percentage from 0 to 100'
    run top a.log --ratio bytes
    returns 2
    says err "--ratio expects two sums, such as bytes/packets, found 'bytes'"
    run top a.log --by srcaddr --having 'flows > 1 and distinct(dstprt) > 3'
    returns 2
    says err "having:1:15: measure 'distinct(dstprt)': no field is called 'dstprt'; did you mean 'dstport'"
    says err '  flows > 1 and distinct(dstprt) > 3'
    says err '                ^'
    run top a.log --by srcaddr,dstport --having 'flows > 0 and dstport = 22'
    returns 2
    says err "--having: dstport is a key: use --where 'dstport = 22', or sum(dstport)"
    run top a.log --by srcaddr,dstport --having 'sum(dstport) = 53 and Flows > 0' --sort Flows --csv
    returns 0
    says out '10.0.0.1,53,1'
    run top a.log --by srcaddr --distinct dstaddr/24
    returns 2
    says err "expected one field, found 'dstaddr/24'; a network such as srcaddr/24 can only be a key"
    run top a.log --by ip --in-out --sort ip
    returns 2
    says err '--in-out ranks by a measure'
    run top a.log --by date --tz Europe/Berlim
    returns 2
    says err "--tz: no time zone 'Europe/Berlim'"
    run diff a.log a.log --by srcaddr --sort srcaddr
    returns 2
    says err '--sort srcaddr: a measure is needed here'
    for name in -bytes --bytes by-tes bytes-; do
        run top a.log --by srcaddr "--sort=$name"
        returns 2
        says err "no field is called '$name'"
    done
    run top a.log --by srcaddr -n 3 --all
    returns 2
    run top a.log --by srcaddr --csv --json
    returns 2
    run top - --by tag --lookup -
    returns 2
    says err 'only one input can be standard input'
    run top --help
    returns 0
    [ "$(grep -c '^  flowlog top' out)" = 5 ] || fail "not five examples"
}

run_cases
