#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# print.sh FLOWLOG [CASE…]: runs 'flowlog print' and 'flowlog detect' on logs and archives and checks their output.
# Runs all cases, or those named.
source "$(dirname "${BASH_SOURCE[0]}")/cases.sh"

cloud=$data/../../tests/data/cloud
has_component() { "$flowlog" --version | grep -q "^components:.* $1"; }

# an archive of each kind
each_kind() {
    echo "$archives/flow-tools/v5-le.ft" "$archives/flow-tools/s1-v5-be.ft" "$archives/flow-tools/v7-be.ft" \
        "$archives/flowd/v2-v5.flowd" "$archives/flowd/v3-ipv6-agent.flowd" \
        "$archives/nfdump/v1-1625-all.nfdump" "$archives/nfdump/v2-171-mixed.nfdump"
    has_component gzip && echo "$archives/flow-tools/v5-be-z.ft"
    has_component bzip2 && echo "$archives/nfdump/v2-171-bz2.nfdump"
    has_component lz4 && echo "$archives/nfdump/v2-171-lz4.nfdump"
    has_component lzo && echo "$archives/nfdump/v2-171-lzo.nfdump"
    has_component zstd && echo "$archives/nfdump/v2-178-zstd.nfdump"
}

# --- print: formats ---------------------------------------------------------------------------------

case_csv() {
    run print "$data/flow_logs.txt" --head 2
    returns 0
    empty err
    holds out <<'EOF'
version,account-id,interface-id,srcaddr,dstaddr,srcport,dstport,protocol,packets,bytes,start,end,action,log-status
2,123456789012,eni-0a1b2c3d,10.0.1.201,198.51.100.2,443,49153,6,25,20000,1620140761,1620140821,ACCEPT,OK
2,123456789012,eni-4d3c2b1a,192.168.1.100,203.0.113.101,23,49154,6,15,12000,1620140761,1620140821,REJECT,OK
EOF
}

case_formats() {
    printf 'srcaddr x dstport start\n10.0.0.1 a,b 443 1620140761\n- - - -\n::1 c 80 1620140761500\n' >a.log
    run print a.log
    printf 'srcaddr,x,dstport,start\n10.0.0.1,"a,b",443,1620140761\n::1,c,80,1620140761.500\n' | holds out
    run print a.log --tsv --times iso
    printf 'srcaddr\tx\tdstport\tstart\n10.0.0.1\ta,b\t443\t2021-05-04T15:06:01Z\n' | cat - <(
        printf '::1\tc\t80\t2021-05-04T15:06:01.500Z\n') | holds out
    run print a.log --ndjson --fields x,srcaddr,bytes
    printf '{"x":"a,b","srcaddr":"10.0.0.1","bytes":null}\n{"x":"c","srcaddr":"::1","bytes":null}\n' | holds out
    run print a.log --json --fields start
    printf '[\n{"start":1620140761},\n{"start":1620140761.500}\n]\n' | holds out
    run print a.log --vpc
    holds out <<'EOF'
version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status
2 - - 10.0.0.1 - - 443 - - - 1620140761 - - OK
2 - - ::1 - - 80 - - - 1620140761 - - OK
EOF
    run print a.log --table --fields srcaddr,dstport,start
    holds out <<'EOF'
srcaddr          dstport  start
10.0.0.1             443  2021-05-04T15:06:01Z
::1                   80  2021-05-04T15:06:01.500Z
EOF
    run print a.log --names netflow --fields START,dst_port,proto
    printf 'first,dstport,prot\n1620140761,443,\n1620140761.500,80,\n' | holds out
}

case_nothing() {
    : >empty.log
    for form in --csv --ndjson; do
        run print empty.log $form
        returns 0
        empty out
    done
    run print empty.log --json
    printf '[]\n' | holds out
    run print empty.log --fields bytes,srcaddr
    printf 'bytes,srcaddr\n' | holds out
    run print "$data/flow_logs.txt" --fields bytes --head 0
    printf 'bytes\n' | holds out
}

