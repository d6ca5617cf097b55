#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# diff.sh FLOWLOG [CASE…]: runs 'flowlog diff' on logs and checks its output. Runs all cases, or those named.
source "$(dirname "${BASH_SOURCE[0]}")/cases.sh"

govpc=$here/../data/govpc/diff

# two days: a new peer, one that is gone, one that grew, one that shrank, one that stayed
two_days() {
    cat >monday.log <<'EOF'
srcaddr dstaddr dstport protocol bytes start end
10.0.0.1 10.0.1.1 443 6 5000 1714564925 1714564935
10.0.0.1 8.8.8.8 53 17 60 1714564990 1714564991
10.0.0.2 10.0.1.1 22 6 900 1714564990 1714564991
10.0.0.3 10.0.1.1 443 6 4000 1714564990 1714564991
EOF
    cat >tuesday.log <<'EOF'
srcaddr dstaddr dstport protocol bytes start end
10.0.0.1 10.0.1.1 443 6 9000 1714651325 1714651335
10.0.0.1 10.0.1.1 443 6 6000 1714651325 1714651335
10.0.0.1 8.8.8.8 53 17 70 1714651390 1714651391
10.0.0.9 10.0.1.1 3389 6 40 1714651390 1714651391
10.0.0.3 10.0.1.1 443 6 400 1714651390 1714651391
EOF
}

case_table() {
    two_days
    run diff monday.log tuesday.log --quiet
    returns 0
    empty err
    holds out <<'EOF'
change         srcaddr   dstaddr   dstport  protocol  flows_before  flows_after  bytes_before  bytes_after  difference  ratio
added          10.0.0.9  10.0.1.1     3389         6             -            1             -           40         +40      -
removed        10.0.0.2  10.0.1.1       22         6             1            -           900            -        -900      -
changed        10.0.0.1  10.0.1.1      443         6             1            2          5000        15000      +10000   3.00
changed        10.0.0.3  10.0.1.1      443         6             1            1          4000          400       -3600   0.10
(1 added)                                                        -            1             -           40         +40      -
(1 removed)                                                      1            -           900            -        -900      -
(2 changed)                                                      2            3          9000        15400       +6400   1.71
(1 unchanged)                                                    1            1            60           70         +10   1.17
(total)                                                          4            5          9960        15510       +5550   1.56
EOF
    run diff monday.log tuesday.log
    says out 'before: 5 lines = 4 records'
    says out 'after:  6 lines = 5 records'
}

case_formats() {
    two_days
    local expected='change,srcaddr,bytes_before,bytes_after,difference,ratio
added,10.0.0.9,,40,40,
removed,10.0.0.2,900,,-900,
changed,10.0.0.1,5060,15070,10010,2.97826
changed,10.0.0.3,4000,400,-3600,0.1'
    run diff monday.log tuesday.log --by srcaddr --sum bytes --csv
    holds out <<<"$expected"
    run diff monday.log tuesday.log --by srcaddr --sum bytes --tsv
    tr '\t' , <out >csv
    holds csv <<<"$expected"
    run diff monday.log tuesday.log --by srcaddr --sum bytes --ndjson -n 1
    holds out <<'EOF'
{"change":"added","srcaddr":"10.0.0.9","bytes_before":null,"bytes_after":40,"difference":40,"ratio":null}
{"change":"removed","srcaddr":"10.0.0.2","bytes_before":900,"bytes_after":null,"difference":-900,"ratio":null}
{"change":"changed","srcaddr":"10.0.0.1","bytes_before":5060,"bytes_after":15070,"difference":10010,"ratio":2.9782608695652173}
EOF
    run diff monday.log tuesday.log --by srcaddr --sum bytes --json
    is_json out
    says out '{"differs":true,"by":["srcaddr"],"measures":["bytes"],"sort":"bytes","factor":2,"changes":[{"change":"added",'
    says out '"added":{"groups":1,"before":{"bytes":0},"after":{"bytes":40}}'
    says out '"unchanged":{"groups":0,'
    says out '"all":{"groups":4,"before":{"bytes":9960},"after":{"bytes":15510}}'
    says out '"incomplete":false,"before":{"incomplete":false,"total":{"lines":5,'
}

