
"use strict";
(() => {
  const id = (name) => document.getElementById(name);
  const form = id("_filter"), ended = id("_ended"), count = id("_count"), table = document.querySelector(".matrix");
  const inputs = { q: id("_q"), section: id("_section"), status: id("_status"), security: id("_security"), changed: id("_changed") };
  const fields = ["q", "section", "status", "security"];
  const boxes = [...form.querySelectorAll("input.tree")];
  const heads = [...table.tHead.rows[0].cells].slice(1);
  const trees = heads.map((cell, n) => ({
    name: boxes[n].value.toLowerCase(), words: cell.textContent.toLowerCase(), base: (cell.querySelector("a[href]") || {}).href,
  }));
  const old = new Set(/*old*/);
  const synonyms = /*synonyms*/;
  const letters = { yes: "y", no: "n", caveats: "c", limited: "m", external: "x", unstated: "u" };
  const changes = ["kb", "kw", "kl", "kt", "ay", "ar", "ag"];
  const squeeze = (text) => text.replace(/[^\p{L}\p{N}]+/gu, "");
  const has = (text, word) => text.includes(word) || (squeeze(word).length > 2 && squeeze(text).includes(squeeze(word)));
  const meanings = (word) => [word, ...synonyms.filter((group) => group.includes(word)).flat()];
  const label = (row) => row.cells[0].textContent.replace(/#$/, "");
  const sheet = document.styleSheets[0], fixed = sheet.cssRules.length;
  let current = "";

  const bodies = [...table.tBodies].map((element) => {
    const above = [];
    const rows = [...element.rows].filter((row) => !row.classList.contains("more")).map((row) => {
      const depth = Number(/\bd(\d+)/.exec(row.className)[1]);
      const more = row.nextElementSibling && row.nextElementSibling.classList.contains("more") ? row.nextElementSibling : null;
      above.length = depth;
      above[depth] = label(row);
      const prose = more ? [...more.querySelectorAll("p:not([class])")].map((part) => part.textContent).join(" ") : "";
      return { row, more, depth, head: row.classList.contains("head"), counts: row.classList.contains("row"),
        text: `${above.filter(Boolean).join(" ")} ${prose}`.toLowerCase(), cells: row.classList.contains("head") ? [] : [...row.cells].slice(1) };
    });
    return { element, section: element.dataset.s, rows };
  });

  const shown = () => new Set(boxes.map((box, n) => n).filter((n) => boxes[n].checked && (!old.has(n) || !ended || ended.checked)));

  function columns(chosen) {
    while (sheet.cssRules.length > fixed) sheet.deleteRule(fixed);
    boxes.forEach((box, n) => {
      if (!box.checked) sheet.insertRule(`.matrix tr:not(.head):not(.more) > :nth-child(${n + 2}) { display: none; }`, fixed);
    });
    for (const cell of table.querySelectorAll("td.fill")) cell.colSpan = Math.max(1, chosen.size);
    for (const cell of table.querySelectorAll(".more > td")) cell.colSpan = chosen.size + 1;
  }

  function matches(entry, section, wanted, chosen) {
    if (wanted.section && wanted.section !== section) return false;
    const open = wanted.words.filter((word) => !word.some((one) => has(entry.text, one)));
    const cells = entry.cells.map((cell, n) => [cell, n]).filter(([, n]) => chosen.has(n));
    const fits = ([cell, n]) => {
      const kinds = cell.classList;
      if (wanted.status && !kinds.contains(`l${wanted.status}`)) return false;
      if (wanted.security && (!kinds.contains(letters[wanted.security]) || (kinds.contains("w") && wanted.security !== "no" && wanted.security !== "unstated"))) return false;
      const text = open.length ? `${cell.textContent} ${trees[n].words}`.toLowerCase() : "";
      return open.every((word) => word.some((one) => has(text, one)));
    };
    if (wanted.changed && !cells.some(([cell]) => changes.some((name) => cell.classList.contains(name)))) return false;
    return !(wanted.status || wanted.security || open.length) || cells.some(fits);
  }

  function asked() {
    const words = inputs.q.value.toLowerCase().split(/[\s,;]+/).filter(Boolean);
    return { words: words.map(meanings), section: inputs.section.value, status: inputs.status.value, security: inputs.security.value, changed: inputs.changed.checked };
  }

  const found = (wanted, chosen) => bodies.reduce((sum, body) => sum + body.rows.filter((entry) => entry.counts && matches(entry, body.section, wanted, chosen)).length, 0);

  function why(wanted, chosen) {
    const rest = { section: "", status: "", security: "", changed: false };
    const lost = wanted.words.filter((word) => !found({ ...rest, words: [word] }, chosen)).map((word) => `“${word[0]}”`);
    if (lost.length) return `no row has ${lost.join(" or ")}`;
    if (wanted.words.length < 2) return "no row matches";
    const without = wanted.words.filter((word) => found({ ...wanted, words: wanted.words.filter((other) => other !== word) }, chosen));
    return without.length ? `no row has all of these words; there are some without ${without.map((word) => `“${word[0]}”`).join(", or without ")}` : "no row matches all of this";
  }

  function apply() {
    const wanted = asked();
    if (ended && !ended.checked && wanted.words.some((word) => word[0] === "ended" || trees.some((tree, n) => old.has(n) && tree.name === word[0]))) ended.checked = true;
    const chosen = shown();
    const active = wanted.words.length || wanted.status || wanted.security || wanted.changed || wanted.section;
    let hits = 0, all = 0;
    columns(chosen);
    for (const body of bodies) {
      let needed = 0, some = false;
      for (const entry of [...body.rows].reverse()) {
        const own = !active || matches(entry, body.section, wanted, chosen);
        const below = needed > entry.depth;
        const show = (own && (!entry.head || !active || wanted.words.length > 0)) || below;
        entry.row.hidden = !show;
        if (entry.more) entry.more.hidden = !show;
        needed = show ? entry.depth : below ? needed : Math.min(needed, entry.depth);
        all += entry.counts;
        hits += entry.counts && own;
        some = some || show;
      }
      body.element.hidden = !some;
    }
    count.textContent = !active ? `${all} rows` : hits ? `${hits} of ${all} rows match` : `0 of ${all} rows match: ${why(wanted, chosen)}`;
  }

  function fragment(row) {
    const values = new URLSearchParams();
    for (const name of fields) if (inputs[name].value) values.set(name, inputs[name].value);
    if (inputs.changed.checked) values.set("changed", "1");
    if (boxes.some((box) => !box.checked)) values.set("trees", boxes.filter((box) => box.checked).map((box) => box.value).join(","));
    if (ended && ended.checked) values.set("ended", "1");
    const text = values.toString().replaceAll("%2C", ",");
    return [row ? encodeURIComponent(row) : "", text].filter(Boolean).join("&");
  }

  function write() {
    const text = fragment(current);
    if (text || location.hash) history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
  }

  function go(name) {
    const target = name && id(name), row = target && target.closest(".matrix tbody tr");
    for (const marked of table.querySelectorAll("tr.at")) marked.classList.remove("at");
    current = row ? name : "";
    if (!row) { if (target) target.scrollIntoView(); return; }
    if (row.hidden || row.parentElement.hidden) { for (const field of fields) inputs[field].value = ""; inputs.changed.checked = false; apply(); }
    row.classList.add("at");
    const more = row.querySelector("details");
    if (more) more.open = true;
    let head = row;
    while (head && head.parentElement === row.parentElement && /\bv\d/.test(head.className)) head = head.previousElementSibling;
    if (head && head.classList.contains("more")) head = head.previousElementSibling;
    const room = innerHeight - table.tHead.offsetHeight - row.offsetHeight - 40;
    if (head && row.getBoundingClientRect().top - head.getBoundingClientRect().top < room) head.scrollIntoView();
    else row.scrollIntoView({ block: "center" });
  }

  function read() {
    const text = location.hash.slice(1);
    let plain = text;
    try { plain = decodeURIComponent(text); } catch { /* no id has a lone percent sign */ }
    if (!text || id(plain)) { go(plain); return; }
    const [first, ...rest] = text.split("&");
    const values = new URLSearchParams(first.includes("=") ? text : rest.join("&"));
    for (const field of fields) inputs[field].value = values.get(field) || "";
    inputs.changed.checked = values.has("changed");
    const chosen = values.has("trees") ? values.get("trees").split(",") : null;
    for (const box of boxes) box.checked = !chosen || chosen.includes(box.value);
    const asks = chosen && boxes.some((box, n) => old.has(n) && box.checked);
    if (ended) ended.checked = values.has("ended") || Boolean(asks);
    id("_more").open = Boolean(chosen) || ["section", "status", "security"].some((name) => inputs[name].value);
    apply();
    let row = values.get("row") || "";
    if (!first.includes("=")) { try { row = decodeURIComponent(first); } catch { row = ""; } }
    go(row);
  }

  function sources(row) {
    const more = row.nextElementSibling, place = more && more.querySelector("div");
    if (!place || place.dataset.all) return;
    place.dataset.all = "1";
    const parts = place.dataset.a ? place.dataset.a.split(" ").map((part) => part.split(":")) : trees.map((tree, n) => [n]);
    const links = parts.filter(([n]) => trees[n].base).map(([n, anchor]) => {
      const link = document.createElement("a");
      link.href = `${trees[n].base.split("#")[0]}#${anchor || encodeURIComponent(row.id)}`;
      link.textContent = heads[n].firstElementChild.textContent;
      return link;
    });
    if (links.length) place.querySelector("p.from").replaceChildren("In the full text of ", ...links.flatMap((link, n) => (n ? [", ", link] : [link])));
  }

  let timer = 0;
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => { apply(); write(); }, 120); });
  form.addEventListener("reset", () => setTimeout(() => { apply(); write(); }));
  if (ended) ended.addEventListener("change", () => { apply(); write(); });
  table.addEventListener("toggle", (event) => { const row = event.target.closest("tr"); if (row && event.target.open) sources(row); }, true);
  table.addEventListener("click", (event) => {
    const link = event.target.closest("a.self");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    history.pushState(null, "", `#${fragment(link.closest("tr").id)}`);
    go(link.closest("tr").id);
  });
  addEventListener("hashchange", read);
  addEventListener("popstate", read);
  form.reset();
  apply();
  read();
})();