case_head() {
    run print "$data/flow_logs.txt" "$data/flow_logs.txt" --fields dstport --head 16
    returns 0
    [ "$(wc -l <out)" = 17 ] || fail 'not 16 flows'
    echo 'what is this?' >unknown.log # is not opened
    run print "$data/flow_logs.txt" unknown.log --head 16
    returns 2
    run print "$data/flow_logs.txt" unknown.log --head 14
    returns 0
    empty err
    for i in $(seq 20000); do echo "10.0.0.1 $i"; done | cat <(echo srcaddr dstport) - >long.log
    "$flowlog" print long.log 2>err | head -2 >out
    printf 'srcaddr,dstport\n10.0.0.1,1\n' | holds out
    empty err
}

case_computed() {
    printf 'srcaddr dstaddr srcport dstport protocol bytes start end tag\n%s\n%s\n' \
        '10.0.0.1 8.8.8.8 50000 443 6 5 1620140761 1620140771 x' '::1 ::2 - - - 7 1620140761 - y' >a.log
    run print a.log --fields 'service,duration,srcaddr/16,start:1h,class(srcaddr),pair,bytes'
    returns 0
    empty err
    holds out <<'EOF'
service,duration,srcaddr/16,start:1h,class(srcaddr),pair,bytes
443/tcp,10,10.0.0.0/16,1620140400,private,8.8.8.8 - 10.0.0.1,5
,,::/64,1620140400,loopback,::1 - ::2,7
EOF
    run print a.log --fields service,duration --json
    printf '[\n{"service":"443/tcp","duration":10},\n{"service":null,"duration":null}\n]\n' | holds out
    run print a.log --fields service,duration --table
    printf 'service       duration\n443/tcp             10\n-                    -\n' | holds out
    printf 'dstport,protocol,tag\n443,tcp,"=w,b"\n' >tags.csv
    echo 10.0.0.0/8,office >map.csv
    run print a.log --fields tag # a column of the log
    printf 'tag\nx\ny\n' | holds out
    sed 's/ tag$/ note/' a.log >b.log
    run print b.log --fields 'tag,label(srcaddr)' --lookup tags.csv --map map.csv
    printf 'tag,label(srcaddr)\n"=w,b",office\n,\n' | holds out
    run print b.log --fields tag
    returns 2
    says err 'the key tag needs a table of tags: --lookup FILE'
    run print b.log --fields service --vpc
    returns 2
    says err '--vpc: service is computed, and is no field of a VPC flow log'
    run print b.log --fields ip
    returns 2
    says err 'name one end: srcaddr or dstaddr'
    run print b.log --fields srcaddr/33
    returns 2
    says err 'expected a prefix length of IPv4'
    run print b.log --fields servce
    returns 2
    says err "did you mean 'service'?"
    printf 'srcport dstport protocol\n1 2 6\n1 x 6\n' >c.log
    run print c.log --fields service
    printf 'service\n1/tcp\n' | holds out
    says err 'c.log:3:3: dstport: expected a port'
    run convert b.log -o - --to csv --fields service
    printf 'service\n443/tcp\n\n' | holds out
    has_component arrow || return 0
    run convert b.log -o b.parquet --fields service
    returns 2
    says err 'service is computed, and is not written to Parquet files'
}

