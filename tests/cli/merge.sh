#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# merge.sh FLOWLOG [CASE…]: what partial results make, merged in any order, is what one run makes. Each case runs in a folder of its own.
source "$(dirname "${BASH_SOURCE[0]}")/cases.sh"

# Three logs, with malformed lines, SKIPDATA and addresses of both kinds.
logs() {
    local i
    mkdir logs
    for i in 1 2 3; do
        awk -v n=$i 'BEGIN {
            print "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status tcp-flags"
            srand(n)
            for (i = 0; i < 400; ++i) {
                src = rand() < 0.1 ? "2001:db8::" int(rand() * 9) : "10.0." int(rand() * 3) "." int(rand() * 40)
                printf "2 1234 eni-%d %s 10.1.0.%d %d %d %d %d %d %d %d %s OK %d\n", int(rand() * 5), src, int(rand() * 250), 40000 + int(rand() * 99),
                    (rand() < 0.5 ? 443 : int(rand() * 300)), (rand() < 0.7 ? 6 : 17), 1 + int(rand() * 9), int(rand() * 5000),
                    1620140700 + i * n, 1620140760 + i * n, (rand() < 0.2 ? "REJECT" : "ACCEPT"), (rand() < 0.3 ? 2 : 18)
            }
            print "2 1234 eni-1 - - - - - - - 1620140761 1620140821 - SKIPDATA -"
            print "2 1234 eni-1 10.0.0.1 x 1 2 6 1 1 1 1 ACCEPT OK 0"
        }' >logs/$i.log
    done
    printf 'dstport,protocol,tag\n443,tcp,web\n0-100,udp,low\n' >tags.csv
}

# like_one COMMAND [OPTION…] -- [OPTION of the result…]: parts of three logs, merged in two orders and nested, print what one run prints
like_one() {
    local counting=() i
    while [ "$1" != -- ]; do counting+=("$1"); shift; done
    shift
    local hash=()
    [[ ${counting[0]} != top && ${counting[0]} != diff && ${counting[0]} != report ]] || hash=(--hash-key partial)
    run "${counting[@]}" logs "${hash[@]}" "$@" --quiet
    returns 0
    cp out expected
    sed 's/^/    /' err >expected_err
    for i in 1 2 3; do
        run "${counting[@]}" logs/$i.log --partial $i.part --quiet
        returns 0
        empty out
    done
    for order in '1 2 3' '3 1 2'; do
        run merge $(printf '%s.part ' $order) "$@" --quiet
        returns 0
        holds out <expected
        sed 's/^/    /' err | holds_lines expected_err
    done
    cat [123].part | run merge - "$@" --quiet
    holds out <expected
    run merge 3.part 1.part --partial 31.part --quiet
    run merge 2.part 31.part "$@" --quiet --threads 3
    returns 0
    holds out <expected
}

# holds_lines FILE: the file has the lines of standard input
holds_lines() { diff -u - "$1" >diff || { fail "messages differ:"; show diff; }; }

# A merged result took as long as its parts together, however many threads merge them.
case_time() {
    local i threads
    for i in 1 2 3; do
        printf 'srcaddr\n10.0.0.%d\n' $i >$i.log
        "$flowlog" top $i.log --by srcaddr --partial $i.part -q
    done
    local sum
    sum=$(grep -h '^\["microseconds",' ?.part | tr -dc '0-9\n' | awk '{ sum += $1 } END { print sum }')
    for threads in 1 3; do
        run merge ?.part --partial all.part --threads $threads
        returns 0
        i=$(grep '^\["microseconds",' all.part | tr -dc 0-9)
        # each is cut to whole microseconds
        [ $((sum - i)) -le 3 ] && [ $((i - sum)) -le 3 ] || fail "$i microseconds, not $sum"
        rm all.part
    done
}

case_flows_without_a_start() {
    printf '%s\n' 'srcaddr start' '10.0.0.1 1714557600' '10.0.0.2 -' '10.0.0.3 -' >1.log
    printf '%s\n' 'srcaddr start' '10.0.0.1 1714557700' '10.0.0.2 -' >2.log
    run diff 1.log 2.log --split 2024-05-01T10:00Z --by srcaddr
    says err '3 flows without'
    local i
    for i in 1 2; do
        "$flowlog" diff $i.log --split 2024-05-01T10:00Z --by srcaddr --partial $i.part -q 2>/dev/null
    done
    run merge 1.part 2.part --threads 1
    says err '3 flows without'
}

