#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# convert.sh FLOWLOG [CASE…]: runs 'flowlog convert' to formats of text. tests/stores/parquet has Parquet.
source "$(dirname "${BASH_SOURCE[0]}")/cases.sh"

# a log with absent values, and a malformed line
some_log() {
    cat <<'EOF'
account-id srcaddr dstport protocol bytes start end region
111111111111 10.0.0.1 443 6 100 1714521600 1714521660 eu-west-1
222222222222 10.0.0.2 80 6 200 1714608000 1714608060 az_Z.9/é
- 10.0.0.3 53 17 300 1714608000 1714608060 -
222222222222 10.0.0.4 70000 6 400 1714608000 1714608060 az_Z.9/é
EOF
}

case_text_formats() {
    some_log >a.log
    run convert a.log -o a.csv --fields srcaddr,dstport,bytes
    returns 0
    empty out
    printf 'srcaddr,dstport,bytes\n10.0.0.1,443,100\n10.0.0.2,80,200\n10.0.0.3,53,300\n' | holds a.csv
    says err 'a.log:5:'
    says err '3 flows written to a.csv'
    run convert a.log -o a.tsv --fields srcaddr,region -q
    [ "$(sed -n 2p a.tsv)" = "$(printf '10.0.0.1\teu-west-1')" ] || show a.tsv
    run convert a.log -o a.ndjson --fields dstport
    [ "$(head -n 1 a.ndjson)" = '{"dstport":443}' ] || fail 'not NDJSON'
    run convert a.log -o a.jsonl --fields dstport -q
    holds a.jsonl <a.ndjson
    run convert a.log -o a.json --fields dstport -q
    is_json a.json
    run convert a.log -o b.log --where 'dstport = 443' -q
    returns 0
    run convert b.log -o c.txt -q
    holds c.txt <b.log
    run convert a.log -o x.bin --to csv --fields bytes -q
    printf 'bytes\n100\n200\n300\n400\n' | holds x.bin
    run convert a.log -o - --to csv --fields bytes -q
    holds out <x.bin
}

case_compressed() {
    command -v gzip >/dev/null || return 0
    some_log >a.log
    run convert a.log -o a.csv.gz --fields bytes -q
    returns 0
    gzip -dc a.csv.gz >plain
    printf 'bytes\n100\n200\n300\n400\n' | holds plain
    run print a.csv.gz --format '${bytes}' --fields bytes
    command -v zstd >/dev/null || return 0
    run convert a.log -o a.csv.zst --fields bytes -q
    zstd -qdc a.csv.zst | holds plain
}

case_partitions() {
    some_log >a.log
    run convert a.log -o lake --to csv --partition account,region,date --fields bytes,dstport
    returns 0
    says err '3 flows written to lake, 3 files'
    find lake -type f | sort >found
    holds found <<'EOF'
lake/account_id=111111111111/region=eu-west-1/date=2024-05-01/part-0.csv
lake/account_id=222222222222/region=az_Z.9%2F%C3%A9/date=2024-05-02/part-0.csv
lake/account_id=__HIVE_DEFAULT_PARTITION__/region=__HIVE_DEFAULT_PARTITION__/date=2024-05-02/part-0.csv
EOF
    printf 'bytes,dstport\n100,443\n' | holds lake/account_id=111111111111/region=eu-west-1/date=2024-05-01/part-0.csv
    run convert a.log -o lake2 --to csv --partition colour
    returns 2
    says err '--partition: no such field: colour'
    run convert a.log -o lake2 --to csv --partition end
    returns 2
    says err 'only the date of start'
    run convert a.log -o lake2 --to csv --partition ,
    returns 2
    run convert a.log -o - --to csv --partition date
    returns 2
    { echo srcaddr dstport; for i in $(seq 502); do echo "10.0.0.1 $i"; done; } >b.log
    run convert b.log -o lake3 --to csv --partition dstport
    returns 2
    says err 'cannot write more than 500 partitions'
    gone lake3
    sed -i '$d' b.log
    sed -i '$d' b.log
    run convert b.log -o lake3 --to csv --partition dstport -q
    returns 0
    [ "$(find lake3 -type f | wc -l)" = 500 ] || fail 'not 500 files'
}

gone() { [ ! -e "$1" ] || fail "$1 is there"; }

case_nothing_is_replaced() {
    some_log >a.log
    echo mine >a.csv
    run convert a.log -o a.csv
    returns 2
    echo mine | holds a.csv
    run convert a.log -o a.csv --force -q
    returns 0
    [ "$(head -c 10 a.csv)" = account-id ] || show a.csv
    run convert a.log -o a.log --force
    returns 2
    says err 'would replace the input'
    some_log | holds a.log
    run convert a.log -o folder/in/b.csv -q
    returns 0
    [ -s folder/in/b.csv ] || fail 'no folder was made'
    ls -A >after
    ! grep -q tmp after || fail 'a temporary file is left'
}

case_inputs() {
    some_log >a.log
    printf 'dstport srcaddr\n2 10.0.0.2\n' >b.log
    run convert a.log b.log -o c.csv
    returns 0
    says err 'b.log: its columns differ from the first log'
    printf 'srcaddr bytes\n10.0.0.1 1\nsrcaddr bytes tcp-flags own\n10.0.0.2 2 3 x\n' >later.log
    run convert later.log -o later.csv
    returns 0
    says err 'later.log: records further on have more columns: tcp-flags, own (not written); --fields chooses'
    [ "$(wc -l <c.csv)" = 5 ] || fail 'not 4 flows'
    run convert a.log nope -o d.csv
    returns 2
    gone d.csv
    printf 'srcaddr log-status\n10.0.0.1 OK\n- SKIPDATA\n' >e.log
    run convert e.log -o e.csv --strict
    returns 1
    says err '--strict: 1 SKIPDATA line'
    : >empty.log
    run convert empty.log -o f.csv
    returns 2
    says err 'the logs are empty'
    gone f.csv
    run convert empty.log -o f.csv --fields bytes -q
    returns 0
    echo bytes | holds f.csv
}

case_usage() {
    some_log >a.log
    run convert a.log
    returns 2
    says err 'no output is given: -o FILE'
    run convert a.log -o x.foo
    returns 2
    says err 'the name of the output does not tell its format'
    run convert a.log -o x --to cvs
    returns 2
    says err "did you mean 'csv'"
    run convert -o x.csv
    returns 2
    says err 'no LOG is given'
    run convert a.log -o a.csv --fields srcadr
    returns 2
    says err "did you mean 'srcaddr'"
    gone a.csv
}

run_cases