case_sorted() {
    printf 'srcaddr bytes x\n10.0.0.9 5 a\n10.0.0.10 700 b\n10.0.0.1 60 c\n10.0.0.7 - d\n10.0.0.2 5 e\n' >a.log
    run print a.log --sort bytes -n 2
    returns 0
    empty err
    printf 'srcaddr,bytes,x\n10.0.0.10,700,b\n10.0.0.1,60,c\n' | holds out
    run print a.log a.log --sort bytes --ascending -n 5 --fields x,bytes --json
    printf '[\n{"x":"a","bytes":5},\n{"x":"e","bytes":5},\n{"x":"a","bytes":5},\n{"x":"e","bytes":5},\n' >expected
    printf '{"x":"c","bytes":60}\n]\n' | cat expected - | holds out
    run print a.log --sort srcaddr --ascending --fields srcaddr
    printf 'srcaddr\n10.0.0.1\n10.0.0.2\n10.0.0.7\n10.0.0.9\n10.0.0.10\n' | holds out
    { echo bytes; seq 30; } >b.log
    run print b.log --sort bytes
    [ "$(wc -l <out)" = 21 ] || fail 'not 20 flows'
    says err '20 of 30 flows are printed; -n N prints N of them'
    run print b.log --sort bytes --quiet
    empty err
    run print a.log --sort bytes,srcaddr
    returns 2
    says err "--sort: expected one field or key, found 'bytes,srcaddr'"
    run print a.log --sort byts
    returns 2
    says err "did you mean 'bytes'?"
    run print a.log --sort packets
    returns 2
    says err packets
    run print a.log --ascending
    returns 2
    says err '--ascending is for --sort'
    run print "$archives/nfdump/v2-171-mixed.nfdump" --sort duration -n 3 --fields duration
    tail -n +2 out | sort -gr >sorted
    [ "$(wc -l <sorted)" = 3 ] || fail 'not 3 flows'
    tail -n +2 out | holds sorted
}

case_all_lines() {
    printf 'srcaddr dstport start log-status\n10.0.0.1 1 5 OK\n- - 6 NODATA\n- - 7 SKIPDATA\n10.0.0.2 2 8 OK\n' >a.log
    run print a.log --all-lines
    returns 0
    printf 'srcaddr,dstport,start,log-status\n10.0.0.1,1,5,OK\n,,6,NODATA\n,,7,SKIPDATA\n10.0.0.2,2,8,OK\n' | holds out
    says err 'AWS lost records of 1 window'
    run print a.log --strict
    returns 1
    says err '--strict: 1 SKIPDATA line'
    run print a.log --where 'log-status = SKIPDATA' --fields start
    printf 'start\n7\n' | holds out
    run print a.log --all-lines --vpc
    mv out vpc.log
    run print vpc.log --vpc --all-lines
    holds out <vpc.log
    says out '2 - - - - - - - - - 7 - - SKIPDATA'
    says out '2 - - 10.0.0.2 - - 2 - - - 8 - - OK'
    printf 'srcaddr dstaddr protocol start\n10.0.0.1 10.0.0.2 6 5\n- - - 6\n' >b.log
    run print b.log --all-lines --vpc
    says out '- NODATA'
    run print a.log
    printf 'srcaddr,dstport,start,log-status\n10.0.0.1,1,5,OK\n10.0.0.2,2,8,OK\n' | holds out
    run convert a.log -o c.csv --where 'log-status = NODATA'
    says err "'flowlog print --where ...' prints them"
}

# --- print: mistakes --------------------------------------------------------------------------------

case_fields() {
    run print "$data/flow_logs.txt" --fields srcaddr,dstpotr
    returns 2
    empty out
    says err "no such field: dstpotr; did you mean 'dstport'?"
    run print "$archives/flow-tools/v5-le.ft" --fields dOctet
    returns 2
    says err "did you mean 'dOctets'?"
    run print "$data/flow_logs.txt" --fields ,
    returns 2
    run print "$data/flow_logs.txt" --csv --json
    returns 2
    says err 'exclude each other'
    run print
    returns 2
    says err 'no LOG is given'
    run print "$data/flow_logs.txt" --names ibm
    returns 2
    says err 'expected aws|netflow'
}

case_malformed() {
    printf 'srcaddr dstport\n10.0.0.1 1\n10.0.0.2 65536\n10.0.0.3 3 4\n10.0.0.4 x\x1b\n' >a.log
    run print a.log
    returns 0
    printf 'srcaddr,dstport\n10.0.0.1,1\n' | holds out
    says err 'warning: a.log:3:10: dstport: expected a port (0-65535)'
    says err 'a.log:4:'
    lacks err "$(printf '\033')"
    run print a.log --fields srcaddr --strict # dstport is not looked at
    returns 1
    printf 'srcaddr\n10.0.0.1\n10.0.0.2\n10.0.0.4\n' | holds out
    { echo srcaddr dstport; for i in $(seq 30); do echo "10.0.0.1 x$i"; done; } >b.log
    run print b.log
    [ "$(wc -l <err)" = 21 ] || fail 'not 20 messages and a last one'
    says err '... and 10 more malformed lines'
}

