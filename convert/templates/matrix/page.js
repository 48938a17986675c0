
"use strict";
(() => {
  const id = (name) => document.getElementById(name);
  const words = (element, parts) => [...element.querySelectorAll(parts)].map((part) => part.textContent.toLowerCase()).join(" ");
  const form = id("_filter"), ended = id("_ended"), count = id("_count");
  const inputs = { q: id("_q"), section: id("_section"), status: id("_status"), security: id("_security"), changed: id("_changed") };
  const trees = [...form.querySelectorAll("input.tree")];
  const bodies = [...document.querySelectorAll(".matrix tbody")].map((element) => ({
    element,
    section: element.dataset.s,
    rows: [...element.rows].map((row) => ({
      row,
      depth: Number(row.dataset.d),
      head: row.classList.contains("head"),
      name: words(row, "th > .hear, .name, .prose p"),
      cells: [...row.cells].slice(1),
    })),
  }));
  const sheet = document.styleSheets[0];
  const fixed = sheet.cssRules.length;
  const changes = ["k-better", "k-worse", "k-security-lost", "k-text", "a-not-yet", "a-removed", "a-gap"];

  const shown = () => new Set(trees.filter((t) => t.checked).map((t) => `c${t.dataset.c}`));

  function columns(chosen) {
    while (sheet.cssRules.length > fixed) sheet.deleteRule(fixed);
    for (const t of trees) {
      if (!chosen.has(`c${t.dataset.c}`)) sheet.insertRule(`.matrix .c${t.dataset.c} { display: none; }`, fixed);
    }
    const visible = [...document.querySelectorAll(".matrix .names th")].slice(1);
    let at = 0;
    for (const run of document.querySelectorAll(".matrix .run")) {
      run.dataset.all = run.dataset.all || run.colSpan;
      const mine = visible.slice(at, at += Number(run.dataset.all)).filter((th) => chosen.has(th.classList[0]));
      run.hidden = mine.length === 0;
      run.colSpan = Math.max(1, mine.length);
    }
    for (const fill of document.querySelectorAll(".matrix .fill")) {
      const old = fill.classList.contains("ended");
      const mine = visible.filter((th) => th.classList.contains("ended") === old && chosen.has(th.classList[0]));
      fill.hidden = mine.length === 0;
      fill.colSpan = Math.max(1, mine.length);
    }
  }

  function matches(entry, section, wanted, chosen) {
    if (inputs.section.value && inputs.section.value !== section) return false;
    const cells = entry.cells.filter((c) => chosen.has(c.classList[0]) && (!c.classList.contains("ended") || !ended || ended.checked));
    if (wanted.words.length) {
      const text = `${entry.name} ${cells.map((c) => words(c, ".st, .abs")).join(" ")}`;
      if (!wanted.words.every((word) => text.includes(word))) return false;
    }
    if (wanted.changed && !cells.some((c) => changes.some((name) => c.classList.contains(name)))) return false;
    if (!wanted.status && !wanted.security) return true;
    return cells.some((c) => (!wanted.status || c.classList.contains(`l${wanted.status}`)) && (!wanted.security || c.classList.contains(`s-${wanted.security}`)));
  }

  function apply() {
    const chosen = shown();
    const wanted = {
      words: inputs.q.value.toLowerCase().split(/\s+/).filter(Boolean),
      status: inputs.status.value,
      security: inputs.security.value,
      changed: inputs.changed.checked,
    };
    const active = wanted.words.length || wanted.status || wanted.security || wanted.changed || inputs.section.value;
    let found = 0, all = 0;
    columns(chosen);
    for (const body of bodies) {
      let needed = 0, some = false;
      for (const entry of [...body.rows].reverse()) {
        const counts = entry.row.classList.contains("row");
        const own = !active || matches(entry, body.section, wanted, chosen);
        const below = needed > entry.depth;
        const show = own && (!entry.head || !active || wanted.words.length) || below;
        entry.row.hidden = !show;
        needed = show ? entry.depth : below ? needed : Math.min(needed, entry.depth);
        all += counts;
        found += counts && own;
        some = some || show;
      }
      body.element.hidden = !some;
    }
    count.textContent = active ? `${found} of ${all} rows match` : `${all} rows`;
  }

  function write() {
    const values = new URLSearchParams();
    for (const name of ["q", "section", "status", "security"]) if (inputs[name].value) values.set(name, inputs[name].value);
    if (inputs.changed.checked) values.set("changed", "1");
    if (trees.some((t) => !t.checked)) values.set("trees", trees.filter((t) => t.checked).map((t) => t.value).join(","));
    if (ended && ended.checked) values.set("ended", "1");
    const text = values.toString();
    if (text || location.hash.includes("=")) history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
  }

  function read() {
    const text = location.hash.slice(1);
    let name = text;
    try { name = decodeURIComponent(text); } catch { /* no id has a lone percent sign */ }
    const target = text && id(name);
    if (target) {
      const row = target.closest("tr");
      if (row && row.closest(".matrix") && (row.hidden || row.parentElement.hidden)) { form.reset(); apply(); }
      if (row) { const more = row.querySelector("details"); if (more) more.open = true; target.scrollIntoView(); }
      return;
    }
    if (!text.includes("=")) return;
    const values = new URLSearchParams(text);
    for (const field of ["q", "section", "status", "security"]) inputs[field].value = values.get(field) || "";
    inputs.changed.checked = values.has("changed");
    const chosen = values.has("trees") ? values.get("trees").split(",") : null;
    for (const t of trees) t.checked = !chosen || chosen.includes(t.value);
    if (ended) ended.checked = values.has("ended");
    apply();
  }

  let timer = 0;
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => { apply(); write(); }, 120); });
  form.addEventListener("reset", () => setTimeout(() => { apply(); write(); }));
  if (ended) ended.addEventListener("change", () => { apply(); write(); });
  addEventListener("hashchange", read);
  form.reset();
  apply();
  read();
})();
