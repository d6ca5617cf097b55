# SPDX-License-Identifier: BSL-1.0
"""graph.py dot|graphml|networkx|mermaid FILE DOCUMENT: compares what another program reads in a graph with the document
that `flowlog graph --format json` writes. FILE is what `dot -Tjson` or tests/cli/mermaid.mjs prints, or the GraphML itself.
All edges must be drawn (--all), between nodes of one kind, and without other keys. Exits with 77 if networkx is missing."""
import json
import sys
import xml.etree.ElementTree as xml

MEASURES = ("flows", "packets", "bytes")


def shown(identifier):
    """The name of a node, as it is drawn."""
    return "-" if identifier == "\\-" else identifier


def expected(document):
    nodes = sorted(shown(node["id"]) for node in document["nodes"])
    edges = [
        (shown(edge["source"]), shown(edge["target"]), edge["action"], *(edge[name] for name in MEASURES))
        for edge in document["edges"]
    ]
    return nodes, edges


def from_dot(path):
    with open(path, encoding="utf-8") as file:
        read = json.load(file)
    labels = [node["label"].replace("\\\\", "\\").replace("&amp;", "&") for node in read["objects"]]
    names = [node["name"].replace("\\%", "%") for node in read["objects"]]
    assert [shown(name) for name in names] == labels, f"{names} are called {labels}"
    edges = [
        (labels[edge["tail"]], labels[edge["head"]], edge.get("govpc_action"),
         *(int(edge["govpc_" + name]) for name in MEASURES))
        for edge in read["edges"]
    ]
    return labels, edges


def from_graphml(path):
    space = {"g": "http://graphml.graphdrawing.org/xmlns"}
    root = xml.parse(path).getroot()
    keys = {key.get("id"): (key.get("for"), key.get("attr.name")) for key in root.findall("g:key", space)}
    graph = root.find("g:graph", space)

    def values(kind, element):
        result = {}
        for data in element.findall("g:data", space):
            of, name = keys[data.get("key")]
            assert of == kind, f"{name} is declared for {of}, and used for {kind}"
            result[name] = data.text
        return result

    labels = {node.get("id"): values("node", node)["label"] for node in graph.findall("g:node", space)}
    edges = []
    for edge in graph.findall("g:edge", space):
        data = values("edge", edge)
        ends = labels[edge.get("source")], labels[edge.get("target")]
        edges.append((*ends, data.get("action"), *(int(data[name]) for name in MEASURES)))
    return list(labels.values()), edges


def from_networkx(path):
    try:
        import networkx
    except ImportError:
        sys.exit(77)
    graph = networkx.read_graphml(path, force_multigraph=True)
    labels = dict(graph.nodes(data="label"))
    edges = [
        (labels[a], labels[b], data.get("action"), *(data[name] for name in MEASURES))
        for a, b, data in graph.edges(data=True)
    ]
    return list(labels.values()), edges


def from_mermaid(path, document):
    """Mermaid has only the ends of edges and their labels; the actions and measures are taken from the document."""
    with open(path, encoding="utf-8") as file:
        read = json.load(file)
    labels = {name: label for name, label in read["nodes"] if name != "notes"}
    assert len(read["edges"]) == len(document["edges"]), f"{len(read['edges'])} edges"
    edges = []
    for (start, end, _, pattern, _), edge in zip(read["edges"], document["edges"]):
        assert pattern == ("dotted" if edge["action"] == "REJECT" else "normal"), f"an edge is {pattern}"
        edges.append((labels[start], labels[end], edge["action"], *(edge[name] for name in MEASURES)))
    return list(labels.values()), edges


def main():
    what, path, document = sys.argv[1:]
    with open(document, encoding="utf-8") as file:
        document = json.load(file)
    readers = {"dot": from_dot, "graphml": from_graphml, "networkx": from_networkx}
    nodes, edges = from_mermaid(path, document) if what == "mermaid" else readers[what](path)
    order = lambda edge: tuple(map(str, edge))
    right_nodes, right_edges = expected(document)
    assert sorted(nodes) == right_nodes, f"{what} has the nodes {sorted(nodes)}, not {right_nodes}"
    assert sorted(edges, key=order) == sorted(right_edges, key=order), f"{what} has the edges {edges}, not {right_edges}"


if __name__ == "__main__":
    main()