case_inputs() {
    printf 'srcaddr x dstport\n10.0.0.1 y 1\n' >a.log
    printf 'dstport srcaddr bytes\n2 10.0.0.2 3\n' >b.log
    run print a.log nope b.log
    returns 2
    printf 'srcaddr,x,dstport\n10.0.0.1,y,1\n10.0.0.2,,2\n' | holds out
    says err 'error: nope: '
    says err 'b.log: its columns differ from the first log: no x (printed as absent); also bytes (not printed)'
    printf 'dstport srcaddr\n2 10.0.0.2\n' >d.log
    run print a.log d.log
    says err 'd.log: its columns differ from the first log: no x (printed as absent); --fields chooses'
    run print a.log b.log --fields srcaddr,bytes
    returns 0
    empty err
    printf 'srcaddr,bytes\n10.0.0.1,\n10.0.0.2,3\n' | holds out
    # header lines further on in a log
    printf 'srcaddr bytes\n10.0.0.1 1\nsrcaddr bytes tcp-flags own\n10.0.0.2 2 3 x\n' >later.log
    run print later.log
    returns 0
    printf 'srcaddr,bytes\n10.0.0.1,1\n10.0.0.2,2\n' | holds out
    says err 'later.log: records further on have more columns: tcp-flags, own (not printed); --fields chooses'
    run print b.log later.log
    says err 'later.log: records further on have more columns: tcp-flags, own (not printed)'
    run print later.log --fields srcaddr,tcp-flags
    empty err
    printf 'srcaddr bytes\n10.0.0.1 1\nbytes srcaddr\n2 10.0.0.2\n' >later.log
    run print later.log
    empty err
    printf 'srcaddr,bytes\n10.0.0.1,1\n10.0.0.2,2\n' | holds out
    echo '# no log' >c.log
    run print c.log a.log
    returns 2
    printf 'srcaddr,x,dstport\n10.0.0.1,y,1\n' | holds out
    says err 'cannot tell the format'
    run print - --format '${srcaddr} ${dstport}' < <(echo 10.0.0.1 1)
    printf 'srcaddr,dstport\n10.0.0.1,1\n' | holds out
}

case_cut_archive() {
    head -c 1000 "$archives/flow-tools/v5-le.ft" >cut.ft
    run print cut.ft --fields protocol
    returns 2
    [ "$(wc -l <out)" -gt 3 ] || fail 'the whole flows are not there'
    says err 'cut.ft: ends within a flow'
}

# --- print: archives --------------------------------------------------------------------------------

# the same as flow-export prints, except for the time of export
case_wrapped_uptime() {
    run print "$archives/flow-tools/v5-le.ft" --csv --fields start,end
    sed -n 5p out >row
    echo 1417737588.204,1417737596.500 | holds row
    run print "$archives/flow-tools/v5-le.ft" --csv --fields start,end --no-wrap-repair
    sed -n 5p out >row
    echo 1422032555.500,1417737596.500 | holds row
    run top "$archives/flow-tools/v5-le.ft" --by start --all --csv --no-wrap-repair
    says out 2015-01-23T17:02:35.500Z
}

case_flow_tools_truth() {
    local fields=sysuptime,exaddr,packets,bytes,flow_start_sys_up_time,flow_end_sys_up_time,engine_type,engine_id
    fields=$fields,srcaddr,dstaddr,nexthop,input,output,srcport,dstport,prot,tos,tcp_flags,src_mask,dst_mask,src_as,dst_as
    local name
    for name in v5-le v5-gen1500-le v5-capture-le v7-le; do
        run print "$archives/flow-tools/$name.ft" --fields $fields
        returns 0
        tail -n +2 out >rows
        tail -n +2 "$archives/flow-tools/$name.truth.csv" | cut -d, -f3-24 | holds rows
    done
}

