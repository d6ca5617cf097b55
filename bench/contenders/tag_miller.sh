#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# The job "tag" in Miller: the log is counted by one mlr, what is left is named and tagged by others.
#
#   tag_miller.sh LOOKUP PROTOCOLS DIR LOG…
set -euo pipefail
lookup=$1 protocols=$2 out=$3
shift 3
mlr --icsvlite --ifs ' ' --ocsv count-distinct -f dstport,protocol,log-status -o Count "$@" |
    mlr --csv filter '${log-status} == "OK"' \
        then join --ur -j protocol -f "$protocols" \
        then put -q 'emit1 {"Port": $dstport, "Protocol": is_present($name) ? $name : $protocol, "Count": $Count}' \
        >"$out/port_protocol_counts.csv"
mlr --icsv --ocsv put '$protocol = tolower($protocol)' "$lookup" >"$out/lookup.csv"
mlr --csv join --ur -l dstport,protocol -r Port,Protocol -j Port,Protocol -f "$out/lookup.csv" \
    then put -q '@n[is_present($tag) ? $tag : "Untagged"] += $Count; end { emit @n, "Tag" }' \
    then rename n,Count "$out/port_protocol_counts.csv" >"$out/tag_counts.csv"
