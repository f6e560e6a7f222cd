"use strict";
// Search among many roles. Without this script the whole list is there.
const box = document.getElementById("role-search");
if (box) box.form.addEventListener("submit", (e) => {
  if (document.activeElement === box) e.preventDefault(); // Enter while searching is not choosing
});
if (box) box.addEventListener("input", () => {
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const role of document.querySelectorAll(".role")) {
    const text = role.textContent.toLowerCase();
    const chosen = role.querySelector("input").checked; // never goes on unseen
    role.hidden = !chosen && !words.every((w) => text.includes(w));
    if (!role.hidden) shown++;
  }
  document.getElementById("role-count").textContent = shown === 0 ? "No role matches" : shown + (shown === 1 ? " role" : " roles");
});
const summary = document.getElementById("problem-summary");
if (summary) summary.focus();
