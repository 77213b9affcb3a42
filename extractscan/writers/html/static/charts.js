"use strict";
// Timelines, splits of work and hand-overs with Vega-Lite; expressions are interpreted, as the policy forbids eval.
const charts = {
  view(id, spec, tip) {
    const box = document.getElementById(id);
    if (!box) return;
    const draw = () => {
      const width = report.printing ? charts.onPaper(box) : Math.max(box.clientWidth, 260);
      const soft = report.colour("soft");
      const line = report.colour("line");
      const font = getComputedStyle(document.body).fontFamily;
      const config = {
        background: null, font, view: { stroke: null }, padding: 2, axis: { labelColor: soft, titleColor: soft, gridColor: line, domainColor: line, tickColor: line, labelFontSize: 11, titleFontSize: 11, titleFontWeight: 500 },
        legend: { labelColor: soft, titleColor: soft, labelFontSize: 11, titleFontSize: 11, titleFontWeight: 500 },
      };
      const compiled = vegaLite.compile({ $schema: "https://vega.github.io/schema/vega-lite/v6.json", config, ...spec(width) }, { logger: vega.logger(vega.Error) }).spec;
      if (box.view) box.view.finalize();
      box.replaceChildren();
      box.view = new vega.View(vega.parse(compiled, null, { ast: true }), { expr: expressionInterpreter, renderer: "svg", container: box, logLevel: vega.Error, tooltip: () => {} });
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
      const room = width < 520 ? 84 : 150;
      const x = { field: "day", type: "ordinal", scale: { paddingInner: 0.08 }, axis: null };
      const y = { field: "at", type: "ordinal", scale: { domain: labels.map((label) => label.at), paddingInner: 0.1 }, axis: null };
      const shown = { labels: true, labelAngle: 0, labelOverlap: "greedy", title: null, labelSeparation: 12, domain: false, ticks: false };
      return {
        vconcat: [
          { width: width - room - 8, height: 62, data: { values: totals }, mark: { type: "bar", color: report.colour("accent"), opacity: 0.8, cornerRadiusEnd: 2 }, encoding: { x, y: { field: "events", type: "quantitative", axis: { title: "events", tickCount: 2, domain: false, minExtent: room - 8, maxExtent: room - 8 } } } },
          {
            width: width - room - 8, height: { step: labels.length > 14 ? 15 : 19 },
            layer: [
              { data: { values: cells }, mark: { type: "rect", cornerRadius: 2 }, encoding: { x: { ...x, axis: shown }, y, color: { field: "share", type: "quantitative", scale: { type: "sqrt", domain: [0, top], range: [report.colour("accent-soft"), report.colour("accent")] }, legend: null } } },
              { data: { values: labels }, mark: { type: "text", align: "right", baseline: "middle", font: "monospace", fontSize: 10.5, limit: room - 10, color: report.colour("soft") }, encoding: { x: { value: -6 }, y, text: { field: "name" } } },
            ],
          },
        ],
        spacing: 6,
      };
    }, (datum) => (datum.day ? `${datum.full ? datum.full + "\n" : ""}${datum.day}: ${report.count(datum.events)} events` : ""));
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
    charts.view(key + "-work", (width) => ({
      width: width - 58, height: 170, data: { values },
      mark: { type: "bar", binSpacing: 0 },
      encoding: {
        x: { field: "at", type: "ordinal", axis: { title: `${report.count(who.length)} members, by items`, labels: false, ticks: false }, scale: { paddingInner: who.length > 80 ? 0 : 0.12 } },
        y: { field: "n", type: "quantitative", axis: { title: "items", tickCount: 4, domain: false } },
        color: { field: "kind", scale: { domain: ["sent by this member alone", "sent by others too"], range: [report.colour("content"), report.colour("high")] }, legend: { orient: "top", title: null, direction: width < 420 ? "vertical" : "horizontal" } },
        order: { field: "kind", sort: "descending" },
      },
    }), (datum) => `${datum.name}\n${report.count(datum.items)} items, ${report.count(datum.shared)} of them sent by others too`);
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
    charts.view(key + "-handover", (width) => ({
      width: width - 24, height: Math.max(110, Math.min(members.length * 9 + 20, 340)),
      layer: [
        { data: { values: spans }, mark: { type: "rule", strokeWidth: 3.4, strokeCap: "round", color: report.colour("strong") }, encoding: { x: { field: "from", type: "temporal", scale: { type: "utc" }, axis: { title: null, grid: false, labelOverlap: true, format: "%b %d" } }, x2: { field: "to" }, y: { field: "at", type: "quantitative", scale: { reverse: true, zero: false, nice: false, padding: 8 }, axis: null } } },
        { data: { values: links }, mark: { type: "rule", strokeWidth: 1.8 }, encoding: { x: { field: "from", type: "temporal" }, x2: { field: "till" }, y: { field: "at", type: "quantitative" }, y2: { field: "to" }, color: { field: "tied", scale: { domain: ["values carried over", "nothing in common"], range: [report.colour("high"), report.colour("faint")] }, legend: { orient: "top", title: null, direction: width < 420 ? "vertical" : "horizontal" } } } },
        { data: { values: links }, mark: { type: "point", filled: true, size: 34, opacity: 1 }, encoding: { x: { field: "till", type: "temporal" }, y: { field: "to", type: "quantitative" }, color: { field: "tied" } } },
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
