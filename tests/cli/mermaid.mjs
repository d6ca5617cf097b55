// SPDX-License-Identifier: BSL-1.0
// mermaid.mjs FILE: prints what Mermaid reads in a flowchart, as JSON: the labels of nodes and edges. It needs the
// packages mermaid and jsdom.
import {readFileSync} from 'node:fs';
import {JSDOM} from 'jsdom';

const {window} = new JSDOM('');
globalThis.window = window;
globalThis.document = window.document;
const {default: mermaid} = await import('mermaid');

/** Undoes what Mermaid's encodeEntities does, and the entities of HTML that then remain, as its renderer does. */
function shown(text) {
    const html = text.replace(/ﬂ°°/g, '&#').replace(/ﬂ°/g, '&').replace(/¶ß/g, ';').replace(/<br\/>/g, '\n');
    return html.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(code));
}

const text = readFileSync(process.argv[2], 'utf8');
await mermaid.parse(text); // also registers the kinds of diagrams
const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
const data = diagram.db.getData();
console.log(JSON.stringify({
    type: diagram.type,
    title: diagram.db.getDiagramTitle(),
    nodes: data.nodes.map((node) => [node.id, shown(node.label)]),
    edges: data.edges.map((edge) => [edge.start, edge.end, shown(edge.label), edge.pattern, edge.style]),
}));
