"use strict";
// The graph of accounts and what they share, with cytoscape.js; places come with the report, nothing is laid out here.
const graph = {
  // Literal values by class: cytoscape shares what it computes for those, and calls a function for each element.
  style(opacity) {
    const ink = report.colour("ink"), surface = report.colour("surface"), soft = report.colour("soft");
    return [
      { selector: "node", style: { "font-family": "system-ui, sans-serif", "font-size": 19, color: ink, "text-outline-color": surface, "text-outline-width": 3, "min-zoomed-font-size": 7 } },
      { selector: ".account", style: { shape: "ellipse", width: 20, height: 20, "background-color": surface, "border-width": 2.5, "border-color": soft } },
      { selector: ".heir", style: { "border-style": "double", "border-width": 5 } },
      { selector: ".value", style: { shape: "round-rectangle", width: "data(size)", height: "data(size)", label: "data(label)", "text-halign": "right", "text-valign": "center", "text-margin-x": 5, "text-max-width": 330, "text-wrap": "ellipsis" } },
      { selector: ".value.left", style: { "text-halign": "left", "text-margin-x": -5 } },
      { selector: "edge", style: { width: 1, "curve-style": "haystack", "haystack-radius": 0, opacity } },
      ...["identity", "network", "client", "content", "time", "other"].flatMap((name) => [
        { selector: `.value.of-${name}`, style: { "background-color": report.colour(name) } },
        { selector: `edge.of-${name}`, style: { "line-color": report.colour(name) } },
      ]),
      { selector: ".value.bare", style: { label: "" } },
      { selector: ".value.on, .value:selected", style: { label: "data(label)" } },
      { selector: ".off", style: { opacity: 0.09 } },
      { selector: "edge.on", style: { opacity: 0.95, width: 2 } },
      { selector: "node.on", style: { "z-index": 9 } },
      { selector: ".account.named", style: { label: "data(label)", "text-valign": "bottom", "text-margin-y": 3, "font-size": 15 } },
      { selector: ":selected", style: { "border-width": 4, "border-color": report.colour("accent") } },
    ];
  },
  size(members) {
    return Math.min(13 + 3 * Math.sqrt(members), 38);
  },
  draw(key) {
    const box = document.getElementById(key + "-graph");
    if (!box) return;
    const data = report.data(key);
    const elements = [];
    const heir = data.roles.indexOf("heir");
    const [indices, xs, ys] = data.graph.accounts;
    indices.forEach((index, n) => elements.push({ data: { id: "a" + n, index, label: data.names[index] }, position: { x: xs[n], y: ys[n] }, classes: "account" + (data.role[index] === heir ? " heir" : "") }));
    data.graph.values.forEach(([channel, signal, value, members, outside, x, y], n) => elements.push({ data: { id: "v" + n, channel, signal, value, members, outside, label: `${signal} ${value}`, size: graph.size(members) }, position: { x, y }, classes: `value of-${report.family(channel)}${x < -4 ? " left" : ""}` }));
    const [from, to] = data.graph.edges;
    const opacity = Math.max(0.16, Math.min(0.6, 120 / from.length));
    from.forEach((account, at) => elements.push({ data: { source: "a" + account, target: "v" + to[at] }, classes: "of-" + report.family(data.graph.values[to[at]][0]) }));
    const cy = cytoscape({ container: box, elements, style: graph.style(opacity), layout: { name: "preset" }, minZoom: 0.1, maxZoom: 4, userZoomingEnabled: false, boxSelectionEnabled: false, autoungrabify: true });
    box.cy = cy;
    graph.fit(box, cy);
    const hint = document.getElementById(key + "-graph-hint");
    const first = hint.textContent;
    const clear = () => { cy.elements().removeClass("on off named"); hint.textContent = first; };
    const show = (node) => {
      const near = node.closedNeighborhood();
      cy.elements().addClass("off").removeClass("on named");
      near.removeClass("off").addClass("on");
      near.nodes(".account").addClass("named");
      const others = near.nodes().difference(node);
      hint.textContent = node.hasClass("value")
        ? `${node.data("channel")} · ${node.data("signal")} ${node.data("value")}: held by ${report.count(node.data("members"))} members and ${report.count(node.data("outside"))} others`
        : `${node.data("label")} holds ${others.map((one) => one.data("signal") + " " + one.data("value")).join("; ") || "none of these"}`;
    };
    cy.on("mouseover", "node", (event) => { if (!cy.$(":selected").length) show(event.target); });
    cy.on("mouseout", "node", () => { if (!cy.$(":selected").length) clear(); });
    cy.on("select", "node", (event) => show(event.target));
    cy.on("unselect", "node", clear);
    cy.on("dbltap", ".account", (event) => members.find(key, event.target.data("index")));
    graph.tools(box, cy);
    report.charts.push({ box, draw: () => { cy.style(graph.style(opacity)); graph.fit(box, cy); } });
  },
  fit(box, cy) {
    const narrow = box.clientWidth < 560; // no room for labels: those of what is chosen are shown
    const { w, h } = cy.elements().boundingBox({ includeLabels: false, includeOverlays: false });
    const height = (box.clientWidth * (h + 60)) / (w + (narrow ? 40 : 660));
    box.style.height = Math.round(Math.max(narrow ? 200 : 280, Math.min(height, 640))) + "px";
    cy.resize();
    cy.nodes(".value").toggleClass("bare", narrow);
    cy.fit(undefined, narrow ? 10 : 24);
  },
  // The same picture as lines and text for paper: a canvas would be blank or blurred there.
  paper(key) {
    const box = document.getElementById(key + "-graph");
    if (!box) return;
    const { names, graph: { accounts: [indices, xs, ys], values, edges: [from, to] } } = report.data(key);
    const wide = Math.max(...values.map((value) => Math.abs(value[5])), ...xs.map(Math.abs)) + 400;
    const high = Math.max(...values.map((value) => Math.abs(value[6])), ...ys.map(Math.abs)) + 30;
    const drawn = report.el("svg", { viewBox: `${-wide} ${-high} ${2 * wide} ${2 * high}`, class: "paper" + (indices.length < 9 ? " few" : "") });
    const cut = (text) => (text.length > 34 ? text.slice(0, 33) + "…" : text);
    from.forEach((account, at) => {
      const [channel, , , , , x, y] = values[to[at]];
      drawn.append(report.el("line", { x1: xs[account], y1: ys[account], x2: x, y2: y, stroke: report.channel(channel), "stroke-width": 1.2, opacity: Math.max(0.16, Math.min(0.5, 120 / from.length)) }));
    });
    indices.forEach((index, n) => drawn.append(report.el("circle", { cx: xs[n], cy: ys[n], r: 9, fill: "#fff", stroke: report.colour("soft"), "stroke-width": 2.5 }, report.el("title", { text: names[index] }))));
    for (const [channel, signal, value, members, , x, y] of values) {
      const side = graph.size(members), left = x < -4;
      drawn.append(report.el("rect", { x: x - side / 2, y: y - side / 2, width: side, height: side, rx: 4, fill: report.channel(channel) }));
      drawn.append(report.el("text", { x: x + (left ? -1 : 1) * (side / 2 + 6), y: y + 7, "text-anchor": left ? "end" : "start", "font-size": 20, text: cut(`${signal} ${value}`) }));
    }
    box.parentNode.querySelectorAll(".paper").forEach((old) => old.remove());
    box.after(drawn);
  },
  tools(box, cy) {
    const tools = report.el("div", { class: "controls graph-tools" });
    const zoom = (factor) => cy.zoom({ level: cy.zoom() * factor, renderedPosition: { x: box.clientWidth / 2, y: box.clientHeight / 2 } });
    for (const [name, act] of [["Larger", () => zoom(1.35)], ["Smaller", () => zoom(1 / 1.35)], ["Whole", () => { cy.elements().unselect(); graph.fit(box, cy); }], ["Zoom by wheel: off", null]]) {
      const button = report.el("button", { type: "button", text: name });
      button.addEventListener("click", act || (() => {
        cy.userZoomingEnabled(!cy.userZoomingEnabled());
        button.textContent = "Zoom by wheel: " + (cy.userZoomingEnabled() ? "on" : "off");
      }));
      tools.append(button);
    }
    box.parentNode.insertBefore(tools, box);
  },
};