case_flowd_truth() {
    run print "$archives/flowd/v3-v5.flowd" --fields packets,bytes,srcaddr,dstaddr,srcport,dstport,prot
    tail -n +2 out >rows
    tail -n +2 "$archives/flowd/v3-v5.truth.csv" | cut -d, -f5,6,11,12,16-18 | holds rows
}

case_nfdump_truth() {
    run print "$archives/nfdump/v2-171-mixed.nfdump" --fields first,last,proto,srcaddr,dstaddr,packets,bytes
    tail -n +2 out >rows
    tail -n +2 "$archives/nfdump/v2-171-mixed.truth.csv" | cut -d, -f1-3,5,7,9,10 | sed 's/\.000,/,/g' | holds rows
}

# what nfdump prints of an archive is read as the archive is; of ICMP, JSON has no ports
case_nfdump_text() {
    command -v nfdump >/dev/null || return 0
    local archive=$archives/nfdump/v2-171-mixed.nfdump form
    local columns=(--where 'not (proto icmp or proto icmp6)' --fields proto,srcaddr,srcport,dstaddr,dstport,tcp-flags,packets,bytes)
    "$flowlog" print "$archive" "${columns[@]}" >expected
    for form in csv json; do
        has_component json || [ $form = csv ] || continue
        TZ=UTC nfdump -r "$archive" -o $form >text
        run print text "${columns[@]}"
        returns 0
        holds out <expected
        run check text
        says out ' 0 malformed'
    done
    has_component json || return 0
    "$flowlog" print "$archive" --fields first,last,dstport,input >expected
    run print text --fields first,last,dstport,input
    holds out <expected
}

# every format is printed as valid JSON, and as a VPC flow log with the same number of flows
case_every_kind() {
    for archive in $(each_kind); do
        run print "$archive" --json
        returns 0
        is_json out
        run print "$archive" --csv
        local rows
        rows=$(($(wc -l <out) - 1))
        run print "$archive" --vpc
        cp out a.log
        run check a.log --json
        says out "\"records\":$rows"
    done
}

# 'tag' and 'check' read archives, and also the output of 'print --vpc' for them
case_tag_archives() {
    printf 'dstport,protocol,tag\n443,tcp,web\n53,udp,dns\n80,*,web\n0,icmp,ping\n' >lookup.csv
    for archive in $(each_kind); do
        run tag "$archive" --lookup lookup.csv --out o --quiet
        returns 0
        cp o/output.csv native.csv
        "$flowlog" print "$archive" --vpc 2>err | "$flowlog" tag - --lookup lookup.csv --out o --quiet
        holds o/output.csv <native.csv
        run check "$archive"
        returns 0
    done
}

case_nfdump_layout_3() {
    local v3=$archives/nfdump/v3
    run print "$v3/v3-hand-all.nfdump" --where 'mpls-top-label = 16 and application-id is present' --csv \
        --fields srcaddr,mpls-labels,application-name,egress-vrf-name,tunnel-srcaddr
    returns 0
    holds out <<'EOF'
srcaddr,mpls-labels,application-name,egress-vrf-name,tunnel-srcaddr
192.0.2.1,16-0-0/1016-1-0/2016-2-0/3016-3-0/4016-4-0/5016-5-0/6016-6-0/7016-7-0/8016-0-0/9016-1-1,http2,blue,10.1.1.1
192.0.2.1,16-0-0/1016-1-0/2016-2-0/3016-3-0/4016-4-0/5016-5-0/6016-6-0/7016-7-0/8016-0-0/9016-1-1,http2,blue,10.1.1.1
EOF
    run detect "$v3/v3-capd.nfdump"
    returns 0
    says out 'Version      layout 3'
    says out 'Exporter     127.0.0.1'
    says out 'Flows        210'
    run detect "$v3/v3-encrypted.nfdump" --json
    returns 0
    says out 'encrypted with ChaCha20-Poly1305: its flows are not read'
    run print "$v3/v3-encrypted.nfdump"
    returns 2
    says err 'is encrypted (ChaCha20-Poly1305, nfdump -K)'
    # what is whole is printed, and then the error with its byte
    run print "$v3/malformed/g-two-files.nfdump" --csv --fields srcport
    returns 2
    [ "$(wc -l <out)" = 21 ] || fail "not 20 flows"
    says err 'bytes follow the footer, at byte 2112'
    # blocks that the filter excludes are no loss
    run print "$v3/v3-capd.nfdump" --where 'start >= 2027-01-01' --csv --fields srcaddr
    returns 0
    [ "$(wc -l <out)" = 1 ] || fail "flows of another time"
}

