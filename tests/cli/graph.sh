#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# graph.sh FLOWLOG [CASE…]: runs 'flowlog graph' on logs, and has its graphs read by Graphviz, by networkx, and by Mermaid if
# MERMAID names a folder with its node_modules. Runs all cases, or those named.
source "$(dirname "${BASH_SOURCE[0]}")/cases.sh"
govpc=$(realpath "$here/../data/govpc/dot")

# a log with a heading: accepted, rejected, neither; both ways; a loop
talkers() {
    cat <<'END'
srcaddr dstaddr srcport dstport protocol packets bytes start end action
10.0.0.1 10.0.1.1 40000 443 6 10 5000 1714564925 1714564935 ACCEPT
10.0.0.1 10.0.1.1 40001 443 6 10 3000 1714564925 1714564935 ACCEPT
10.0.1.1 10.0.0.1 443 40000 6 20 90000 1714564925 1714564935 ACCEPT
10.0.0.1 10.0.1.1 40002 22 6 1 40 1714564990 1714564991 REJECT
10.0.0.2 8.8.8.8 50000 53 17 1 70 1714565290 1714565291 -
10.0.0.2 10.0.0.2 1 2 17 1 10 1714565290 1714565291 ACCEPT
END
}

# labels that mean something in one of the formats, and one that is no UTF-8
hostile_labels() {
    cat <<'END'
10.0.0.1/32,"%%{init: {""theme"":""dark""}}%%"
10.0.0.2/32,"style a:b#quot;; </text><script>alert(1)</script>"
10.0.0.3/32,"`md` **b** ""] --> x[ \N \E \"
10.0.0.4/32,"&lt; &amp; &#35; #35; end"
10.0.0.6/32,-
10.0.0.7/32,"]]> ' <!-- subgraph --> $x$"
END
    printf '10.0.0.5/32,"caf\303\251 \377 \033[31m | click\357\277\277 \342\200\256"\n'
}

# flows between all of them, and between addresses without a label
hostile_log() {
    echo srcaddr dstaddr packets bytes action
    for from in 1 2 3 4 5 6 7 8; do
        for to in 1 3 5 8; do echo "10.0.0.$from 10.0.0.$to 2 $((from * 1000 + to)) ACCEPT"; done
    done
    echo 10.0.0.2 10.0.0.3 1 7 REJECT
    echo 10.0.0.2 10.0.0.3 1 8 -
}

has_dot() { command -v dot >/dev/null || { echo '    Graphviz is not installed: nothing was drawn'; return 1; }; }

has_python() { command -v python3 >/dev/null || { echo '    no Python: not compared'; return 1; }; }

# The Python of build/stores, which has networkx, or any.
python() {
    local own=$here/../../build/stores/bin/python
    [ -x "$own" ] || own=$(command -v python3) || return 77
    "$own" "$@"
}

# same FORMAT FILE: FILE has the graph of the document in graph.json
same() {
    python "$here/graph.py" "$1" "$2" graph.json 2>diff
    case $? in
        0) ;;
        77) echo "    not read with $1, which is not installed, or without Python" ;;
        *) fail "$1 reads another graph:"; show diff ;;
    esac
}

# --- formats ----------------------------------------------------------------------------------------

case_dot() {
    talkers >a.log
    run graph a.log --quiet
    returns 0
    empty err
    says out 'srcaddr → dstaddr'
    says out '98.1 kB in 6 flows, 2024-05-01 12:02:05 to 12:08:11 UTC'
    says out '"10.0.1.1" -> "10.0.0.1" [govpc_action="ACCEPT" govpc_flows="1" govpc_packets="20" govpc_bytes="90000" govpc_start="1714564925" govpc_end="1714564935" color="#2e8b57" penwidth=7.70 label="90 kB\n "'
    says out '"10.0.0.1" -> "10.0.1.1" [govpc_action="ACCEPT" govpc_flows="2" govpc_packets="20" govpc_bytes="8000"'
    says out '"10.0.0.1" -> "10.0.1.1" [govpc_action="REJECT" govpc_flows="1"'
    says out 'color="#d1242f" style=dashed'
    says out '"10.0.0.2" -> "8.8.8.8" [govpc_flows="1" govpc_packets="1" govpc_bytes="70"'
    says out '"8.8.8.8" [label="8.8.8.8" fillcolor="#fff3d6"'
    lacks out 'more edge'
    has_dot || return
    dot -Tsvg out >svg 2>warnings || fail 'dot draws nothing'
    empty warnings
    says svg '90 kB'
}

