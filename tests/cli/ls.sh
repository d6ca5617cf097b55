#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# ls.sh FLOWLOG [CASE…]: runs 'flowlog ls', and other commands with --since, --account and the like, on folders of logs
# and checks their output. Runs all cases, or those named.
source "$(dirname "${BASH_SOURCE[0]}")/cases.sh"

# at 'DATE': seconds since 1970
at() { date -u -d "$1" +%s; }

# Writes a log of AWS's default format with a flow of one minute from each of these times on.
flows() {
    echo 'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status'
    local time
    for time in "$@"; do
        echo "2 1 eni-1 10.0.0.1 10.0.0.2 40000 443 6 1 100 $(at "$time") $(($(at "$time") + 60)) ACCEPT OK"
    done
}

# log FOLDER ACCOUNT REGION ID YYYYMMDD HHMM: the path of a log in the plain layout, whose folder is made
log() {
    local folder=$1/AWSLogs/$2/vpcflowlogs/$3/${5:0:4}/${5:4:2}/${5:6:2}
    mkdir -p "$folder"
    echo "$folder/$2_vpcflowlogs_$3_$4_${5}T${6}Z_0a1b.log.gz"
}

# A copy of a bucket: two accounts, two regions, three days, one log at 10:00 each, with flows from 09:55 and 10:02 on;
# and what else lies in buckets.
bucket() {
    local account region day
    for account in 111111111111 222222222222; do
        for region in eu-central-1 us-east-1; do
            for day in 01 02 03; do
                flows "2024-05-$day 09:55" "2024-05-$day 10:02" |
                    gzip >"$(log "$1" $account $region fl-$account 202405$day 1000)"
            done
        done
    done
    echo test >"$1/AWSLogs/111111111111/vpcflowlogs/aws-logs-write-test"
    echo hello >"$1/AWSLogs/aaa_foreign.txt"
    : >"$(log "$1" 111111111111 eu-central-1 fl-empty 20240501 1100)"
}

# --- ls ---------------------------------------------------------------------------------------------

case_table() {
    bucket copy
    run ls copy --account 111111111111 --region us-east-1 --since 2024-05-02 --until 2024-05-02
    returns 0
    sed -E 's/  +/|/g' out | cut -d '|' -f 1,3- >table
    holds table <<'EOT'
Time|Account|Region|Flow log|Key
2024-05-02T10:00:00Z|111111111111|us-east-1|fl-111111111111|copy/AWSLogs/111111111111/vpcflowlogs/us-east-1/2024/05/02/111111111111_vpcflowlogs_us-east-1_fl-111111111111_20240502T1000Z_0a1b.log.gz
EOT
    says err '1 log, '
}

case_rows() {
    bucket copy
    run ls copy --flow-log-id fl-222222222222 --region us-east-1 --csv
    returns 0
    head -n 1 out | holds /dev/stdin <<'EOT'
time,size,account,region,flow_log_id,key,hash,modified
EOT
    cut -d, -f 1,3-5,7 out | tail -n +2 >rows
    holds rows <<'EOT'
2024-05-01T10:00:00Z,222222222222,us-east-1,fl-222222222222,0a1b
2024-05-02T10:00:00Z,222222222222,us-east-1,fl-222222222222,0a1b
2024-05-03T10:00:00Z,222222222222,us-east-1,fl-222222222222,0a1b
EOT
    run ls copy --ndjson
    returns 0
    [ "$(wc -l <out)" = 12 ] || fail "$(wc -l <out) objects"
    run ls copy --json --since 2024-05-03
    returns 0
    is_json out
    says out '"chosen":4'
    says out '"incomplete":false'
    says out '"errors":[]'
}

case_skipped() {
    bucket copy
    run ls copy
    returns 0
    says err '15 objects listed'
    says err '1 with other names'
    says err '1 aws-logs-write-test'
    says err '12 logs'
    says err 'of 2 accounts and 2 regions'
    run ls copy --since 2024-05-01 --until 2024-05-03
    says err '1 empty'
}

case_requests() {
    bucket copy
    # on a disk all folders on the way: copy, AWSLogs, an account, its logs, a region, year, month and day
    run ls copy --since 2024-05-02T08:00 --until 2024-05-02T12:00 --account 222222222222 --region us-east-1
    returns 0
    says err '2 objects listed in 8 requests, 1 skipped: 1 with other names'
    run top copy --by srcaddr --since 2024-05-02T08:00 --until 2024-05-02T12:00 --verbose --quiet
    returns 0
    says err '6 objects listed in 22 requests, 2 skipped'
    says err '; 4 chosen'
}

