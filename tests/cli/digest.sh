#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# digest.sh FLOWLOG [CASE…]: runs 'flowlog digest' on logs and checks its output. Runs all cases, or those named.
source "$(dirname "${BASH_SOURCE[0]}")/cases.sh"
govpc=$(realpath "$here/../data/govpc/digest")

header='version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status'

# a log with TCP flags, directions and a service above the client's port
talkers() {
    cat <<'END'
version srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status tcp-flags flow-direction
5 10.0.0.1 10.0.1.1 4000 27017 6 10 5000 1714564925 1714564935 ACCEPT OK 2 ingress
5 10.0.1.1 10.0.0.1 27017 4000 6 20 90000 1714564925 1714564940 ACCEPT OK 18 egress
5 10.0.0.1 10.0.1.1 4001 27017 6 1 60 1714564990 1714564991 ACCEPT OK 1 ingress
END
}

case_as_go_vpc() {
    local name
    for name in happy-path bidirectional-case readme-example ipv6 larger-dstport time-bounds two-interfaces-two-accounts; do
        run digest "$govpc/$name/input.log" --global-bounds --quiet
        returns 0
        sort out >sorted
        { echo "$header"; cat "$govpc/$name/expected.log"; } | sort | holds sorted
        empty err
    done
}

case_clocks_of_a_zone() {
    printf '%s\n' 'srcaddr dstport bytes start end' '10.0.0.1 443 100 1714604400 1714604410' \
        '10.0.0.1 443 100 1714609800 1714609810' >night.log # 2024-05-01T23:00Z and 2024-05-02T00:30Z
    run digest night.log --by srcaddr,start:1d --csv
    [ "$(wc -l <out)" = 3 ] || { fail 'not two days in UTC'; show out; }
    run digest night.log --by srcaddr,start:1d --csv --tz +02:00
    returns 0
    [ "$(wc -l <out)" = 2 ] || { fail 'not one day by the clocks of +02:00'; show out; }
    cp out expected
    run digest night.log --by srcaddr,start:1d --tz +02:00 --partial night.part --quiet
    run merge night.part --csv
    holds out <expected
}

case_default() {
    run digest "$govpc/readme-example/input.log"
    returns 0
    holds out <<END
$header
2 123456789010 eni-abc123de 172.31.16.139 172.31.16.21 0 80 6 80 4000 1418530010 1818530070 ACCEPT OK
2 123456789010 eni-abc123de 172.31.16.139 172.31.16.21 0 80 6 20 1000 1718530010 1718530070 REJECT OK
END
    says err '5 lines = 5 records + 0 NODATA'
    says err '5 flows in 2 lines'
}

case_rules() {
    talkers >a.log
    run digest a.log --quiet
    holds out <<END
$header tcp-flags
3 - - 10.0.0.1 10.0.1.1 4000 0 6 10 5000 1714564925 1714564935 ACCEPT OK 2
3 - - 10.0.0.1 10.0.1.1 4001 0 6 1 60 1714564990 1714564991 ACCEPT OK 1
3 - - 10.0.1.1 10.0.0.1 0 4000 6 20 90000 1714564925 1714564940 ACCEPT OK 18
END
    local rule
    for rule in known direction; do
        run digest a.log --quiet --ephemeral $rule
        holds out <<END
$header tcp-flags
3 - - 10.0.0.1 10.0.1.1 0 27017 6 11 5060 1714564925 1714564991 ACCEPT OK 3
3 - - 10.0.1.1 10.0.0.1 27017 0 6 20 90000 1714564925 1714564940 ACCEPT OK 18
END
        cp out once.log
        run digest once.log --quiet --ephemeral $rule
        holds out <once.log
    done
    run digest a.log --quiet --ephemeral syn --by srcport,dstport
    holds out <<'END'
version srcport dstport packets bytes start end log-status tcp-flags
3 0 4000 20 90000 1714564925 1714564940 OK 18
3 0 27017 10 5000 1714564925 1714564935 OK 2
3 4001 0 1 60 1714564990 1714564991 OK 1
END
}

case_other_keys() {
    talkers >a.log
    run digest a.log --by srcaddr/24,start:1m,action --csv --quiet
    returns 0
    holds out <<'END'
version,srcaddr,packets,bytes,start,end,action,log-status,tcp-flags
3,10.0.0.0,10,5000,1714564925,1714564935,ACCEPT,OK,2
3,10.0.0.0,1,60,1714564990,1714564991,ACCEPT,OK,1
3,10.0.1.0,20,90000,1714564925,1714564940,ACCEPT,OK,18
END
}