# What other programs read in a graph with hostile names is that graph.
case_names_survive() {
    hostile_labels >map.csv
    hostile_log >a.log
    for format in json dot graphml mermaid; do
        run graph a.log --by 'label(srcaddr)' --map map.csv --all --quiet --format $format
        returns 0
        empty err
        mv out graph.$format
        if grep -qaP '[\x00-\x08\x0b-\x1f\x7f]' graph.$format; then fail "$format has control characters"; fi
    done
    is_json graph.json
    [ "$(grep -o '"source"' graph.json | wc -l)" = 34 ] || fail 'the document has not 34 edges'
    same graphml graph.graphml
    same networkx graph.graphml
    if [ -n "${MERMAID-}" ]; then
        cp "$here/mermaid.mjs" "$MERMAID/read.mjs"
        node "$MERMAID/read.mjs" graph.mermaid >read.json 2>warnings || { fail 'Mermaid reads nothing:'; show warnings; }
        same mermaid read.json
    fi
    has_dot || return
    dot -Tjson graph.dot >read.json 2>warnings || fail 'dot reads nothing'
    empty warnings
    same dot read.json
    dot -Tsvg graph.dot >graph.svg
    lacks graph.svg '<script'
    has_python || return
    python -c 'import xml.dom.minidom; xml.dom.minidom.parse("graph.svg")' || fail 'the SVG is no XML'
}

case_json() {
    talkers >a.log
    run graph a.log --by 'srcaddr,dstaddr,dstport' -n 1 --format json
    returns 0
    is_json out
    sed 's/"total":.*//' out | tr -d '\n' >members
    printf '%s' '{"flows":6,"by":["srcaddr","dstaddr","dstport"],"sort":"bytes","nodes":[{"id":"10.0.1.1","name":"10.0.1.1"},' \
        '{"id":"10.0.0.1","name":"10.0.0.1"}],"edges":[{"source":"10.0.1.1","target":"10.0.0.1","keys":{"dstport":40000},' \
        '"action":"ACCEPT","flows":1,"packets":20,"bytes":90000,"first":"2024-05-01T12:02:05Z","last":"2024-05-01T12:02:15Z"}],' \
        '"left_out":4,"rest":{"flows":5,"packets":23,"bytes":8120,"first":"2024-05-01T12:02:05Z","last":"2024-05-01T12:08:11Z"},' \
        '"all":{"flows":6,"packets":43,"bytes":98120,"first":"2024-05-01T12:02:05Z","last":"2024-05-01T12:08:11Z"},' \
        '"saturated":false,"warnings":[],"incomplete":false,' | holds members
}

case_mermaid() {
    talkers >a.log
    run graph a.log -n 1 --format mermaid --title 'Who "talks"' --quiet
    returns 0
    holds out <<'END'
---
title: "Who \"talks\""
---
flowchart LR
    notes["98.1 kB in 6 flows, 2024-05-01 12#58;02#58;05 to 12#58;08#58;11 UTC<br/>Drawn#58; the 1 largest of 5 edges, 91.7#37; of the bytes"]
    n0["10.0.1.1"]
    n1["10.0.0.1"]
    others["other sources"]
    elsewhere["other destinations"]
    n0 -->|"90 kB"| n1
    others -.->|"4 more edges<br/>8.12 kB"| elsewhere
    linkStyle 0 stroke:#2e8b57,stroke-width:7.7px
    linkStyle 1 stroke:#8c98a4,stroke-width:3.0px
    style notes fill:none,stroke:none
END
    { echo srcaddr dstaddr; for i in {1..2}; do for j in {1..251}; do echo "10.0.$i.1 10.1.$i.$j"; done; done; } >b.log
    run graph b.log --all --format mermaid --quiet
    returns 0
    says err 'flowlog: warning: Mermaid draws at most 500 edges unless its maxEdges is set; these are 502'
}

# --- nodes and edges --------------------------------------------------------------------------------

# Prints the edges of the document in out, one a line.
edges() {
    python -c '
import json
for edge in json.load(open("out"))["edges"]:
    print(edge["source"], ">", edge["target"], *edge.get("keys", {}).values(), edge["action"], edge["flows"], edge["bytes"])'
}