case_top() {
    logs
    like_one top --by srcaddr -- --csv --all
    like_one top --by ip,service --flows --distinct dstaddr --percentile bytes:95 --avg duration --ratio bytes/packets --rate bytes --or tcp-flags --first -- --csv --all
    like_one top --by interface-id,start:1h --where 'action = REJECT' --sum bytes -- --csv -n 3
    like_one top --by srcaddr/24/64 --sum packets,bytes -- --csv --sort bytes --ascending
    like_one top --by tag --lookup tags.csv -- --csv
    like_one top --by ip --in-out --sum bytes -- --csv -n 5
    like_one top --by date,hour --tz Europe/Berlin -- --csv
    like_one top --flows --max bytes -- --csv
}

case_report() {
    logs
    printf 'cidr,label\n10.0.0.0/24,web\n10.0.1.0/24,data\n' >labels.csv
    like_one report all --window 1h -- --csv
    like_one report rejects,talkers,egress --where 'dstport < 1000' --map labels.csv --lookup tags.csv -- --csv -n 3
    # a page, but for its title and its commands
    run report scans logs --map labels.csv --html one.html --hash-key partial --quiet
    returns 0
    for i in 1 2 3; do run report scans logs/$i.log --map labels.csv --partial $i.part --quiet; returns 0; done
    run merge [123].part --html merged.html --quiet
    returns 0
    for page in one merged; do grep -e '<tr>' -e '<svg' -e '<dd>' $page.html | grep -v 'VPC flow log' >$page; done
    [ "$(wc -l <one)" -gt 25 ] || fail "no page"
    diff one merged >diff || { fail "other pages:"; show diff; }
    run merge [123].part
    says out 'flowlog top LOG... --by '
    lacks out 1.part
    # logs may have other fields, or no line
    printf 'srcaddr dstaddr bytes\n10.0.0.1 10.0.0.2 7\n' >few.log
    : >empty.log
    cp logs/1.log one.log
    for i in one few empty; do
        run report talkers,scans $i.log --map labels.csv --partial $i.part --quiet
        returns 0
    done
    run report talkers,scans - --map labels.csv --partial pipe.part --quiet <logs/2.log
    run report talkers,scans one.log logs/2.log few.log empty.log --map labels.csv --csv --hash-key partial --quiet
    cp out expected
    for order in 'one pipe few empty' 'empty few pipe one'; do
        run merge $(printf '%s.part ' $order) --csv --quiet
        returns 0
        holds out <expected
    done
    run report egress few.log --partial few.part --quiet
    says few.part '["fields",1,"srcaddr","dstaddr","bytes"]'
    run merge few.part
    says out 'Not asked, because the logs lack it: pkt-srcaddr'
    run report scans few.log --html x.html --partial x.part
    returns 2
    says err "'flowlog merge PARTIAL... --html FILE' makes one"
}

case_tag() {
    logs
    run tag logs --lookup tags.csv --out one --quiet
    for i in 1 2 3; do run tag logs/$i.log --partial $i.part --quiet; returns 0; done
    run merge 2.part 3.part 1.part --lookup tags.csv --out merged --quiet
    returns 0
    diff -r one merged >diff || { fail "the results differ"; show diff; }
    run merge 2.part 3.part 1.part --csv
    returns 2
    says err 'no table of tags is given: --lookup FILE'
}

case_others() {
    logs
    like_one digest --
    like_one digest --by srcaddr/24,dstport,action --ephemeral syn --global-bounds -- --csv
    like_one connections -- --csv --all
    like_one graph -- --format dot -n 7
    like_one graph --by srcaddr/24,service -- --format mermaid
    like_one diff --by srcaddr,service --split 2021-05-04T15:10:00Z -- --csv --all
    # two logs: each partial result has a part of both
    cp -r logs later
    sed -i 's/ 443 / 444 /' later/2.log
    run diff logs later --by srcaddr,dstport --csv --all --quiet
    cp out expected
    for i in 1 2 3; do run diff logs/$i.log later/$i.log --by srcaddr,dstport --partial $i.part --quiet; returns 0; done
    run merge 3.part 2.part 1.part --csv --all --quiet
    returns 0
    holds out <expected
}

