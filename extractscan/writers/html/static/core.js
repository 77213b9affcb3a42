"use strict";
// What every other script of the page uses. No value of the report ever becomes markup: text goes in as text.
const report = {
  networks: new Map(),
  digits: Array.from({ length: 95 }, (_, n) => String.fromCharCode(32 + n)).filter((digit) => !'"\\<>&'.includes(digit)).join(""),
  charts: [],
  el(name, attributes, ...children) {
    const made = ["svg", "rect", "line", "circle", "text", "title"].includes(name) ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (value === undefined || value === null || value === false) continue;
      if (key === "text") made.textContent = value;
      else made.setAttribute(key, value === true ? "" : value);
    }
    made.append(...children);
    return made;
  },
  data(key) {
    if (!report.networks.has(key)) {
      const data = JSON.parse(document.getElementById(key + "-data").textContent);
      data.names = data.pattern ? report.named(data.pattern, data.digits) : data.names.map((name) => data.prefix + name);
      for (const column of ["role", "events", "campaign", "first", "last", "bits"]) data[column] = report.unpack(data[column]);
      data.channels = data.channels.map(([name, bits]) => [name, report.unpack(bits)]);
      data.graph.accounts = data.graph.accounts.map(report.unpack);
      data.graph.edges = data.graph.edges.map(report.unpack);
      if (data.status) data.status = report.unpack(data.status);
      if (data.work) data.work = data.work.map(report.unpack);
      report.networks.set(key, data);
    }
    return report.networks.get(key);
  },
  // Numbers as the page packs them: the least, digits a number, and the differences plus one; nothing is 0.
  unpack([least, width, text]) {
    const numbers = [];
    for (let at = 0; at < text.length; at += width) {
      let number = 0;
      for (let digit = at; digit < at + width; digit++) number = number * report.digits.length + report.digits.indexOf(text[digit]);
      numbers.push(number ? number - 1 + least : null);
    }
    return numbers;
  },
  // Names that differ in hexadecimal digits alone: a pattern with a zero character for each, and up to eight a number.
  named(pattern, columns) {
    const digits = pattern.split("\0").length - 1;
    const parts = columns.map((column, at) => report.unpack(column).map((number) => number.toString(16).padStart(Math.min(8, digits - 8 * at), "0")));
    return parts[0].map((_, n) => {
      const text = parts.map((part) => part[n]).join("");
      let at = 0;
      return pattern.replace(/\0/g, () => text[at++]);
    });
  },
  colours: new Map(), // emptied when the theme changes
  colour(name) {
    if (!report.colours.has(name)) report.colours.set(name, getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim());
    return report.colours.get(name);
  },
  family(name) {
    return ["identity", "network", "client", "content", "time"].includes(name) ? name : "other";
  },
  channel(name) {
    return report.colour(report.family(name));
  },
  count(number) {
    return number.toLocaleString("en-US");
  },
  when(data, minutes) {
    const start = Date.parse(data.start);
    return minutes === null || Number.isNaN(start) ? "?" : new Date(start + minutes * 60000).toISOString().slice(0, 16).replace("T", " ");
  },
  say(text) {
    const box = document.getElementById("say");
    box.textContent = text;
    box.classList.add("on");
    clearTimeout(report.quiet);
    report.quiet = setTimeout(() => box.classList.remove("on"), 1800);
  },
  tip(text, event) {
    const box = document.getElementById("tip");
    box.hidden = !text;
    if (!text) return;
    box.textContent = text;
    const room = box.getBoundingClientRect();
    box.style.left = Math.max(6, Math.min(event.clientX + 14, innerWidth - room.width - 8)) + "px";
    box.style.top = Math.max(6, event.clientY + 16 + room.height > innerHeight ? event.clientY - room.height - 10 : event.clientY + 16) + "px";
  },
  copy(text, what) {
    const done = () => report.say("Copied " + what);
    const old = () => {
      const area = report.el("textarea", { readonly: true, class: "vh", "aria-hidden": "true" });
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      done();
    };
    if (navigator.clipboard && window.isSecureContext) navigator.clipboard.writeText(text).then(done, old);
    else old();
  },
};