# --- detect -----------------------------------------------------------------------------------------

case_detect() {
    run detect "$data/flow_logs.txt" "$archives/flow-tools/v5-capture-le.ft"
    returns 0
    empty err
    says out 'Format        VPC flow log'
    says out 'Columns from  looks of the lines'
    says out 'Version      stream version 3, export version 5'
    says out 'Byte order   little-endian'
    lacks out 'Malformed'
    printf 'srcaddr x dstport log-status start end\n10.0.0.1 y 1 OK 5 9\n- - - NODATA - -\n::1 z 2 OK 1 2\n1 2\n' >a.log
    run detect a.log
    holds out <<'EOF'
a.log
  Format        VPC flow log
  Version       2
  Columns from  header line
  Columns       srcaddr x dstport log-status start end
  Not known     x
EOF
    run detect a.log --csv
    holds out <<'EOF'
name,format,version,byte_order,compression,packed,exporter,columns,first,last,records,nodata,skipdata,malformed,error
a.log,VPC flow log,2,,,,,srcaddr x dstport log-status start end,,,,,,,
EOF
    run detect a.log --count
    says out 'First         1970-01-01T00:00:01Z'
    says out 'Last          1970-01-01T00:00:09Z'
    says out 'Flows         2'
    says out 'NODATA        1'
    says out 'Malformed     1'
}

case_detect_every_kind() {
    for archive in $(each_kind); do
        run detect "$archive" --count --json
        returns 0
        is_json out
        local counted
        counted=$(sed 's/.*"records":\([0-9]*\).*/\1/' out)
        run print "$archive" --fields protocol
        [ "$((counted + 1))" = "$(wc -l <out)" ] || fail "$archive: counted $counted"
    done
}

case_detect_packed() {
    has_component gzip || return 0
    gzip -c "$archives/flow-tools/v5-le.ft" >a
    run detect a
    says out 'Format       flow-tools'
    says out 'Packed with  gzip'
    run detect a --json
    says out '"packed":["gzip"]'
}

case_detect_trouble() {
    echo '# no log' >a.txt
    printf 'a\x1b[31m b' >b.txt
    head -c 1000 "$archives/flow-tools/v5-le.ft" >cut.ft
    : >empty.log
    run detect a.txt b.txt "$data/flow_logs.txt" nope empty.log cut.ft --count
    returns 2
    says out 'VPC flow log'
    says out 'Format  empty'
    says out 'Incomplete'
    says err 'a.txt:1: cannot tell the format'
    says err 'nope: '
    says err 'cut.ft: ends within a flow'
    lacks err "$(printf '\033')"
    run detect a.txt "$data/flow_logs.txt" nope --json
    returns 2
    is_json out
    says out '"error":"a.txt:1: cannot tell the format'
}

# --- JSON -------------------------------------------------------------------------------------------