case_prefix_into_the_layout() {
    bucket copy
    run ls copy/AWSLogs/222222222222/vpcflowlogs/us-east-1/2024/05 --since 2024-05-02 --until 2024-05-02 --csv
    returns 0
    [ "$(wc -l <out)" = 2 ] || fail "$(wc -l <out) lines"
    mv copy/AWSLogs/222222222222 part # as after: aws s3 sync s3://bucket/AWSLogs/222222222222 part
    run ls part --since 2024-05-02 --until 2024-05-02 --csv
    [ "$(wc -l <out)" = 3 ] || fail "$(wc -l <out) lines"
    # part; the regions; of each, its year and month, and the day before, the day and the day after, because of the
    # 15 minutes
    says err 'in 14 requests'
}

# logs that lie in the folder of a month, region or account, as a copy may have them
case_logs_above_the_days() {
    local file folder number=0 account=copy/AWSLogs/1
    for folder in '' vpcflowlogs vpcflowlogs/us-east-1 vpcflowlogs/us-east-1/2024 vpcflowlogs/us-east-1/2024/05; do
        file=$account/$folder/1_vpcflowlogs_us-east-1_fl-1_20240501T1000Z_$((++number)).log
        mkdir -p "$(dirname "$file")"
        flows '2024-05-01 10:02' >"$file"
    done
    local since
    for since in 2024-05-01 2024-01-01; do # days that are known, and too many of them
        run top copy --by srcaddr --flows --csv --since $since --until 2024-05-01
        returns 0
        says out '10.0.0.1,5'
    done
}

case_hive() {
    local folder=copy/AWSLogs/aws-account-id=1/aws-service=vpcflowlogs/aws-region=us-east-1/year=2024/month=05/day=01
    mkdir -p $folder/hour=10 $folder/hour=12
    flows '2024-05-01 10:02' >$folder/hour=10/1_vpcflowlogs_us-east-1_fl-1_20240501T1000Z_a.log
    flows '2024-05-01 12:02' >$folder/hour=12/1_vpcflowlogs_us-east-1_fl-1_20240501T1200Z_a.log
    run ls copy --since 2024-05-01T12:00 --until 2024-05-01T12:30 --csv
    returns 0
    [ "$(wc -l <out)" = 2 ] || fail "$(wc -l <out) lines"
    says out 'hour=12'
    says err '1 object listed'
}

# --- the flows --------------------------------------------------------------------------------------

# a flow belongs to the range if it overlaps it, both ends included
case_exact_flows() {
    flows '2024-05-01 10:00' '2024-05-01 10:05' '2024-05-01 10:10' >a.log
    count() {
        run top a.log --by srcaddr --flows --csv "$@"
        returns 0
        sed -n '2s/.*,//p' out >count
    }
    count --since 2024-05-01T10:05:00Z --until 2024-05-01T10:06:00Z
    holds count <<<1
    count --since 2024-05-01T10:06:00Z --until 2024-05-01T10:10:00Z # the end of one, the start of another
    holds count <<<2
    count --since 2024-05-01T10:06:01Z --until 2024-05-01T10:09:59Z
    empty count
    count --until 2024-05-01T10:05:30Z
    holds count <<<2
    count --since 2024-05-01T10:05:30Z
    holds count <<<2
    count --since 2024-05-01 --until 2024-05-01
    holds count <<<3
    count --since 2024-05-01 --where 'bytes > 1000'
    empty count
    run print a.log --since 2024-05-01T10:06:00Z --until 2024-05-01T10:09Z --fields start,end
    holds out <<EOT
start,end
$(at '2024-05-01 10:05'),$(at '2024-05-01 10:06')
EOT
}

case_matched() {
    flows '2024-05-01 10:00' '2024-05-01 10:05' >a.log
    run top a.log --by srcaddr --since 2024-05-01T10:03 --where 'dstport = 443'
    returns 0
    says out '1 of 2 records are wanted by --where and --since'
    run top a.log --by srcaddr --since 2024-05-01T10:03 --json
    says out '"matched":1'
    run check a.log --until 2024-05-01T10:03
    says out '1 of 2 records are wanted by --until'
}

# the log named 10:00 has flows from 09:55 on, which only a wider choice of objects finds
case_objects_are_chosen_wider() {
    bucket copy
    run top copy --by srcaddr --flows --csv --since 2024-05-02T09:55 --until 2024-05-02T09:56 --account 111111111111
    returns 0
    holds out <<'EOT'
srcaddr,flows
10.0.0.1,2
EOT
    printf 'dstport,protocol,tag\n443,tcp,web\n' >tags.csv
    run tag copy --lookup tags.csv --csv --since 2024-05-02 --until 2024-05-03 --region us-east-1
    returns 0
    holds out <<'EOT'
tag,count
web,8
Untagged,0
EOT
}