case_keys() {
    has_python || return
    talkers >a.log
    printf '10.0.0.0/24,office\n10.0.1.0/24,"data ""center"""\n' >map.csv
    printf '443,tcp,web\n' >tags.csv
    run graph a.log --by 'label(srcaddr)' --map map.csv --format json
    returns 0
    edges >found
    holds found <<'END'
data "center" > office ACCEPT 1 90000
office > data "center" ACCEPT 2 8000
office > \- None 1 70
office > data "center" REJECT 1 40
office > office ACCEPT 1 10
END
    run graph a.log --by 'dstaddr/16' --format json
    edges >found
    holds found <<'END'
10.0.0.0/16 > 10.0.0.0/16 ACCEPT 4 98010
10.0.0.0/16 > 8.8.0.0/16 None 1 70
10.0.0.0/16 > 10.0.0.0/16 REJECT 1 40
END
    run graph a.log --by tag --lookup tags.csv --format json
    edges >found
    holds found <<'END'
srcaddr=10.0.1.1 > tag=Untagged ACCEPT 1 90000
srcaddr=10.0.0.1 > tag=web ACCEPT 2 8000
srcaddr=10.0.0.2 > tag=Untagged None 1 70
srcaddr=10.0.0.1 > tag=Untagged REJECT 1 40
srcaddr=10.0.0.2 > tag=Untagged ACCEPT 1 10
END
    run graph a.log --by 'class(ip),service' --format json
    returns 2
    run graph a.log --by 'class(srcaddr),class(dstaddr),service' --where 'dstport < 100' --sort flows --format json
    returns 0
    edges >found
    holds found <<'END'
private > public 53/udp None 1 70
private > private 1/udp ACCEPT 1 10
private > private 22/tcp REJECT 1 40
END
}

# What is drawn is the same groups that top ranks by the same keys.
case_as_top() {
    has_python || return
    local archive=$archives/nfdump/v1-1625-all.nfdump
    for keys in srcaddr,dstaddr srcaddr/16,dstaddr/16 srcaddr,service 'class(srcaddr),class(dstaddr),protocol'; do
        run top "$archive" --by "$keys" --flows --sum packets,bytes --sort bytes --all --csv
        returns 0
        tail -n +2 out | awk -F, '{ print $(NF - 2), $(NF - 1), $NF }' >expected
        run graph "$archive" --by "$keys" --all --format json
        returns 0
        python -c 'import json; [print(e["flows"], e["packets"], e["bytes"]) for e in json.load(open("out"))["edges"]]' >found
        [ "$(wc -l <expected)" -gt 1 ] || fail "there is one edge by $keys"
        holds found <expected
    done
}

case_what_is_left_out() {
    talkers >a.log
    run graph a.log -n 1
    returns 0
    says err 'Drawn: the 1 largest of 5 edges, 91.7% of the bytes; -n N or --all draws more'
    says err '7 lines = 6 records + 0 NODATA + 0 SKIPDATA + 0 malformed + 1 header + 0 blank'
    says out 'Drawn: the 1 largest of 5 edges, 91.7% of the bytes'
    says out '"\sources" -> "\destinations" [govpc_leftOut="4" govpc_flows="5" govpc_packets="23" govpc_bytes="8120"'
    says out 'label="4 more edges\n8.12 kB"'
    run graph a.log -n 1 --format graphml
    says out '<data key="left_out">4</data>'
    run graph a.log -n 0 --quiet
    returns 0
    empty err
    says out 'label="5 more edges\n98.1 kB\n "'
    run graph a.log --all
    lacks out 'more edge'
    lacks err Drawn
    { echo srcaddr dstaddr; for i in {1..60}; do echo "10.0.0.1 10.1.0.$i"; done; } >b.log
    run graph b.log
    says err 'Drawn: the 50 largest of 60 edges, 83.3% of the flows'
    says out 'label="10 more edges\n10 flows"'
    run graph b.log -n 2
    says err "3.3% of the flows; --by srcaddr/24 or 'label(srcaddr)' draws larger edges"
}

case_threads_make_no_difference() {
    "$flowlog" print "$archives/nfdump/v1-1625-all.nfdump" --vpc >a.log
    run graph a.log -n 7 --quiet --threads 1
    mv out one
    run graph a.log -n 7 --quiet --threads 3
    holds out <one
}

# --- what a reader must know --------------------------------------------------------------------------