case_accounting() {
    logs
    run top logs --by dstaddr -n 2
    sed '$d' out >expected
    for i in 1 2 3; do run top logs/$i.log --by dstaddr --partial $i.part; done
    says err '403 lines = 400 records'
    run merge 2.part 1.part 3.part -n 2
    sed '$d' out | holds_lines expected
    says err '3 windows (SKIPDATA)'
    says err 'logs/2.log:403'
    run merge 2.part 1.part 3.part --strict
    returns 1
    # an input that could not be read is missing from all that is made of it
    gzip -c logs/3.log | head -c 2000 >broken.log.gz
    run top broken.log.gz --by dstaddr --partial b.part --quiet
    returns 2
    says err 'broken.log.gz'
    run merge 1.part b.part
    returns 2
    says err 'broken.log.gz'
    says out 'INCOMPLETE: 1 of 2 inputs could not be read to the end'
    run merge 1.part b.part --keep-going
    returns 0
    says err 'broken.log.gz'
}

# the number of inputs in place of their names; those that failed are named
case_unnamed_inputs() {
    logs
    gzip -c logs/3.log | head -c 2000 >broken.log.gz
    run top logs/1.log logs/2.log broken.log.gz --by dstaddr --keep-going --csv --all
    cp out expected
    run top logs/1.log --by dstaddr --partial 1.part --unnamed-inputs --quiet
    run top logs/2.log broken.log.gz --by dstaddr --partial 2.part --unnamed-inputs --keep-going --quiet
    returns 0
    says 2.part '["inputs",1,400,0,1,1,1,0,0,'
    says 2.part '["input","broken.log.gz",'
    lacks 2.part '["input","logs/2.log"'
    run merge 2.part 1.part --partial 12.part --keep-going
    says err ' of 3 inputs in '
    says err 'INCOMPLETE: 1 of 3 inputs could not be read to the end'
    says 12.part '["inputs",2,800,0,2,2,2,0,0,'
    run merge 12.part --keep-going --csv --all
    returns 0
    holds out <expected
    says err 'broken.log.gz'
    run merge 12.part --keep-going --json
    returns 0
    is_json out
    says out '"unnamed_inputs":2'
    says out '"skipdata":2'
    run merge 12.part
    returns 2
    run top logs --unnamed-inputs
    returns 2
    says err '--partial'
}

case_refusals() {
    logs
    for i in 1 2 3; do run top logs/$i.log --by srcaddr --partial $i.part --quiet; done
    run top logs/3.log --by dstaddr --where 'dstport = 443' --partial other.part --quiet
    run merge 1.part other.part
    returns 2
    says err "other.part: is a part of 'top --where=dstport = 443 --by=dstaddr', and the others are of 'top --by=srcaddr'"
    run merge 1.part 2.part --partial 12.part --quiet
    run merge 12.part 2.part
    returns 2
    says err '2.part: has the input logs/2.log, which 12.part has, too: it would count twice; --same-names if they are different files'
    run merge 12.part 2.part --same-names --quiet
    returns 0
    run merge 1.part 1.part
    returns 2
    says err '1.part: has the input logs/1.log twice, or is given twice'
    ! grep -q 'counted each time' err || fail 'it is not counted at all'
    # all that are damaged are named, each with the reason
    head -c -20 2.part >cut.part
    run merge 1.part cut.part
    returns 2
    says err 'cut.part'
    sed '5d' 2.part >less.part
    run merge less.part
    returns 2
    says err 'less.part: has '
    run merge 1.part logs/2.log
    returns 2
    says err 'logs/2.log:1: is not a partial result of flowlog'
    run merge 1.part none.part cut.part void.part
    returns 2
    says err 'none.part: cannot open: No such file or directory'
    says err 'void.part: cannot open: No such file or directory'
    run merge 1.part cut.part less.part 2.part
    returns 2
    says err 'cut.part:'
    says err 'less.part: has '
    : >empty.part
    run merge 1.part empty.part
    returns 2
    says err 'empty.part: is empty'
    for option in '--where=dstport=1' '--by srcaddr' '--sum bytes' '--logs-from x' '--format x'; do
        run merge 1.part $option
        returns 2
        says err 'decides what is counted'
    done
    run merge 1.part --sort packets
    returns 2
    says err 'the partial results do not have packets: make them again with --sum packets'
    lacks err 1.part
    run merge 1.part --having 'avg(duration) > 5 or flows > 1'
    returns 2
    says err 'the partial results do not have avg(duration): make them again with --avg duration'
    run merge 1.part --having 'flows > 1 and bytes > 1' --sort bytes
    returns 0
    run merge 1.part --cvs
    returns 2
    says err 'the results of top have no such option: --cvs'
    run merge
    returns 2
    says err 'no partial result is given'
    run merge -n 50 --csv logs/1.log empty.part none.part --lookup tags.csv
    returns 2
    says err 'logs/1.log:1: is not a partial result of flowlog'
    says err 'empty.part: is empty: it is no partial result; make it again'
    says err 'none.part: cannot open: No such file or directory'
    [ "$(wc -l <err)" = 3 ] || { fail 'three words are no partial results'; show err; }
    run merge --csv -n 50
    returns 2
    says err 'no partial result is given'
    run graph logs --raw --partial x
    returns 2
    says err '--partial does not go with it'
    echo precious >kept
    run top logs --partial kept --quiet
    returns 2
    [ "$(cat kept)" = precious ] || fail "a file was replaced that is no partial result"
}

