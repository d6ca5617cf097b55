#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# recipes.sh FLOWLOG: every command of docs/recipes.md runs and finds something. tests/oracle/recipes_oracle.py compares
# what they print with DuckDB.
source "$(dirname "${BASH_SOURCE[0]}")/cases.sh"
page=$(realpath "$here/../../docs/recipes.md")

# Makes what the commands name: the folder `logs`, a list of addresses and two tables.
make_inputs() {
    mkdir -p logs
    awk 'BEGIN {
        print "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status vpc-id " \
            "subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region flow-direction"
        for (i = 0; i < 400; ++i) {
            start = 1714557600 + (i < 280 ? 0 : i * 400)
            source = i < 280 ? "8.8.4.9" : i % 7 ? "10.0.1." i % 9 : i % 2 ? "2001:db8::" i % 5 : "8.8.4." i % 5
            target = i % 5 ? "10.0.2." i % 4 : i % 3 ? "10.0.1.5" : "1.1.1." i % 3
            port = 1 + (i * 37) % 60000
            if (i % 3 == 0) port = i % 2 ? 22 : 3389
            if (i % 11 == 0) port = 443
            print 5, 123456789010, "eni-" i % 3, source, target, 40000 + i, port, i % 5 ? 6 : 17, i % 10 ? i + 1 : 2000,
                i % 20 == 5 ? 600000000 : 40 * (i % 10 ? i + 1 : 3), start, start + 60,
                i % 4 ? "ACCEPT" : "REJECT", "OK", "vpc-1", "subnet-" i % 3, i % 4 ? "i-" i % 3 : "-", i % 8 ? 19 : 2,
                source ~ /:/ ? "IPv6" : "IPv4", i % 3 ? source : "10.0.9.9", target, "eu-west-1", i % 2 ? "ingress" : "egress"
        }
        print 5, 123456789010, "eni-1 - - - - - - - 1714557600 1714557660 - SKIPDATA vpc-1 - - - - - - eu-west-1 -"
    }' >logs/vpc.log
    printf '# bad\n8.8.4.0/30\n1.1.1.2\n' >bad.txt
    printf 'cidr,label\n10.0.1.0/24,web\n10.0.2.0/24,data\n' >subnets.csv
    printf 'dstport,protocol,tag\n443,tcp,web\n22,tcp,ssh\n' >lookup_table.csv
}

case_every_command_of_the_page_finds_something() {
    make_inputs
    local count=0 line
    while IFS= read -r line; do
        count=$((count + 1))
        eval "set -- ${line#    flowlog }"
        run "$@" --quiet --csv
        [ "$rc" = 0 ] || { fail "exit code $rc: $line"; show err; }
        [ "$(wc -l <out)" -gt 1 ] || { fail "nothing is found: $line"; show out; }
        run "$@" --json --quiet
        is_json out
    done < <(grep '^    flowlog ' "$page")
    [ $count -ge 35 ] || fail "only $count commands"
}

case_every_recipe_has_a_name_and_a_command() {
    grep -c '^    flowlog ' "$page" >commands
    grep -c '^\*\*' "$page" | holds commands
}

run_cases
