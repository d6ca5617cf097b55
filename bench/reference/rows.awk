#!/usr/bin/mawk -f
# SPDX-License-Identifier: BSL-1.0
# Brings rows of flows to one form: addresses, ports, protocol, packets and bytes, by the headings of flowlog, AWS or nfdump.
#
#   mawk -v protocols=protocols.csv -f rows.awk rows.csv

function named(name) { return name in column ? column[name] : column[other[name]] }

BEGIN {
    FS = OFS = ","
    while (protocols != "" && (getline line < protocols) > 0) {
        split(line, cell, ",")
        number[toupper(cell[2])] = cell[1]
    }
    other["srcaddr"] = "sa"; other["dstaddr"] = "da"; other["srcport"] = "sp"; other["dstport"] = "dp"
    other["protocol"] = "pr"; other["packets"] = "ipkt"; other["bytes"] = "ibyt"
}

NR == 1 {
    for (i = 1; i <= NF; ++i) column[$i] = i
    src = named("srcaddr"); dst = named("dstaddr"); from = named("srcport"); to = named("dstport")
    protocol = named("protocol"); packets = named("packets"); bytes = named("bytes")
    next
}
NF > 9 { print $src, $dst, $from, $to, ($protocol in number ? number[$protocol] : $protocol), $packets, $bytes }