# other_jobs: 1.part and 2.part are of different jobs
other_jobs() {
    run merge 1.part 2.part "$@"
    returns 2
    says err '2.part: is a part of '
}

# files that decide what is counted are told apart by their content, however they were read
case_jobs_by_content() {
    local i
    for i in 1 2; do
        printf 'srcaddr dstaddr dstport protocol start bytes\n10.0.0.1 10.0.0.9 443 6 1714557600 5\n10.0.0.2 10.0.0.9 22 6 1714557600 7\n' >$i.log
        echo 10.0.0.$i >list.$i
        printf 'dstport,protocol,tag\n443,tcp,web\n443,tcp,other\n%s,tcp,ssh\n' $((21 + i)) >tags.$i
        printf 'cidr,label\n10.0.0.%s,one\n' $i >map.$i
    done
    for i in 1 2; do
        cp list.$i list
        run top $i.log --by srcaddr --where 'srcaddr in @list' --partial $i.part --quiet
        returns 0
    done
    other_jobs
    for i in 1 2; do run top $i.log --by srcaddr --where-file - --partial $i.part --quiet <list.$i; done
    other_jobs
    for i in 1 2; do run top $i.log --by tag --lookup - --partial $i.part --quiet <tags.$i; done
    other_jobs
    for i in 1 2; do run top $i.log --by 'label(srcaddr)' --map <(cat map.$i) --partial $i.part --quiet; done
    other_jobs
    for i in 1 2; do run top $i.log --by srcaddr --where 'label(srcaddr) = one' --map map.$i --partial $i.part --quiet; done
    other_jobs
    # the same content has the same hash, and what nobody uses has none
    for i in 1 2; do run top $i.log --by tag --lookup - --partial $i.part --quiet <tags.1; done
    run merge 1.part 2.part --csv --quiet
    printf 'tag,flows,bytes\nother,2,10\nssh,2,14\n' | holds out
    for i in 1 2; do run top $i.log --by srcaddr --lookup tags.$i --map map.$i --partial $i.part --quiet; done
    says 1.part '"job":["top","--by=srcaddr"]'
    run merge 1.part 2.part --quiet
    returns 0
    # and its default is not asked for again
    export FLOWLOG_LOOKUP=none.csv FLOWLOG_MAP=none.csv
    run merge 1.part 2.part --csv --quiet
    returns 0
    empty err
    unset FLOWLOG_LOOKUP FLOWLOG_MAP
    run merge 1.part --lookup tags.1
    returns 2
    says err '--lookup decides what is counted'
}