case_json() {
    has_component json || return 0
    run print "$cloud/azure/nsg-v2.json" --csv --two-way reverse --fields srcaddr,packets,reverse-packets,flow-state
    returns 0
    empty err
    holds out <<'END'
srcaddr,packets,reverse-packets,flow-state
10.0.0.4,,,B
10.0.0.4,1,1,E
10.1.0.5,72,120,C
192.0.2.190,,,B
END
    run top "$cloud/azure/nsg-v2.json" --by srcaddr --sum bytes --all --csv
    returns 0
    says out '192.0.2.4,64560'
    run top "$cloud/gcp/dropped.ndjson" --by src_instance.vm_name,action --csv
    returns 0
    says out 'REJECT'
    run print - --csv --fields srcaddr <"$cloud/aws/firehose/message.ndjson"
    returns 0
    # as Docker writes what a container prints
    sed 's/.*/{"log":"&\\n","stream":"stdout","time":"2021-05-04T15:06:01.5Z"}/' "$here/../../examples/data/flow_logs.txt" >container.json
    run print container.json --vpc
    returns 0
    cp out expected
    run print "$here/../../examples/data/flow_logs.txt" --vpc
    holds out <expected
    run print "$cloud/damaged/azure-bad-tuples.json"
    returns 0
    says err "dstport: malformed: expected a port (0-65535), found '70000' in the record at byte 12: tuple 1663146003599,"
    # lines are counted as an editor does, and both directions of a record are one line
    printf '\n{"srcaddr":"10.0.0.1","dstaddr":"10.0.0.2","bytes":1,"reverse-bytes":2}\n\n{"srcaddr":"x"}\n' >blank.ndjson
    run print blank.ndjson --csv
    returns 0
    says err 'blank.ndjson:4: '
    holds out <<'END'
srcaddr,dstaddr,bytes
10.0.0.1,10.0.0.2,1
10.0.0.2,10.0.0.1,2
END
    printf '[\nNo matching flows\n]\n' >none.json
    run print none.json --csv --fields srcaddr
    returns 0
    echo srcaddr | holds out
    run print "$cloud/other/hubble.ndjson"
    returns 2
    says err 'holds Hubble flows'
    run detect "$cloud/gcp/sink.ndjson"
    says out 'Google Cloud VPC flow log (JSON)'
    # the flow of ICMP has no port
    printf 'dstport,protocol,tag\n443,tcp,web\n*,udp,any\n' >tags.csv
    run tag "$cloud/gcp/logging-read.json" --lookup tags.csv --quiet
    returns 0
    says output.csv 'Untagged,2'
    says port_protocol_counts.csv ',icmp,1'
    says untagged_flows.csv ',icmp,1'
    run tag "$cloud/gcp/logging-read.json" --lookup tags.csv --json
    says out '{"port":null,"protocol":"icmp","protocol_number":1,"count":1}'
    printf '*,icmp,ping\n' >>tags.csv
    run tag "$cloud/gcp/logging-read.json" --lookup tags.csv --csv
    says out 'ping,1'
    run top "$cloud/gcp/logging-read.json" --by tag --lookup tags.csv --flows --csv
    says out 'ping,1'
}

# all logs as events of OCSF, which a reader of its schema accepts
case_ocsf() {
    command -v python3 >/dev/null || { echo '    no Python: not read'; return; }
    local log logs=("$data/flow_logs.txt" "$archives/flow-tools/v5-le.ft" "$archives/nfdump/v2-171-mixed.nfdump")
    if has_component json; then logs+=("$cloud"/{azure,gcp,other}/*n "$cloud"/aws/*/*n); fi
    for log in "${logs[@]}"; do
        "$flowlog" print "$log" --schema ocsf --quiet >events 2>err || continue
        python3 "$here/ocsf.py" <events >found || { fail "$log: $(cat found)"; return; }
        echo "$(basename "$log"): $(cat found)"
    done >all
    says all 'flow_logs.txt: 14 events'
    has_component json || return 0
    says all 'vnet-v4.json: 9 events'
    run print "$cloud/azure/vnet-v4.json" --schema ocsf -n 1
    says out '"cloud":{"provider":"Azure"}'
}