case_damage_is_in_the_picture() {
    talkers >a.log
    echo '10.0.0.1 10.0.1.x 1 2 6 1 10 1714564925 1714564935 ACCEPT' >>a.log
    printf '2 123456789012 eni-1 - - - - - - - 1620140761 1620140821 - SKIPDATA\n' >b.log
    printf '2 123456789012 eni-1 10.0.0.1 10.0.0.2 1234 443 6 1 40 1620140761 1620140821 ACCEPT OK\n' >>b.log
    for format in dot graphml mermaid; do
        run graph a.log b.log missing.log --format $format
        returns 2
        says err 'a.log:8:10: dstaddr'
        says err 'missing.log'
        says err 'INCOMPLETE: 1 of 3 inputs could not be read to the end'
        says out '1 malformed line is not counted'
        says out 'INCOMPLETE'
        says out 'AWS lost records of 1 window'
    done
    run graph a.log b.log missing.log --format json --keep-going
    returns 0
    is_json out
    says out '"incomplete":true'
    says out '"malformed":1'
    says out 'AWS lost records of 1 window'
    run graph a.log --strict --quiet
    returns 1
    run graph missing.log
    returns 2
    empty out
}

# --- usage ------------------------------------------------------------------------------------------

case_usage() {
    printf 'srcaddr dstaddr bytes\n10.0.0.1 10.0.0.2 5\n' >two_way.log
    run graph two_way.log --two-way reverse
    returns 2
    empty out
    says err '--two-way reverse puts the way back into reverse-packets and reverse-bytes, which graph does not count'
    talkers >a.log
    refused() {
        local why=$1
        shift
        run graph "$@"
        returns 2
        empty out
        says err "$why"
    }
    refused "key 'pair': it is both ends of a flow at once; name the key of one end, such as srcaddr" a.log --by pair
    refused "key 'ip': it is both ends of a flow, so that it cannot be one key of several" a.log --by ip,service
    refused 'the key tag needs a table of tags: --lookup FILE' a.log --by tag
    refused '--by names srcaddr twice' a.log --by srcaddr,srcaddr
    refused "--by: expected a value, found ','" a.log --by ,
    refused "no field is called 'srcadr'; did you mean 'srcaddr'?" a.log --by srcadr
    refused "expected dot|graphml|mermaid|json, or the columns of logs without a header line ('\${srcaddr} \${dstaddr} ...'), found 'graphlm'; did you mean 'graphml'?" a.log --format graphlm
    refused "expected bytes|packets|flows, found 'first'" a.log --sort first
    refused '--raw is for --format dot alone' a.log --raw --format json
    refused '--raw draws every flow between its addresses: --by, --lookup, --map, --sort and --title do not go with it' a.log --raw --by ip
    refused '--lookup, --map' a.log --raw --map x.csv
    refused '-n excludes --raw' a.log --raw -n 3
    refused '-n excludes --all' a.log --all -n 3
    refused 'no LOG is given'
    printf 'srcaddr bytes\n10.0.0.1 3\n' >b.log
    refused 'b.log: has no dstaddr; it has srcaddr, bytes' b.log
    printf 'srcaddr dstaddr\n10.0.0.1 10.0.0.2\n' >c.log
    refused 'c.log: has no bytes; it has srcaddr, dstaddr' c.log --sort bytes
}

# --format is also the columns of a log, as in other commands
case_columns() {
    printf '10.0.0.1 10.0.0.2 40\n' >a.log
    run graph a.log --format '${srcaddr} ${dstaddr} ${bytes}' --format json
    returns 0
    says out '"source":"10.0.0.1","target":"10.0.0.2","action":null,"flows":1,"packets":0,"bytes":40'
    run graph a.log --format 'srcaddr dstaddr bytes' --quiet
    returns 0
    says out '"10.0.0.1" -> "10.0.0.2" [govpc_flows="1" govpc_packets="0" govpc_bytes="40"'
}

# --- raw --------------------------------------------------------------------------------------------

# The library's tests compare all of go-vpc's cases; these are two of them, from end to end.
case_raw() {
    run graph "$govpc/undigested_input/input.log" --raw
    returns 0
    says err '5 edges drawn'
    sed -e 's/n1723116139/"172.31.16.139"/; s/n172311621 /"172.31.16.21" /' "$govpc/undigested_input/expected.dot" | sort >expected
    sort out >found
    holds found <expected
    run graph "$govpc/bad-port/input.log" --raw --quiet
    returns 0
    printf 'digraph {\n}\n' | holds out
    says err "srcport: expected a port (0-65535), found 'NaN'"
    talkers >a.log
    run graph a.log --raw --where 'dstport < 100' --quiet
    returns 0
    [ "$(grep -c -e '->' out)" = 3 ] || fail 'not three edges'
    has_dot || return
    dot -Tsvg out >svg 2>warnings || fail 'dot draws nothing'
    empty warnings
    run graph missing.log a.log --raw
    returns 2
    says out '}'
    says err missing.log
}

run_cases
