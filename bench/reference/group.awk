#!/usr/bin/mawk -f
# SPDX-License-Identifier: BSL-1.0
# The truth of the job "top": flows and bytes of each group of a log of the 14 default fields, in no order.
#
#   mawk -v keys=4,5,7 -v services=0 -f group.awk LOG…
#
# keys: the columns that make a group, or 4/5, so that a flow counts for both; services: 1 for only TCP flows to ports
# below 1024.

function add(group) {
    ++flows[group]
    bytes[group] += $10
}

BEGIN {
    both = split(keys, either, "/") == 2
    count = split(keys, key, ",")
}

NF != 14 || $14 != "OK" || (services && !($7 + 0 < 1024 && $8 == 6)) { next }
both {
    add($either[1])
    if ($either[1] != $either[2]) add($either[2])
    next
}
{
    group = $key[1]
    for (i = 2; i <= count; ++i) group = group "," $key[i]
    add(group)
}

END { for (group in flows) printf "%s,%.0f,%.0f\n", group, flows[group], bytes[group] }
