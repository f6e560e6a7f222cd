"use strict";
// The filter over the spec tables. Without it, all specs are shown.
(() => {
  const form = document.getElementById("filter");
  const [verdict, cell, text] = ["by-verdict", "by-cell", "by-text"].map((id) => document.getElementById(id));
  const sections = [...document.querySelectorAll("section.cell")];

  const matches = (row, words) => {
    const v = row.dataset.verdict;
    const right = verdict.value === "red" ? v !== "PASS" && v !== "SKIP" : !verdict.value || v === verdict.value;
    const content = row.textContent.toLowerCase();
    return right && words.every((w) => content.includes(w));
  };

  const apply = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const narrowed = Boolean(verdict.value || words.length);
    let shown = 0, all = 0;
    for (const section of sections) {
      const wanted = !cell.value || section.dataset.cell === cell.value;
      let here = 0;
      for (const row of section.querySelectorAll("tr[data-verdict]")) {
        all++;
        row.hidden = !(wanted && matches(row, words));
        if (!row.hidden) here++;
      }
      section.hidden = !wanted || (narrowed && here === 0);
      shown += here;
    }
    document.getElementById("shown").textContent = `${shown} of ${all} results shown`;
  };

  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  // A link to a cell must never lead to something hidden.
  document.addEventListener("click", (event) => {
    if (event.target.closest('a[href^="#cell-"]')) { form.reset(); apply(); }
  });
  apply();
})();
