#!/usr/bin/mawk -f
# SPDX-License-Identifier: BSL-1.0
# The truth of the job "digest": the lines of the digest of a log of the 14 default fields, in no order.
#
#   mawk -f digest.awk LOG…

NF != 14 || $14 != "OK" { next }
{
    if ($6 != 0 && $7 != 0) {
        if ($6 + 0 >= $7 + 0) $6 = 0
        else $7 = 0
    }
    line = $2 " " $3 " " $4 " " $5 " " $6 " " $7 " " $8 " " $13
    if (!(line in packets) || $11 < start[line]) start[line] = $11 + 0
    if (!(line in packets) || $12 > end[line]) end[line] = $12 + 0
    packets[line] += $9
    bytes[line] += $10
}

END {
    for (line in packets) {
        split(line, key, " ")
        printf "2 %s %s %s %s %s %s %s %.0f %.0f %.0f %.0f %s OK\n", key[1], key[2], key[3], key[4], key[5], key[6],
            key[7], packets[line], bytes[line], start[line], end[line], key[8]
    }
}
