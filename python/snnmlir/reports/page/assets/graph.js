// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Draws the graph: dagre says where nodes and edges go.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const HEAD = 24;
const LINE = 17;
const PAD = 9;
const SMALLEST = 0.72; // of the drawing, beside its size on a wide screen

function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function shortened(text, most) {
  const characters = [...text];
  return characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : text;
}

const measure = (() => {
  const context = document.createElement("canvas").getContext("2d");
  return (text, bold) => {
    context.font = `${bold ? "600 " : ""}12.5px system-ui, sans-serif`;
    return context.measureText(text).width;
  };
})();

function laidOut(nodes, edges, direction) {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: direction, nodesep: 22, ranksep: 26, marginx: 6, marginy: 6 });
  graph.setDefaultEdgeLabel(() => ({}));
  nodes.forEach((node, index) => {
    const title = shortened(node.name, 26);
    const widths = [measure(title, true), measure(`${node.type}, refused`, false), ...node.lines.map((line) => measure(line, false))];
    const width = Math.max(84, Math.ceil(Math.max(...widths)) + 2 * PAD);
    const height = HEAD + LINE * (1 + node.lines.length) + PAD;
    graph.setNode(String(index), { width, height, title });
  });
  edges.forEach(({ source, target }) => graph.setEdge(String(source), String(target)));
  dagre.layout(graph);
  return graph;
}

function drawNode(node, { x, y, width, height, title }) {
  const left = x - width / 2;
  const top = y - height / 2;
  const link = svg("a", { href: `#${node.anchor}`, class: `node ${node.kind}${node.refused ? " refused" : ""}` });
  if (title !== node.name) link.append(svg("title", {}, node.name));
  link.append(svg("rect", { x: left, y: top, width, height, rx: 7, class: "body" }));
  const d = `M${left},${top + HEAD}v${7 - HEAD}a7,7 0 0 1 7,-7h${width - 14}a7,7 0 0 1 7,7v${HEAD - 7}z`;
  link.append(svg("path", { d, class: "head" }));
  link.append(svg("text", { x: left + PAD, y: top + 16.5, class: "name" }, `${title} `));
  [node.refused ? `${node.type}, refused` : node.type, ...node.lines].forEach((line, row) => {
    const attributes = { x: left + PAD, y: top + HEAD + 15 + row * LINE, class: row ? "line" : "line type" };
    link.append(svg("text", attributes, `${line} `)); // the spaces are for screen readers
  });
  return link;
}

function drawEdge(points, edge) {
  const [first, ...rest] = points;
  let d = `M${first.x},${first.y}`;
  for (let k = 0; k + 1 < rest.length; k += 1) {
    const end = k + 2 < rest.length
      ? { x: (rest[k].x + rest[k + 1].x) / 2, y: (rest[k].y + rest[k + 1].y) / 2 } : rest[k + 1];
    d += `Q${rest[k].x},${rest[k].y} ${end.x},${end.y}`;
  }
  return svg("path", { d, class: edge.cut ? "edge cut" : "edge", "marker-end": "url(#arrow)" });
}

function drawGraph(parent, { nodes, edges }) {
  const room = parent.parentElement.clientWidth - 24;
  let graph = laidOut(nodes, edges, "LR");
  const isWide = room >= 640 && graph.graph().width * SMALLEST <= room;
  if (!isWide) graph = laidOut(nodes, edges, "TB");
  const { width, height } = graph.graph(); // of nodes; edges may leave it
  const scale = isWide ? Math.min(1, room / width) : Math.min(1, Math.max(SMALLEST, room / width));
  parent.parentElement.classList.toggle("tall", !isWide && width * scale < room * 0.34);
  const drawing = svg("svg", {
    role: "group", "aria-label": "The network's graph; each node leads to what is said of it",
  });
  const arrow = svg("marker", {
    id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto",
  });
  arrow.append(svg("path", { d: "M0,0.6L8,4L0,7.4z", class: "tip" }));
  drawing.append(svg("defs", {}, arrow));
  edges.forEach((edge) => {
    const { points } = graph.edge(String(edge.source), String(edge.target));
    drawing.append(drawEdge(points, edge));
  });
  nodes.forEach((node, index) => drawing.append(drawNode(node, graph.node(String(index)))));
  parent.replaceChildren(drawing);
  const box = drawing.getBBox();
  const left = Math.min(0, box.x - 4);
  const top = Math.min(0, box.y - 4);
  const right = Math.max(width, box.x + box.width + 4);
  const bottom = Math.max(height, box.y + box.height + 4);
  drawing.setAttribute("viewBox", `${left} ${top} ${right - left} ${bottom - top}`);
  drawing.setAttribute("width", (right - left) * scale);
  drawing.setAttribute("height", (bottom - top) * scale);
}
