"use strict";
// The table of members: sorted, filtered and copied in the browser, a page of rows at a time.
const members = {
  STEP: 50,
  build(key) {
    const box = document.getElementById(key + "-members");
    if (!box || box.state) return;
    const data = report.data(key);
    const columns = [
      { name: "account", value: (n) => data.names[n], text: (n) => data.names[n] },
      { name: "role", value: (n) => data.roles[data.role[n]], text: (n) => data.roles[data.role[n]] },
      ...(data.status ? [{ name: "status", value: (n) => data.statuses[data.status[n]], text: (n) => data.statuses[data.status[n]] || "·" }] : []),
      { name: "bits", number: true, value: (n) => data.bits[n], text: (n) => (data.bits[n] / 10).toFixed(1) },
      ...data.channels.map(([name, bits]) => ({ name, number: true, channel: name, top: Math.max(1, ...bits), value: (n) => bits[n], text: (n) => (bits[n] ? (bits[n] / 10).toFixed(1) : "·") })),
      { name: "in campaign", number: true, value: (n) => data.campaign[n], text: (n) => report.count(data.campaign[n]) },
      { name: "events", number: true, value: (n) => data.events[n], text: (n) => report.count(data.events[n]) },
      { name: "first seen", time: true, value: (n) => data.first[n], text: (n) => report.when(data, data.first[n]) },
      { name: "last seen", time: true, value: (n) => data.last[n], text: (n) => report.when(data, data.last[n]) },
    ];
    const state = (box.state = { key, data, columns, by: columns.findIndex((column) => column.name === "bits"), down: true, shown: members.STEP, filter: "", role: "" });
    state.count = report.el("span", { class: "shown", role: "status" });
    state.body = report.el("tbody", {});
    state.head = report.el("tr", {});
    columns.forEach((column, at) => {
      const button = report.el("button", { type: "button", text: column.name });
      button.addEventListener("click", () => { state.down = state.by === at ? !state.down : Boolean(column.number); state.by = at; members.fill(state); });
      state.head.append(report.el("th", { scope: "col", class: column.number ? "num" : null }, button));
    });
    state.more = report.el("button", { type: "button", text: "Show more" });
    state.more.addEventListener("click", () => { state.shown += 200; members.fill(state); });
    const table = report.el("table", {}, report.el("caption", { class: "vh", text: "Members of " + data.id }), report.el("thead", {}, state.head), state.body);
    box.append(members.controls(state), report.el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Members" }, table), report.el("p", { class: "more" }, state.more));
    members.fill(state);
  },
  controls(state) {
    const input = report.el("input", { type: "search", placeholder: "Filter accounts", "aria-label": "Filter accounts", autocomplete: "off", spellcheck: "false" });
    input.addEventListener("input", () => { state.filter = input.value.toLowerCase(); state.shown = members.STEP; members.fill(state); });
    const role = report.el("select", { "aria-label": "Filter by role" }, report.el("option", { value: "", text: "all roles" }), ...state.data.roles.map((name) => report.el("option", { value: name, text: name })));
    role.addEventListener("change", () => { state.role = role.value; state.shown = members.STEP; members.fill(state); });
    const names = report.el("button", { type: "button", text: "Copy accounts" });
    names.addEventListener("click", () => { const rows = members.rows(state); report.copy(rows.map((n) => state.data.names[n]).join("\n"), report.count(rows.length) + " accounts"); });
    const table = report.el("button", { type: "button", text: "Copy table" });
    table.addEventListener("click", () => {
      const rows = members.rows(state);
      // a leading apostrophe keeps a spreadsheet from taking a name for a formula
      const cell = (text) => (/^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(text) && !/^-?[\d.,]+$/.test(text) ? "'" + text : text);
      report.copy([state.columns.map((c) => c.name).join("\t"), ...rows.map((n) => state.columns.map((c) => cell(c.text(n))).join("\t"))].join("\n"), report.count(rows.length) + " rows");
    });
    return report.el("div", { class: "controls" }, input, ...(state.data.roles.length > 1 ? [role] : []), names, table, state.count);
  },
  rows(state) {
    const { data, columns, by, down } = state;
    const value = columns[by].value;
    const rows = data.names.map((_, n) => n).filter((n) => (!state.filter || data.names[n].toLowerCase().includes(state.filter)) && (!state.role || data.roles[data.role[n]] === state.role));
    return rows.sort((a, b) => { const x = value(a), y = value(b); return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1) || a - b; });
  },
  fill(state, least = 0) {
    const rows = members.rows(state);
    state.shown = Math.max(state.shown, least);
    [...state.head.children].forEach((cell, at) => (at === state.by ? cell.setAttribute("aria-sort", state.down ? "descending" : "ascending") : cell.removeAttribute("aria-sort")));
    state.body.replaceChildren(...rows.slice(0, state.shown).map((n) => members.row(state, n)));
    state.count.textContent = `${report.count(Math.min(state.shown, rows.length))} of ${report.count(rows.length)}` + (rows.length < state.data.names.length ? ` (${report.count(state.data.names.length)} in all)` : "");
    state.more.parentNode.hidden = rows.length <= state.shown;
  },
  row(state, n) {
    const made = report.el("tr", { "data-member": n });
    state.columns.forEach((column, at) => {
      if (at === 0) {
        const name = report.el("code", { text: column.text(n), title: "Copy", class: column.text(n).length > 34 ? "long" : null });
        name.addEventListener("click", () => report.copy(column.text(n), "account"));
        made.append(report.el("th", { scope: "row", class: "id" }, name));
      } else if (column.channel) {
        const bar = report.el("svg", { "aria-hidden": "true" }, report.el("rect", { width: Math.max((100 * column.value(n)) / column.top, 0) + "%", height: 3, rx: 1 }));
        made.append(report.el("td", { class: "num cellbar ch-" + report.family(column.channel), text: column.text(n) }, bar));
      } else if (column.time) {
        made.append(report.el("td", { class: "time", text: column.text(n).slice(0, 10), title: column.text(n) })); // the minute is copied and sorted by
      } else made.append(report.el("td", { class: column.number ? "num" : null, text: column.text(n) }));
    });
    return made;
  },
  find(key, n) {
    const state = document.getElementById(key + "-members").state;
    state.filter = "";
    state.role = "";
    for (const field of document.querySelectorAll(`#${key}-members input, #${key}-members select`)) field.value = "";
    members.fill(state, members.rows(state).indexOf(n) + 1);
    const row = state.body.querySelector(`[data-member="${n}"]`);
    row.classList.add("found");
    row.scrollIntoView({ block: "center" });
  },
};