# objects may have members that the first ones lack
case_later_columns() {
    has_component json || return 0
    local i
    for ((i = 0; i < 5000; ++i)); do
        printf '{"srcaddr":"10.0.0.1","bytes":%d%s}\n' $i "$([ $i != 4000 ] || echo ',"action":"REJECT"')"
    done >late.ndjson
    run print late.ndjson
    returns 0
    says out 'srcaddr,bytes,action'
    says out '10.0.0.1,4000,REJECT'
    holds err </dev/null
    head -n 3000 late.ndjson >early.ndjson
    run print early.ndjson late.ndjson
    says err 'late.ndjson: its columns differ from the first log: also action (not printed); --fields chooses'
    run print late.ndjson --where 'action = REJECT' --fields bytes
    printf 'bytes\n4000\n' | holds out
    run top late.ndjson --by action
    returns 0
    says out 'REJECT'
    run print - <late.ndjson
    returns 0
    says err '-: records further on have more columns: action (not printed); --fields chooses'
    # a file that is called as standard input is
    printf '{"srcaddr":"10.0.0.1","dstaddr":"10.0.0.2","vpc-id":"v"}\n' >./-
    run print - <late.ndjson
    says out 'srcaddr,bytes'
    rm ./-
    run print - --fields srcaddr,action <late.ndjson
    says out '10.0.0.1,REJECT'
    run convert late.ndjson -o late.csv -q
    grep -c REJECT late.csv >out
    echo 1 | holds out
    run convert - -o late.csv --force <late.ndjson
    says err 'records further on have more columns: action (not written)'
    head -n 100 late.ndjson >few.ndjson
    run print few.ndjson --where 'dstport = 1'
    says err 'few.ndjson: has no dstport; it has srcaddr, bytes'
    run top few.ndjson --by dstport
    returns 2
    says err 'has no dstport'
}

case_schema() {
    run print "$data/flow_logs.txt" --schema ecs -n 1 --fields srcaddr,dstport,protocol,bytes,start,tgw-id
    returns 0
    holds out <<'END'
source.ip,destination.port,network.iana_number,network.bytes,event.start,tgw_id
10.0.1.201,49153,6,20000,2021-05-04T15:06:01Z,
END
    run print "$data/flow_logs.txt" --schema otel -n 1 --ndjson --fields srcaddr,protocol
    holds out <<'END'
{"source.address":"10.0.1.201","network.transport":"tcp"}
END
    # what is written can be read
    local schema form
    "$flowlog" print "$data/flow_logs.txt" --csv >expected
    for schema in netflow ecs otel; do
        for form in csv ndjson; do
            has_component json || [ $form = csv ] || continue
            "$flowlog" print "$data/flow_logs.txt" --schema $schema --$form |
                "$flowlog" print - --csv --fields "$(head -n 1 expected)" >out
            holds out <expected
        done
    done
    if has_component json; then
        # the original address of the packets is another one
        cat >pkt.log <<'END'
srcaddr dstaddr srcport pkt-srcaddr pkt-dstaddr bytes flow-direction log-status
10.0.0.1 10.0.0.2 443 10.0.0.9 10.0.0.8 7 egress OK
- - - - - - - NODATA
END
        head -n 2 pkt.log | tr ' ' ',' >expected
        for schema in ecs otel ocsf; do
            run print pkt.log --schema $schema --ndjson --all-lines
            cp out pkt.ndjson
            run print pkt.ndjson --csv --fields "$(head -n 1 expected)"
            holds out <expected
            run detect pkt.ndjson --count --json
            says out '"nodata":1'
        done
    fi
    run print "$data/flow_logs.txt" --schema netflow -n 0 --fields bytes,protocol
    printf 'dOctets,prot\n' | holds out
    run print "$data/flow_logs.txt" --schema ocsf -n 1 --fields srcaddr,dstport,action,start
    returns 0
    says out '"class_uid":4001'
    says out '"dst_endpoint":{"port":49153}'
    run print "$data/flow_logs.txt" --schema ocsf --csv
    returns 2
    says err 'only --ndjson and --json can be'
    run print "$data/flow_logs.txt" --schema ocsf --fields srcaddr,service
    returns 2
    says err 'service is no field'
    run print "$data/flow_logs.txt" --schema ecs --vpc
    returns 2
    says err "a VPC flow log has AWS's names"
    run print "$data/flow_logs.txt" --schema ess
    returns 2
    says err "did you mean 'ecs'?"
}

run_cases
