"use strict";
// Timelines, splits of work and hand-overs with Vega; expressions are interpreted, as the policy forbids eval.
const charts = {
  view(id, spec, tip) {
    const box = document.getElementById(id);
    if (!box) return;
    const draw = () => {
      const width = report.printing ? charts.onPaper(box) : Math.max(box.clientWidth, 260);
      const soft = report.colour("soft");
      const line = report.colour("line");
      const font = getComputedStyle(document.body).fontFamily;
      const words = { labelColor: soft, titleColor: soft, labelFontSize: 11, titleFontSize: 11, titleFontWeight: 500, labelFont: font, titleFont: font };
      const config = { axis: { ...words, gridColor: line, domainColor: line, tickColor: line, titlePadding: 6 }, legend: { ...words, symbolStrokeWidth: 0, orient: "top", padding: 0, offset: 8, columnPadding: 14 } };
      if (box.view) box.view.finalize();
      box.replaceChildren();
      box.view = new vega.View(vega.parse({ padding: 2, ...spec(width) }, config, { ast: true }), { expr: expressionInterpreter, renderer: "svg", container: box, logLevel: vega.Error, tooltip: () => {} });
      box.view.run();
      box.view.addEventListener("mousemove", (event, item) => report.tip(item && item.datum && tip ? tip(item.datum) : "", event));
      box.view.addEventListener("mouseout", () => report.tip(""));
    };
    draw();
    report.charts.push({ box, draw });
  },
  // A page of A4 within its margins, or half of it.
  onPaper(box) {
    const pair = box.closest(".two");
    return pair && pair.children.length > 1 ? 318 : 660;
  },
  activity(key) {
    const data = report.data(key);
    if (!data.days || !data.days.length) return;
    const rows = data.activity.map((row) => ({ full: row[0] < 0 ? "?" : data.names[row[0]], events: row.slice(1) }));
    rows.sort((a, b) => a.events.findIndex(Boolean) - b.events.findIndex(Boolean));
    const cells = [];
    const totals = data.days.map((day, n) => ({ day, events: rows.reduce((sum, row) => sum + row.events[n], data.others[n] || 0) }));
    rows.forEach((row, at) => row.events.forEach((n, d) => n && cells.push({ day: data.days[d], full: row.full, events: n, share: n, at })));
    const top = Math.max(1, ...cells.map((cell) => cell.events));
    const rest = Math.max(1, ...data.others);
    data.others.forEach((n, d) => n && cells.push({ day: data.days[d], full: "all others", events: n, share: (n / rest) * top, at: rows.length }));
    // names are marks of text and never domains or sort orders: those become expressions
    const labels = rows.map((row, at) => ({ at, name: charts.short(row.full) })).concat(data.others.length ? [{ at: rows.length, name: "all others" }] : []);
    charts.view(key + "-activity", (width) => {
      const room = width < 520 ? 84 : 150, side = width < 520 ? 24 : 8, inner = width - room - side, bars = 62, gap = 6, step = labels.length > 14 ? 15 : 19;
      const rows = { type: "band", domain: labels.map((label) => label.at), range: [0, step * labels.length], paddingInner: 0.1 };
      return {
        width: inner, height: bars + gap + step * labels.length, autosize: "none", padding: { left: room, right: side, top: 4, bottom: 24 },
        data: [{ name: "totals", values: totals }, { name: "cells", values: cells }, { name: "labels", values: labels }],
        scales: [
          { name: "day", type: "band", domain: data.days, range: [0, inner], paddingInner: 0.08 },
          { name: "shade", type: "sqrt", domain: [0, top], range: [report.colour("accent-soft"), report.colour("accent")], interpolate: "hcl" },
        ],
        marks: [
          {
            type: "group", encode: { enter: { width: { value: inner }, height: { value: bars } } },
            scales: [{ name: "events", type: "linear", domain: { data: "totals", field: "events" }, range: [bars, 0], zero: true, nice: true }],
            axes: [{ scale: "events", orient: "left", title: "events", tickCount: 2, domain: false, grid: true, minExtent: room - 20, maxExtent: room - 20 }],
            marks: [{ type: "rect", from: { data: "totals" }, encode: { enter: { x: { scale: "day", field: "day" }, width: { scale: "day", band: 1 }, y: { scale: "events", field: "events" }, y2: { scale: "events", value: 0 }, fill: { value: report.colour("accent") }, fillOpacity: { value: 0.8 }, cornerRadiusTopLeft: { value: 2 }, cornerRadiusTopRight: { value: 2 } } } }],
          },
          {
            type: "group", encode: { enter: { y: { value: bars + gap }, width: { value: inner }, height: { value: step * labels.length } } },
            scales: [{ name: "row", ...rows }],
            axes: [{ scale: "day", orient: "bottom", labelAngle: 0, labelOverlap: "greedy", labelSeparation: 12, domain: false, ticks: false }],
            marks: [
              { type: "rect", from: { data: "cells" }, encode: { enter: { x: { scale: "day", field: "day" }, width: { scale: "day", band: 1 }, y: { scale: "row", field: "at" }, height: { scale: "row", band: 1 }, fill: { scale: "shade", field: "share" }, cornerRadius: { value: 2 } } } },
              { type: "text", from: { data: "labels" }, encode: { enter: { x: { value: -6 }, y: { scale: "row", field: "at", band: 0.5 }, text: { field: "name" }, align: { value: "right" }, baseline: { value: "middle" }, font: { value: "monospace" }, fontSize: { value: 10.5 }, limit: { value: room - 10 }, fill: { value: report.colour("soft") } } } },
            ],
          },
        ],
      };
    }, (datum) => (datum.day ? `${datum.full ? datum.full + "\n" : ""}${datum.day}: ${report.count(datum.events)} event${datum.events === 1 ? "" : "s"}` : ""));
  },
  work(key) {
    const data = report.data(key);
    if (!data.work) return;
    const [who, sent, twice] = data.work;
    const values = who.flatMap((index, at) => {
      const items = sent[at], shared = twice[at];
      const name = index < 0 ? "?" : data.names[index];
      return [{ at, name, kind: "sent by this member alone", n: items - shared, items, shared }, { at, name, kind: "sent by others too", n: shared, items, shared }];
    });
    const kinds = ["sent by this member alone", "sent by others too"];
    charts.view(key + "-work", (width) => ({
      width, height: 170, autosize: { type: "fit-x", contains: "padding" },
      data: [{ name: "items", values, transform: [{ type: "stack", groupby: ["at"], field: "n", sort: { field: "kind", order: "descending" } }] }],
      scales: [
        { name: "member", type: "band", domain: { data: "items", field: "at" }, range: "width", paddingInner: who.length > 80 ? 0 : 0.12 },
        { name: "count", type: "linear", domain: { data: "items", field: "y1" }, range: "height", zero: true, nice: true },
        { name: "kind", type: "ordinal", domain: kinds, range: [report.colour("content"), report.colour("high")] },
      ],
      axes: [
        { scale: "count", orient: "left", title: "items", tickCount: 4, domain: false, grid: true },
        { scale: "member", orient: "bottom", title: `${report.count(who.length)} members, by items`, labels: false, ticks: false },
      ],
      legends: [{ fill: "kind", symbolType: "square", direction: width < 420 ? "vertical" : "horizontal" }],
      marks: [{ type: "rect", from: { data: "items" }, encode: { enter: { x: { scale: "member", field: "at" }, width: { scale: "member", band: 1 }, y: { scale: "count", field: "y0" }, y2: { scale: "count", field: "y1" }, fill: { scale: "kind", field: "kind" } } } }],
    }), (datum) => `${datum.name}\n${report.count(datum.items)} item${datum.items === 1 ? "" : "s"}, ${report.count(datum.shared)} of them sent by others too`);
  },
  handover(key) {
    const data = report.data(key);
    if (!data.handovers || !data.handovers.length) return;
    const members = [...new Set(data.handovers.flatMap(([stopped, started]) => [stopped, started]))].filter((index) => index >= 0 && data.first[index] !== null);
    members.sort((a, b) => data.first[a] - data.first[b] || a - b);
    const start = Date.parse(data.start);
    const time = (minutes) => start + minutes * 60000;
    const rank = new Map(members.map((index, at) => [index, at]));
    const spans = members.map((index) => ({ at: rank.get(index), from: time(data.first[index]), to: time(data.last[index]), name: data.names[index], text: `${report.when(data, data.first[index])} to ${report.when(data, data.last[index])}` }));
    const links = data.handovers.filter(([a, b]) => rank.has(a) && rank.has(b)).map(([a, b, stop, begin, carried]) => ({ at: rank.get(a), to: rank.get(b), from: time(stop), till: time(begin), name: `${data.names[a]} → ${data.names[b]}`, text: carried ? "both hold: " + carried : "no value in common" , tied: carried ? "values carried over" : "nothing in common" }));
    const height = Math.max(110, Math.min(members.length * 9 + 20, 340));
    const tied = { scale: "tied", field: "tied" };
    charts.view(key + "-handover", (width) => ({
      width, height, autosize: { type: "fit-x", contains: "padding" },
      data: [{ name: "spans", values: spans }, { name: "links", values: links }],
      scales: [
        { name: "time", type: "utc", domain: { fields: [{ data: "spans", field: "from" }, { data: "spans", field: "to" }] }, range: "width" },
        { name: "member", type: "linear", domain: [0, Math.max(1, members.length - 1)], range: [8, height - 8], zero: false },
        { name: "tied", type: "ordinal", domain: ["values carried over", "nothing in common"], range: [report.colour("high"), report.colour("faint")] },
      ],
      axes: [{ scale: "time", orient: "bottom", format: "%b %d", labelOverlap: true, tickCount: Math.max(2, Math.floor(width / 70)) }],
      legends: [{ fill: "tied", symbolType: "circle", direction: width < 420 ? "vertical" : "horizontal" }],
      marks: [
        { type: "rule", from: { data: "spans" }, encode: { enter: { x: { scale: "time", field: "from" }, x2: { scale: "time", field: "to" }, y: { scale: "member", field: "at" }, stroke: { value: report.colour("strong") }, strokeWidth: { value: 3.4 }, strokeCap: { value: "round" } } } },
        { type: "rule", from: { data: "links" }, encode: { enter: { x: { scale: "time", field: "from" }, x2: { scale: "time", field: "till" }, y: { scale: "member", field: "at" }, y2: { scale: "member", field: "to" }, stroke: tied, strokeWidth: { value: 1.8 } } } },
        { type: "symbol", from: { data: "links" }, encode: { enter: { x: { scale: "time", field: "till" }, y: { scale: "member", field: "to" }, fill: tied, size: { value: 34 } } } },
      ],
    }), (datum) => `${datum.name}\n${datum.text}`);
  },
  short(name) {
    return name.length > 22 ? name.slice(0, 10) + "…" + name.slice(-10) : name;
  },
  matrix(key) {
    const data = report.data(key);
    const box = document.getElementById(key + "-matrix");
    const canvas = report.el("canvas", {});
    const foot = report.el("p", { class: "more" });
    box.append(canvas, foot);
    const names = data.channels.map(([name]) => name);
    const row = 24, left = 74;
    const draw = () => {
      const width = box.clientWidth, height = names.length * row, scale = window.devicePixelRatio || 1;
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
      canvas.style.height = height + "px";
      const pen = canvas.getContext("2d");
      pen.scale(scale, scale);
      const total = data.names.length, step = Math.min((width - left) / total, 34), top = Math.max(10, ...data.channels.map(([, bits]) => Math.max(...bits)));
      names.forEach((name, at) => {
        pen.globalAlpha = 1;
        pen.fillStyle = report.colour("sunken");
        pen.fillRect(left, at * row + 2, step * total, row - 4);
        pen.fillStyle = report.channel(name);
        data.channels[at][1].forEach((bits, n) => {
          if (bits > 0) { pen.globalAlpha = 0.14 + 0.86 * Math.min(bits / top, 1); pen.fillRect(left + n * step, at * row + 2, Math.max(step - (step > 5 ? 1 : 0), 0.6), row - 4); }
        });
        pen.globalAlpha = 1;
        pen.font = "12px " + getComputedStyle(document.body).fontFamily;
        pen.textBaseline = "middle";
        pen.fillText(name.slice(0, 10), 0, at * row + row / 2);
      });
      foot.textContent = `${report.count(total)} members, most bits first; full colour is ${(top / 10).toFixed(1)} bits`;
      box.step = step;
    };
    const at = (event) => {
      const room = canvas.getBoundingClientRect();
      const n = Math.floor((event.clientX - room.left - left) / box.step), c = Math.floor((event.clientY - room.top) / row);
      return n >= 0 && n < data.names.length && c >= 0 && c < names.length ? [n, c] : null;
    };
    canvas.addEventListener("mousemove", (event) => {
      const cell = at(event);
      report.tip(cell ? `${data.names[cell[0]]}\n${names[cell[1]]}: ${(data.channels[cell[1]][1][cell[0]] / 10).toFixed(1)} of ${(data.bits[cell[0]] / 10).toFixed(1)} bits` : "", event);
    });
    canvas.addEventListener("mouseout", () => report.tip(""));
    canvas.addEventListener("click", (event) => { const cell = at(event); if (cell) members.find(key, cell[0]); });
    draw();
    report.charts.push({ box, draw });
  },
};
