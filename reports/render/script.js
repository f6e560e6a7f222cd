"use strict";
// The filter over the spec tables, and the page of each spec at its own
// address, #spec-ID. What comes from a report is only ever put in as text.
(() => {
  const get = (id) => document.getElementById(id);
  const [cell, verdict, source, text] = ["by-cell", "by-verdict", "by-source", "by-text"].map(get);
  const form = get("filter"), report = get("report"), view = get("view"), title = document.title;

  // Filter.
  const suites = [...document.querySelectorAll("details.suite")].map((details) => ({
    details, open: details.open, heads: [...details.querySelectorAll("thead th")].slice(1),
    rows: [...details.querySelectorAll("tbody tr")].map((row) => ({
      row, source: row.dataset.source, words: row.cells[0].textContent.toLowerCase(),
      cells: [...row.cells].slice(1), verdicts: [...row.cells].slice(1).map((td) => td.className),
    })),
  }));
  const right = (v) => !verdict.value || (verdict.value === "red" ? !["PASS", "SKIP", ""].includes(v) : v === verdict.value);

  const apply = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const column = cell.selectedIndex - 1; // -1 is all
    const narrowed = Boolean(verdict.value || source.value || words.length || cell.value);
    let shown = 0, all = 0;
    for (const suite of suites) {
      let here = 0;
      suite.heads.forEach((th, i) => { th.hidden = column >= 0 && column !== i; });
      for (const r of suite.rows) {
        const wanted = column < 0 ? r.verdicts : [r.verdicts[column]];
        const hit = (!source.value || r.source === source.value) && words.every((w) => r.words.includes(w)) && wanted.some((v) => right(v));
        r.row.hidden = !hit;
        r.cells.forEach((td, i) => { td.hidden = column >= 0 && column !== i; });
        all++;
        if (hit) here++;
      }
      suite.details.hidden = narrowed && here === 0;
      suite.details.open = narrowed ? here > 0 : suite.open;
      shown += here;
    }
    get("shown").textContent = `${shown} of ${all} specs shown`;
  };
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());

  // A place of the heat map shows its suite in its cell.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-cell]");
    if (!link) return;
    form.reset();
    cell.value = link.dataset.cell;
    apply();
    const suite = document.querySelector(`details.suite[id="${CSS.escape(link.hash.slice(1))}"]`);
    if (suite) suite.open = true;
  });

  // The page of a spec.
  let data;
  const load = () => data ??= (async () => {
    const bytes = Uint8Array.from(atob(get("data").textContent), (c) => c.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
  })();

  const el = (name, attributes, ...inside) => {
    const e = document.createElement(name);
    for (const [k, v] of Object.entries(attributes || {})) e.setAttribute(k, v);
    e.append(...inside.flat().filter((x) => x !== undefined && x !== ""));
    return e;
  };
  const marks = { PASS: "✓", FAIL: "✗", ERROR: "!", SKIP: "–" };
  const chip = (v) => el("span", { class: `chip ${v}` }, el("span", { "aria-hidden": "true" }, `${marks[v] || "?"} `), v);
  const code = (t) => el("code", null, t);
  const codes = (all) => all.flatMap((t, i) => (i ? [", ", code(t)] : [code(t)]));
  const fact = (name, ...what) => el("div", { class: "wide" }, el("dt", null, name), el("dd", null, ...what));
  const table = (caption, heads, rows, kind) => el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    el("table", kind ? { class: kind } : {}, el("caption", null, caption),
      el("thead", null, el("tr", null, heads.map((h) => el("th", { scope: "col" }, h)))),
      el("tbody", null, rows.map((row) => el("tr", null, el("th", { scope: "row" }, row[0]), row.slice(1).map((c) => el("td", null, c)))))));

  const trace = (d, n, name) => {
    if (n < 0) return el("p", null, "No APDU trace was recorded.");
    return table(name, ["No.", "Command", "Response"], d.traces[n].map((x, i) => [String(i + 1), code(x.command), code(x.response)]), "trace");
  };

  // Cells in which the same was observed are told together.
  const alike = (results) => {
    const groups = new Map();
    for (const r of results) {
      const key = JSON.stringify([r.verdict, r.reason, r.trace, r.waiver, r.attempts]);
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(r);
    }
    return [...groups.values()];
  };

  const observed = (d, group, many) => {
    const r = group.find((g) => !d.cells[g.cell].note) || group[0], names = group.map((g) => d.cells[g.cell].id).join(", ");
    const parts = [el("h4", null, chip(r.verdict), ` ${names}`)];
    if (r.reason) parts.push(el("p", { class: "reason" }, r.reason));
    if (r.waiver) parts.push(el("p", { class: "note" }, r.waiver));
    for (const [i, a] of (r.attempts || []).entries()) {
      parts.push(el("p", null, `Attempt ${i + 1}: `, chip(a.verdict), a.reason ? ` ${a.reason}` : ""));
      if (a.trace >= 0) parts.push(el("details", null, el("summary", null, `APDU trace of attempt ${i + 1}`), trace(d, a.trace, `Attempt ${i + 1} in ${names}, secrets blanked`)));
    }
    parts.push(el("p", null, "Do it again: ", code(r.reproduce)));
    if (r.attempts) return el("section", { class: "cell" }, parts); // the traces are those of the attempts
    const shown = trace(d, r.trace, `APDU trace in ${names}, secrets blanked`);
    parts.push(many && r.trace >= 0 ? el("details", null, el("summary", null, `APDU trace, ${d.traces[r.trace].length} exchanges`), shown) : shown);
    return el("section", { class: "cell" }, parts);
  };

  const fill = (d, id) => {
    const s = Object.hasOwn(d.specs, id) ? d.specs[id] : undefined;
    if (!s) return [el("p", null, "This report has no such spec.")];
    const facts = [fact("Requirement", s.title), fact("Source", s.source || "none is named")];
    if (s.requires) facts.push(fact("Needs", s.requires.join(", ")));
    facts.push(fact("Proof: the fault that turns it red", s.proof ? code(s.proof) : el("strong", { class: "unproven" }, "unproven")));
    if (s.observed) facts.push(fact("What it says with that fault", s.observed));
    if (s.caught) facts.push(fact("Faults it was seen to notice", codes(s.caught)));
    const groups = alike(s.results);
    return [
      el("dl", { class: "facts" }, facts),
      table("In each cell", ["Cell", "Verdict", "Time"], s.results.map((r) => [
        [d.cells[r.cell].id, d.cells[r.cell].note ? el("small", null, d.cells[r.cell].note) : ""], chip(r.verdict), r.elapsed])),
      el("h3", null, "What was observed"),
      ...groups.map((g) => observed(d, g, groups.length > 2)),
    ];
  };

  // reveal goes to a place of the report that may have been hidden or closed.
  const reveal = (id) => {
    const place = id && get(id);
    if (!place) return;
    if (place.matches("details")) place.open = true;
    place.scrollIntoView();
  };

  let from; // the spec whose page was shown last
  const show = async () => {
    let id = "";
    try { id = decodeURIComponent(location.hash.slice(1)); } catch { /* not an address of ours */ }
    const spec = id.startsWith("spec-") ? id.slice(5) : "";
    report.hidden = Boolean(spec);
    view.hidden = !spec;
    if (!spec) {
      document.title = title;
      const row = from && id === "specs" && [...document.querySelectorAll("table.specs a")].find((a) => a.textContent === from);
      from = undefined;
      if (row && row.checkVisibility()) row.focus(); else reveal(id);
      return;
    }
    from = spec;
    document.title = `${spec}: ${title}`;
    get("view-name").replaceChildren(spec);
    let parts;
    try {
      parts = fill(await load(), spec);
    } catch {
      parts = [el("p", null, "This browser cannot unpack the details. They are in report.json beside this page.")];
    }
    if (from !== spec) return; // meanwhile another was asked for
    get("view-body").replaceChildren(...parts);
    get("view-name").focus({ preventScroll: true });
    scrollTo(0, 0);
  };
  addEventListener("hashchange", show);

  form.hidden = false;
  apply();
  show();
})();
