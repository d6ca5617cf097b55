# SPDX-License-Identifier: BSL-1.0
# The job "tag" as one would write it in awk: no checks but the status.
#
#   mawk -v lookup=lookup.csv -v protocols=protocols.csv -v out=DIR -f tag.awk LOG…
BEGIN {
    FS = ","
    while ((getline < protocols) > 0) name[$1] = $2
    while ((getline < lookup) > 0) tag[$1 "," tolower($2)] = $3
    FS = " "
}

$14 == "OK" { ++count[$7 " " $8] }

END {
    print "Port,Protocol,Count" > (out "/port_protocol_counts.csv")
    print "Tag,Count" > (out "/tag_counts.csv")
    for (key in count) {
        split(key, part, " ")
        protocol = part[2] in name ? name[part[2]] : part[2]
        pair = part[1] "," protocol
        print pair "," count[key] > (out "/port_protocol_counts.csv")
        tags[pair in tag ? tag[pair] : "Untagged"] += count[key]
    }
    for (t in tags) print t "," tags[t] > (out "/tag_counts.csv")
}