case_options() {
    local logs
    two_days
    run diff monday.log tuesday.log --csv --factor 5 --by srcaddr
    says out 'changed,10.0.0.3'
    lacks out 'changed,10.0.0.1'
    run diff monday.log tuesday.log --csv --factor 1 --by 'dstport,srcaddr/24' --flows --sort flows
    holds out <<'EOF'
change,dstport,srcaddr/24,flows_before,flows_after,difference,ratio
added,3389,10.0.0.0/24,,1,1,
removed,22,10.0.0.0/24,1,,-1,
changed,443,10.0.0.0/24,2,3,1,1.5
EOF
    run diff monday.log tuesday.log --where 'dstport = 53' --quiet
    holds out <<'EOF'
change         srcaddr  dstaddr  dstport  protocol  flows_before  flows_after  bytes_before  bytes_after  difference  ratio
(1 unchanged)                                                  1            1            60           70         +10   1.17
(total)                                                        1            1            60           70         +10   1.17
EOF
    run diff monday.log tuesday.log -n 0 --quiet --by srcaddr
    says out 'not listed: 1 added, 1 removed and 2 changed; --all lists all'
    run diff monday.log tuesday.log --human --quiet --by srcaddr
    says out '+10 kB'
    sed 's/ bytes / size /' monday.log >a.log
    sed 's/ bytes / size /' tuesday.log >b.log
    for logs in 'a.log b.log' 'a.log tuesday.log' 'monday.log b.log'; do
        run diff $logs --csv --by srcaddr # without bytes on both sides, flows decide
        holds out <<'EOF'
change,srcaddr,flows_before,flows_after,difference,ratio
added,10.0.0.9,,1,1,
removed,10.0.0.2,1,,-1,
EOF
    done
    run diff monday.log tuesday.log --csv --by srcaddr --where 'dstport = 1' # columns are those of the logs
    holds out <<<'change,srcaddr,flows_before,flows_after,bytes_before,bytes_after,difference,ratio'
    head -1 monday.log >none.log
    run diff none.log tuesday.log --csv --by srcaddr -n 1 # no flows are no reason
    says out 'added,10.0.0.1,,3,,15070,15070,'
    # flows decide if they are to, also when partial results are merged
    run diff monday.log tuesday.log --by srcaddr --sort flows --csv
    holds out <<'EOF'
change,srcaddr,flows_before,flows_after,difference,ratio,bytes_before,bytes_after
added,10.0.0.9,,1,1,,,40
removed,10.0.0.2,1,,-1,,900,
EOF
    cp out expected
    run diff monday.log tuesday.log --by srcaddr --sort flows --exit-code --where 'srcaddr in (10.0.0.1, 10.0.0.3)'
    returns 0
    run diff monday.log tuesday.log --by srcaddr --exit-code --where 'srcaddr in (10.0.0.1, 10.0.0.3)'
    returns 1
    run diff monday.log tuesday.log --by srcaddr --partial day.part --quiet
    run merge day.part --sort flows --csv
    holds out <expected
}

case_exit_code() {
    two_days
    run diff monday.log tuesday.log --exit-code --quiet
    returns 1
    run diff monday.log monday.log --exit-code --quiet
    returns 0
    empty err
    run diff monday.log tuesday.log --exit-code --where 'dstport = 53' --quiet
    returns 0
    run diff monday.log nope --exit-code --quiet
    returns 2
}