case_relative_times() {
    flows '1 hour ago' '3 hours ago' >a.log
    run top a.log --by srcaddr --flows --csv --since -2h
    returns 0
    says out '10.0.0.1,1'
    run top a.log --by srcaddr --flows --csv --since=-1d --until now
    says out '10.0.0.1,2'
    run top a.log --by srcaddr --flows --csv --since today-1 --until now
    returns 2
}

# --- plain folders and files ------------------------------------------------------------------------

case_plain_folder() {
    mkdir logs
    flows '2024-05-01 10:00' >logs/a.log
    flows '2024-05-02 10:00' >logs/b.log
    run top logs --by srcaddr --flows --csv
    returns 0
    says out '10.0.0.1,2'
    empty err
    run top logs --by srcaddr --flows --csv --since 2024-05-02
    returns 0
    says out '10.0.0.1,1'
    run ls logs --csv
    returns 0
    holds out <<EOT
time,size,account,region,flow_log_id,key,hash,modified
,$(stat -c %s logs/a.log),,,,logs/a.log,,
,$(stat -c %s logs/b.log),,,,logs/b.log,,
EOT
    run top logs --by srcaddr --account 1
    returns 2
    says err 'flowlog: error: logs: --account cannot choose here: no name is that of a flow log'
}

case_foreign_objects_in_a_folder() {
    bucket copy
    run top copy --by srcaddr --flows --csv
    returns 0
    says err 'flowlog: warning: copy: 1 object is skipped: its name is not that of a flow log'
    run top copy --by srcaddr --flows --csv --since 2024-01-01
    returns 0
    says out '10.0.0.1,24'
    empty err
}

case_named_files() {
    bucket copy
    local file=copy/AWSLogs/111111111111/vpcflowlogs/us-east-1/2024/05/01/111111111111_vpcflowlogs_us-east-1_fl-111111111111_20240501T1000Z_0a1b.log.gz
    run top $file --by srcaddr --flows --csv --since 2024-05-01T10:02 --account 111111111111
    returns 0
    says out '10.0.0.1,1'
    run top $file --by srcaddr --account 1
    returns 2
    says err 'no flow log here is wanted by --account'
    run top 'copy/AWSLogs/aaa*' $file --by srcaddr --since 2024-05-01 # what matches a pattern is meant
    returns 2
    says err 'copy/AWSLogs/aaa_foreign.txt:1: cannot tell the format'
    run ls 'copy/AWSLogs/*/vpcflowlogs/*/2024/05/*/*.gz' --since 2024-05-02 --until 2024-05-02 --csv
    [ "$(wc -l <out)" = 5 ] || fail "$(wc -l <out) lines"
    flows '2024-05-01 10:00' | (run top - --by srcaddr --flows --csv --since 2024-05-01; returns 0; says out '10.0.0.1,1')
}

# --- errors -----------------------------------------------------------------------------------------

case_errors() {
    bucket copy
    run ls copy --since 2024-13-01
    returns 2
    says err "--since: expected a time such as 2024-05-01, 2024-05-01T12:30Z, -2h or now, found '2024-13-01'"
    run ls copy --since 2024-05-02 --until 2024-05-01
    returns 2
    says err 'the range of time is empty: --since 2024-05-02T00:00:00Z is after --until 2024-05-01T23:59:59.999999Z'
    run ls copy --since 2025-01-01 --until 2025-01-02
    returns 2
    says err 'flowlog: error: copy: cannot open: no flow log here is wanted by --since and --until (2 objects listed in 14 requests'
    run ls copy --account ''
    returns 2
    says err "--account: expected a value, found ''"
    run ls
    returns 2
    says err 'no LOG is given'
    run ls nowhere
    returns 2
    says err 'nowhere: cannot open: No such file or directory'
    run ls copy nowhere --json
    returns 2
    is_json out
    says out '"incomplete":true'
    printf 'srcaddr dstaddr\n10.0.0.1 10.0.0.2\n' >a.log
    run top a.log --by srcaddr --since 2024-05-01
    returns 2
    says err 'end'
}

case_escapes() {
    mkdir $'odd\x1bname'
    flows '2024-05-01 10:00' >$'odd\x1bname/1_vpcflowlogs_us-east-1_fl-1_20240501T1000Z_a.log'
    run ls $'odd\x1bname'
    returns 0
    says out 'odd\x1bname'
    lacks out $'\x1b'
    run ls $'odd\x1bname' --account 2
    returns 2
    lacks err $'\x1b'
}

run_cases
