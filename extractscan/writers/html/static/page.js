"use strict";
// Draws a network when it is opened and comes near, all of them for print; the theme; where the reader is.
(() => {
  const articles = [...document.querySelectorAll("article.network")];
  const draw = (article, ...parts) => {
    if (article.drawn) return;
    article.drawn = true;
    const key = article.dataset.network;
    members.build(key);
    for (const part of parts.length ? parts : [graph.draw, charts.activity, charts.matrix, charts.work, charts.handover]) part(key);
  };
  // What was drawn for paper alone is drawn anew when somebody looks at it.
  const undraw = (article) => {
    const gone = report.charts.filter((chart) => article.contains(chart.box));
    report.charts = report.charts.filter((chart) => !gone.includes(chart));
    for (const { box } of gone) {
      if (box.view) box.view.finalize();
      box.replaceChildren();
    }
    article.drawn = false;
  };
  const near = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting && entry.target.querySelector("details").open) draw(entry.target);
  }, { rootMargin: "600px" });
  for (const article of articles) {
    near.observe(article);
    article.querySelector("details.body").addEventListener("toggle", (event) => { if (event.target.open && event.target.classList.contains("body")) draw(article); });
  }
  const redraw = () => {
    report.colours.clear();
    for (const chart of report.charts) if (chart.box.clientWidth) chart.draw();
  };

  const themes = ["system", "light", "dark"];
  const button = document.getElementById("theme");
  let theme = "system";
  const set = (name) => {
    theme = name;
    if (name === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
    button.textContent = "Theme: " + name;
    redraw();
  };
  button.addEventListener("click", () => set(themes[(themes.indexOf(theme) + 1) % themes.length]));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  document.getElementById("print").addEventListener("click", () => window.print());

  let width = innerWidth, waiting;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    clearTimeout(waiting);
    waiting = setTimeout(redraw, 150);
  });

  let before = null;
  addEventListener("beforeprint", () => {
    if (before) return;
    before = { theme, closed: [...document.querySelectorAll("details.body:not([open]), details.block:not([open])")], fresh: articles.filter((article) => !article.drawn) };
    for (const details of before.closed) details.open = true;
    report.printing = true;
    set("light");
    for (const article of articles) {
      draw(article, charts.activity, charts.matrix, charts.work, charts.handover);
      graph.paper(article.dataset.network);
    }
  });
  addEventListener("afterprint", () => {
    if (!before) return;
    report.printing = false;
    before.fresh.forEach(undraw);
    for (const details of before.closed) details.open = false;
    set(before.theme);
    for (const article of before.fresh) if (article.querySelector("details.body").open) draw(article);
    before = null;
  });

  const open = () => {
    let target = null;
    try { target = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch { return; }
    if (!target) return;
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    const inner = target.querySelector(":scope > details.body");
    if (inner) inner.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", open);
  document.querySelectorAll('a[href^="#"]').forEach((link) => link.addEventListener("click", () => setTimeout(open)));
  if (location.hash) open();

  const links = new Map([...document.querySelectorAll(".toc a")].map((link) => [link.getAttribute("href").slice(1), link]));
  const seen = new Set();
  const spy = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) seen[isIntersecting ? "add" : "delete"](target.id);
    const here = [...links.keys()].filter((id) => seen.has(id)).pop();
    for (const [id, link] of links) link.classList.toggle("here", id === here);
  }, { rootMargin: "-15% 0px -70% 0px" });
  for (const id of links.keys()) { const part = document.getElementById(id); if (part && id !== "networks") spy.observe(part); }
  if (matchMedia("(max-width: 62rem)").matches) document.getElementById("toc").open = false;
  document.documentElement.dataset.ready = "yes";
})();