case_split() {
    two_days
    { cat monday.log; tail -n +2 tuesday.log; echo '10.0.0.7 10.0.0.8 1 6 1 - -'; } >both.log
    run diff monday.log tuesday.log --csv
    mv out expected
    run diff both.log --split 2024-05-02 --csv
    returns 0
    holds out <expected
    says err '1 flow without a start time: neither before nor after the time of --split'
    run diff - --split 2024-05-02T00:00Z --csv <both.log # is read once
    returns 0
    holds out <expected
    run diff both.log --split 2024-05-02 --where 'bytes > 50' --json
    says out '"matched":8,'
    run diff both.log --split 2031-01-01 --quiet
    says err 'no flow begins after 2031-01-01T00:00:00Z'
    run diff both.log --split yesteryear
    returns 2
    says err '--split: '
    printf 'srcaddr dstaddr dstport protocol bytes\n1.1.1.1 2.2.2.2 1 6 5\n' >timeless.log
    run diff timeless.log --split 2024-05-02
    returns 2
    says err 'start'
}

case_several_files() {
    two_days
    mkdir before after
    head -3 monday.log >before/1.log
    sed -n '1p;4,$p' monday.log >before/2.log
    cp tuesday.log after/a.log
    run diff monday.log tuesday.log --csv
    mv out expected
    run diff before after --csv
    returns 0
    holds out <expected
    run diff 'before/*.log' after/a.log --csv --threads 2
    holds out <expected
    empty err
    run diff monday.log tuesday.log --csv
    empty err
    ln after/a.log after/b.log
    run diff before after --json
    says err 'after/a.log and after/b.log are the same file, which is counted each time'
    says out '"warnings":["after/a.log and after/b.log are the same file, which is counted each time"]'
    # a list says nothing of sides
    printf '%s\n' before/1.log before/2.log after/a.log >list
    run diff before after --logs-from list
    returns 2
    says err '--logs-from does not say which of the two sides its logs are of: it goes with --split'
    run diff --logs-from list --split 2024-05-02 --csv
    returns 0
    holds out <expected
}

case_mistakes() {
    two_days
    run diff
    returns 2
    says err 'no LOG is given'
    run diff monday.log
    returns 2
    says err '--split TIME'
    run diff monday.log tuesday.log monday.log
    returns 2
    says err 'a pattern in quotes'
    run diff - - </dev/null
    returns 2
    says err 'only one input can be standard input'
    run diff monday.log tuesday.log --sort first
    returns 2
    says err 'must be a number, not a time'
    run diff monday.log tuesday.log --factor 0.5
    returns 2
    run diff monday.log tuesday.log --by srcadr
    returns 2
    says err "did you mean 'srcaddr'?"
    run diff monday.log tuesday.log --by ,
    returns 2
    says err "--by: expected a value, found ','"
}

case_lost() {
    two_days
    printf '10.0.0.5 x 1 6 5 5 6\n' >>monday.log
    run diff monday.log tuesday.log --csv
    returns 0
    says err 'monday.log:6:10: dstaddr'
    run diff monday.log tuesday.log --csv --strict
    returns 1
    mkdir after
    cp tuesday.log after
    echo '# no log' >after/z.log
    run diff monday.log after --csv
    returns 2
    says err 'the second log is incomplete: what it lacks may look removed, added or changed'
    says out 'added,10.0.0.9'
    run diff monday.log after
    says out 'INCOMPLETE'
    run diff monday.log after --json --keep-going
    returns 0
    says out '"incomplete":true,"before":{"incomplete":false'
    run diff monday.log nope --csv
    returns 2
    empty out
    printf 'srcaddr dstaddr dstport protocol bytes log-status\n- - - - - SKIPDATA\n' >skip.log
    run diff skip.log tuesday.log --csv
    says err 'AWS lost records of 1 window'
}

# tests/data/govpc: what vpcflow-diffd finds
case_govpc() {
    local case
    for case in added_node added_port removed_node removed_port; do
        run diff "$govpc/$case/previous.log" "$govpc/$case/next.log" --sum bytes --csv \
            --by account-id,interface-id,srcaddr,dstaddr,srcport,dstport,protocol,action
        returns 0
        awk -F, 'NR == 1 { print "change,srcaddr,dstaddr,srcport,dstport,action,bytes"; next }
            { print $1 "," $4 "," $5 "," $6 "," $7 "," $9 "," $10 $11 }' out | sort >found
        sort "$govpc/$case/expected.csv" | holds found
    done
}

run_cases
