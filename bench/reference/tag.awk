#!/usr/bin/mawk -f
# SPDX-License-Identifier: BSL-1.0
# The truth of the job "tag", independent of the library: reads logs of the 14 default fields, checks the fields that
# the job reads, and says what became of each line.
#
#   mawk -v lookup=lookup.csv -v protocols=protocols.csv -v out=DIR -f tag.awk LOG…  >accounting.csv
#
# Writes DIR/tag_counts.csv and DIR/port_protocol_counts.csv, in no order. The lookup table is a plain one: a heading,
# no quotes, no pair twice, names of protocols in any case or numbers.

function digits(text, most) { return text ~ /^[0-9]+$/ && text + 0 <= most }

BEGIN {
    while ((getline line < protocols) > 0) {
        split(line, cell, ",")
        name[cell[1]] = cell[2]
        number[cell[2]] = cell[1]
    }
    while ((getline line < lookup) > 0) {
        sub(/\r$/, "", line)
        split(line, cell, ",")
        protocol = tolower(cell[2])
        if (protocol in number) protocol = number[protocol]
        tag[cell[1] "," protocol] = cell[3]
    }
}

{ sub(/\r$/, "") }
NF == 0 { ++blank; next }
NF == 14 && $7 == "dstport" && $8 == "protocol" { ++headers; next }
NF != 14 { ++malformed; next }
$14 == "NODATA" { ++nodata; next }
$14 == "SKIPDATA" { ++skipdata; next }
$14 != "OK" || !digits($7, 65535) || !digits($8, 255) { ++malformed; next }
{ ++flows; ++pairs[($7 + 0) "," ($8 + 0)] }

END {
    pair_file = out "/port_protocol_counts.csv"
    tag_file = out "/tag_counts.csv"
    print "Port,Protocol,Count" > pair_file
    for (pair in pairs) {
        split(pair, cell, ",")
        protocol = cell[2] in name ? name[cell[2]] : cell[2]
        printf "%s,%s,%.0f\n", cell[1], protocol, pairs[pair] > pair_file
        if (pair in tag) {
            tags[tag[pair]] += pairs[pair]
        } else {
            untagged += pairs[pair]
        }
    }
    print "Tag,Count" > tag_file
    for (t in tags) printf "%s,%.0f\n", t, tags[t] > tag_file
    printf "Untagged,%.0f\n", untagged > tag_file
    printf "flows,%.0f\nnodata,%.0f\nskipdata,%.0f\nmalformed,%.0f\nheaders,%.0f\nblank,%.0f\n",
        flows, nodata, skipdata, malformed, headers, blank
}