# how the table of tags is read decides what a filter wants
case_tags_of_a_filter() {
    local option
    printf 'dstport protocol\n443 6\n22 99\n' >1.log
    cp 1.log 2.log
    printf 'dstport,protocol,tag\n443,tcp,web\n443,tcp,other\n22,mine,ssh\n' >tags.csv
    printf 'Decimal,Keyword\n99,mine\n' >names.csv
    for option in '--duplicates first' --fold-tags --lenient; do
        # shellcheck disable=SC2086
        run tag 1.log --lookup tags.csv --protocols names.csv --where 'tag in (web, ssh)' $option --partial 1.part --quiet
        returns 0
        run tag 2.log --lookup tags.csv --protocols names.csv --where 'tag in (web, ssh)' --partial 2.part --quiet
        returns 0
        other_jobs --lookup tags.csv --protocols names.csv
    done
    run tag 1.log --lookup tags.csv --protocols names.csv --where 'tag in (web, ssh)' --duplicates first --partial 1.part --quiet
    run merge 1.part --lookup tags.csv --protocols names.csv --csv --quiet
    returns 0
    printf 'tag,count\nother,1\nssh,1\nUntagged,0\n' | holds out
    run tag 2.log --lookup tags.csv --lenient --where 'tag = web' --partial 2.part --quiet
    run tag 1.log --lookup tags.csv --lenient --where 'tag = web' --protocols names.csv --partial 1.part --quiet
    other_jobs --lookup tags.csv --protocols names.csv
    # without a filter that needs it, the table is that of the results
    run tag 1.log --duplicates first --partial 1.part --quiet
    says 1.part '"job":["tag","--key=dstport"]'
}

case_local_time() {
    local i zone
    for i in 1 2; do printf 'srcaddr start\n10.0.0.%s 1714557600\n' $i >$i.log; done
    if [ ! -e /usr/share/zoneinfo/Asia/Tokyo ]; then echo '    tzdata is not installed'; return; fi
    i=0
    for zone in Europe/Berlin Asia/Tokyo; do
        i=$((i + 1))
        cp /usr/share/zoneinfo/$zone zone.$i
        TZ=$PWD/zone.$i run top $i.log --by hour --tz local --partial $i.part --quiet
        returns 0
        says $i.part '"--tz=local","zone='
    done
    other_jobs
    # a machine with another zone, which may have a name
    for zone in UTC0 /usr/share/zoneinfo/Asia/Tokyo "$PWD/zone.2"; do
        TZ=$zone run merge 1.part --csv --quiet
        returns 0
        says out '12,1'
    done
    TZ=/usr/share/zoneinfo/Asia/Tokyo run top 1.log --by start:1h --tz local --partial 1.part --quiet
    says 1.part '"--tz=Asia/Tokyo"'
    run merge 1.part --csv --quiet
    says out '2024-05-01T19:00:00+09:00,1'
}

case_names_of_inputs() {
    local i
    mkdir logs
    for i in 1 2; do printf 'srcaddr bytes\n10.0.0.%s 5\n' $i >logs/$i.log; done
    run top logs/1.log --by srcaddr --partial 1.part --quiet
    run top ./logs/../logs//1.log --by srcaddr --partial 2.part --quiet
    run merge 1.part 2.part
    returns 2
    says err 'has the input ./logs/../logs//1.log, which 1.part has, too'
    # what could not be opened in one part may be in another
    mv logs/2.log elsewhere
    run top logs --by srcaddr logs/2.log --partial 1.part --keep-going --quiet
    returns 0
    run merge 1.part
    returns 2
    mv elsewhere logs/2.log
    run top logs/2.log --by srcaddr --partial 2.part --quiet
    for order in '1.part 2.part' '2.part 1.part'; do
        # shellcheck disable=SC2086
        run merge $order --csv --quiet
        returns 0
        empty err
        printf 'srcaddr,flows,bytes\n10.0.0.1,1,5\n10.0.0.2,1,5\n' | holds out
    done
    # an output never replaces what is read
    cp 1.part kept
    run merge 1.part 2.part --partial ./1.part
    returns 2
    says err 'the output ./1.part would replace the input 1.part'
    cmp 1.part kept || fail 'it was replaced'
}

# standard input has no name, so that the same partial result is told by its content
case_standard_input() {
    logs
    run top logs --by srcaddr --csv --all --quiet
    cp out expected
    for i in 1 2 3; do run top - --by srcaddr --partial $i.part --quiet <logs/$i.log; returns 0; done
    gzip -k 1.part
    gzip -c 2.part >2.packed
    cat 3.part | run merge 2.packed 1.part.gz - --csv --all --quiet
    returns 0
    holds out <expected
    cp 2.part copy.part
    run merge 1.part 2.part copy.part
    returns 2
    says err 'copy.part: is the same partial result as 2.part: it would count twice'
    run merge 1.part 2.part copy.part --same-names --quiet
    returns 0
    run merge 1.part 2.part --partial 12.part --quiet
    run merge 12.part 12.part
    returns 2
    says err '12.part: is the same partial result as 12.part'
    head -c -100 2.packed >cut.packed
    run merge 1.part cut.packed
    returns 2
    says err 'cut.packed'
}