case_archive() {
    run digest "$archives/flow-tools/v5-capture-le.ft" --quiet --by srcaddr,dstaddr -o a.log
    returns 0
    empty out
    run digest a.log --by srcaddr,dstaddr --quiet
    holds out <a.log
    run top a.log --by srcaddr --sum bytes,packets --csv --all --quiet
    mv out digested
    run top "$archives/flow-tools/v5-capture-le.ft" --by srcaddr --sum bytes,packets --csv --all --quiet
    holds out <digested
}

case_files() {
    talkers >a.log
    run digest a.log -o day.log.gz --quiet
    returns 0
    empty out
    run digest day.log.gz -o day.json --quiet
    is_json day.json
    run digest a.log -o day.json --quiet
    returns 2
    says err 'day.json'
    run digest a.log -o day.json --force --quiet
    returns 0
    run digest a.log -o a.log
    returns 2
    says err 'the output a.log would replace the input a.log'
    talkers | cmp -s - a.log || fail 'a.log has changed'
    run digest a.log -o day
    returns 2
    says err 'the name of the output does not tell its format'
    run digest a.log -o day.csv --json
    returns 2
    says err 'for standard output'
}

case_trouble() {
    { talkers; echo '5 10.0.0.1 10.0.1.1 x 27017 6 10 5000 1 2 ACCEPT OK 2 ingress'
      echo '5 10.0.0.1 10.0.1.1 4000 27017 6 10 5000 - 1714564935 ACCEPT OK 2 ingress'
      echo '5 - - - - - - - 1714564925 1714564935 - NODATA - -'
      echo '5 - - - - - - - 1714564925 1714564935 - SKIPDATA - -'; } >a.log
    run digest a.log
    returns 0
    says err 'a.log:5'
    says err '1 flow without start or end: counted, but not in the times of the lines'
    says err '(SKIPDATA)'
    says err '8 lines = 4 records + 1 NODATA + 1 SKIPDATA + 1 malformed + 1 header'
    says out '4000 0 6 20 10000 1714564925 1714564935 ACCEPT OK 2'
    run digest a.log --strict --quiet
    returns 1
}

case_too_large() {
    printf 'srcaddr interface-id bytes\n10.0.0.1 eni-%%0A\e 18446744073709551615\n10.0.0.1 eni-%%0A\e 1\n10.0.0.2 e 7\n' >a.log
    run digest a.log --by srcaddr,interface-id --quiet
    returns 2
    holds out <<'END'
version interface-id srcaddr packets bytes start end log-status
2 e 10.0.0.2 - 7 - - OK
END
    says err 'do not fit into 64 bits: srcaddr=10.0.0.1 interface-id=eni-%0A\x1b'
}

# a digest of some of the inputs does not pass for one of all
case_missing_input() {
    talkers >a.log
    run digest a.log nowhere.log -o day.log
    returns 2
    [ ! -e day.log ] || fail 'day.log is there'
    says err nowhere.log
    says err 'nothing is written'
    run digest a.log nowhere.log --keep-going -o day.log
    returns 0
    says err 'the digest is incomplete: 1 of 2 inputs could not be read to the end'
    says day.log '4001 0 6 1 60'
}

case_usage() {
    talkers >two_way.log
    run digest two_way.log --two-way reverse
    returns 2
    empty out
    says err '--two-way reverse puts the way back into reverse-packets and reverse-bytes, which digest does not count'
    talkers >a.log
    run digest a.log --ephemeral sin
    returns 2
    says err "expected min-port|syn|direction|known, found 'sin'; did you mean 'syn'"
    run digest a.log --by tag
    returns 2
    says err 'a flow log has no column for tag'
    run digest a.log --by 'label(srcaddr)'
    returns 2
    says err 'a flow log has no column for label(srcaddr)'
    run digest a.log --by service
    returns 2
    says err "a digest cannot be made by 'service': it is no column of a flow log"
    run digest a.log --by start:1h --global-bounds
    returns 2
    says err 'is the same in each line'
    run digest a.log --by vpc-id
    returns 2
    says err 'vpc-id'
    run digest
    returns 2
    says err 'no LOG is given'
    run digest --help
    returns 0
    says out '--global-bounds'
    says out 'min-port'
    : >empty.log
    run digest empty.log --quiet
    returns 0
    holds out <<<"$header"
}

case_where() {
    talkers >a.log
    run digest a.log --where 'srcport < 5000 and bytes > 100' --quiet --by dstaddr --json
    is_json out
    says out '"bytes":5000'
    lacks out 5060
}

run_cases