# a partial result that ends anywhere is refused
case_cuts() {
    printf 'srcaddr bytes\n10.0.0.1 5\n10.0.0.2 7\n' >a.log
    run top a.log --by srcaddr --sum bytes --partial a.part --quiet
    printf 'srcaddr bytes\n10.0.0.1 5\n' >b.log
    run top b.log --by srcaddr --sum bytes --partial b.part --quiet
    for size in 20 50 90; do
        head -c $size a.part >cut.part
        run merge b.part cut.part
        returns 2
        says err 'cut.part: ends before its last line: the partial result is incomplete; make it again'
    done
    for ((size = 0; size < $(wc -c <a.part) - 1; size += 7)); do
        head -c $size a.part >cut.part
        run merge a.part cut.part --same-names --quiet
        returns 2
        empty out
        says err 'cut.part'
    done
}

case_damaged_steps() {
    printf 'srcaddr bytes\n10.0.0.1 5\n10.0.0.2 7\n' >a.log
    run report talkers a.log --partial a.part --quiet
    grep -q '"steps":\[' a.part || fail 'a report has groupings that can be coarser'
    for steps in 'x]y' ']' ',,' '99999999999999999999999' '7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7' '-1'; do
        sed 's/"steps":\[[^]]*\]/"steps":['"$steps"']/' a.part >bad.part
        timeout 10 "$flowlog" merge bad.part >out 2>err && fail "steps: $steps"
        says err 'bad.part:'
    done
}

case_lists() {
    logs
    run top logs --by srcaddr --csv --quiet
    cp out expected
    printf 'logs/1.log\nlogs/2.log\t12\r\n\nlogs/3.log\n' >list
    run top --logs-from list --by srcaddr --csv --quiet
    returns 0
    holds out <expected
    run top logs/3.log --logs-from - --by srcaddr --csv --quiet < <(head -n 2 list)
    returns 0
    holds out <expected
    printf 'logs/1.log\nlogs/2.log\tx\n' >list
    run top --logs-from list --by srcaddr
    returns 2
    says err 'list:2: expected a size in bytes after the tab'
    printf 'logs/1.log\0logs/2.log\0logs/3.log\0' >list
    run top --logs-from list --by srcaddr --csv --quiet
    returns 0
    holds out <expected
    printf '\xEF\xBB\xBFlogs/1.log\nlogs/2.log\nlogs/3.log\n' >list
    run top --logs-from list --by srcaddr --csv --quiet
    returns 0
    holds out <expected
    printf '\n' >list
    run top --logs-from list
    returns 2
    says err 'list: names no log'
    run top --logs-from - < <(echo -)
    returns 2
    says err 'a list cannot name standard input'
    run top --logs-from - --where-file - --by srcaddr
    returns 2
    says err 'only one input can be standard input'
}

case_format() {
    printf 'dstport protocol\n443 6\n443 6\n53 17\n' >a.log
    run tag a.log --partial - --quiet
    returns 0
    sed 's/"microseconds",[0-9]*/"microseconds",0/; $d' out >part
    holds part <<'EOF'
{"flowlog":"partial","version":1,"job":["tag","--key=dstport"]}
{"ports":"dstport"}
[[53,17],[1]]
[[443,6],[2]]
{"part":"inputs"}
["input","a.log",3,0,0,0,1,0,0,35]
["microseconds",0]
EOF
    run merge --help
    returns 0
    says out 'flowlog merge a.part b.part --csv -n 50'
}

# a partial result is no log, and says who reads it
case_no_log() {
    printf 'srcaddr\n10.0.0.1\n' >1.log
    run top 1.log --flows --partial 1.part --quiet
    for command in top print detect 'report talkers' check; do
        run $command 1.part
        returns 2
        says err '1.part: '
        says err 'is a partial result of flowlog'
        says err 'flowlog merge FILE prints it'
    done
    # after --, all words are partial results
    printf 'srcaddr\n10.0.0.2\n' | run top - --flows --partial 2.part --quiet
    mv 2.part ./-x.part
    run merge --csv -- 1.part -x.part
    returns 0
    holds out <<<$'flows\n2'
    run merge 1.part --csv -- -x.part
    returns 0
    holds out <<<$'flows\n2'
}

run_cases
