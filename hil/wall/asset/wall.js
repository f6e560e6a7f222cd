"use strict";
const at = id => document.getElementById(id);
const meta = name => document.querySelector(`meta[name=${name}]`).content;
const path = (...parts) => "/" + parts.map(encodeURIComponent).join("/");
const rank = { viewer: 0, operator: 1, admin: 2 };
const may = role => meta("role") in rank && rank[meta("role")] >= rank[role];

// el makes an element; children may be text, null is left out.
function el(name, props, ...children) {
  const e = document.createElement(name);
  for (const [k, v] of Object.entries(props || {})) {
    if (k.startsWith("on")) e.addEventListener(k.slice(2), v);
    else if (v !== false && v !== null && v !== undefined) e.setAttribute(k, v === true ? "" : v);
  }
  e.append(...children.filter(c => c !== null && c !== undefined));
  return e;
}
const vh = text => el("span", { class: "vh" }, text);

function say(text, bad) {
  const s = at("status");
  s.className = bad ? "bad" : "";
  s.textContent = text;
}

async function order(to, body) {
  const r = await fetch(to, { method: "POST", headers: { "X-Hil-Csrf": meta("csrf"), "Content-Type": "application/json" }, body: JSON.stringify(body || {}) });
  if (r.status === 401) location.href = "/login?to=" + encodeURIComponent(location.pathname);
  if (r.status === 204) return {};
  const answer = await r.json();
  if (!r.ok) throw new Error(answer.error);
  return answer;
}

// The dialog asks for what an order needs. Buttons that open it say where the
// order goes (data-to), what it is called (data-title), and which fields it has.
const asked = { to: "", opener: "", fields: [] };
function ask(button) {
  asked.to = button.dataset.to;
  asked.opener = button.id;
  asked.fields = button.dataset.fields.split(" ").filter(Boolean);
  at("ask-title").textContent = button.dataset.title;
  at("ask-hint").textContent = button.dataset.hint || "";
  at("ask-hint").hidden = !button.dataset.hint;
  at("ask-problem").textContent = "";
  at("ask-reason").value = "";
  for (const f of ["card", "minutes", "reason"]) at(`ask-${f}-row`).hidden = !asked.fields.includes(f);
  const optional = asked.to.endsWith("/reserve");
  at("ask-card").replaceChildren(...(optional ? [el("option", { value: "" }, "no card")] : []), ...farm.cards.map(c => el("option", { value: c.serial, selected: c.serial === button.dataset.card }, c.title ? `${c.serial}, ${c.title}` : c.serial)));
  at("ask").showModal();
  const first = asked.fields.length ? at("ask-" + ["card", "minutes", "reason"].find(f => asked.fields.includes(f))) : at("ask-do");
  first.focus();
}
async function send() {
  const body = {};
  if (asked.fields.includes("reason")) body.reason = at("ask-reason").value.trim();
  if (asked.fields.includes("minutes")) body.minutes = Number(at("ask-minutes").value);
  if (asked.fields.includes("card")) body.card = at("ask-card").value;
  try {
    const answer = await order(asked.to, body);
    at("ask").close();
    if (live) { say(answer.done); back(); }
    else { sessionStorage.setItem("said", answer.done); location.reload(); }
  } catch (e) {
    at("ask-problem").textContent = "That failed: " + e.message + ".";
  }
}
// back puts the focus where the dialog was opened, or near it: the button may be
// gone.
function back() {
  const e = at(asked.opener) || at(asked.opener.replace(/^[a-z]+-/, "more-"));
  if (e && e.checkVisibility()) e.focus();
  else at("main").focus();
}

// What is known of the farm, and where it is shown.
const farm = { readers: new Map(), cards: [], runs: [], queue: { next: [], waiting: 0, running: 0 }, requests: [] };
let live = false;

const clock = text => new Date(text).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const names = { free: "Free", held: "In use", reserved: "Reserved", draining: "Draining", quarantined: "In quarantine", over: "Lease is over" };
const look = r => r.lease && r.lease.over ? "over" : r.lease && r.lease.person ? "reserved" : r.state;
const trouble = r => r.silent || ["over", "draining", "quarantined"].includes(look(r));

function tile(r) {
  const s = look(r), name = r.name || r.place, label = `${r.host} ${r.place}`;
  const device = (verb) => path("api", "devices", r.host, "reader", r.place, verb);
  const button = (verb, text, fields, title, more) => el("button", Object.assign({ id: `${verb}-${r.id}`, "data-to": device(verb), "data-title": title, "data-fields": fields, "data-card": r.card }, more || {}), text, vh(` reader ${label}`));
  const stopped = s === "draining" || s === "quarantined";
  const lease = r.lease;
  return el("li", { class: "tile " + s, "data-id": r.id },
    el("h3", {}, el("a", { href: path("devices", r.host, "reader", r.place), id: "at-" + r.id }, label)),
    el("p", { class: "badge" }, names[s] || s),
    name !== r.place ? el("p", { class: "quiet" }, name) : null,
    el("p", {}, r.card ? "Card " + r.card : "No card known in it"),
    lease && lease.person ? el("p", {}, `For ${lease.person} until ${clock(lease.until)}`) : null,
    lease && !lease.person ? el("p", {}, "Cell ", el("a", { href: path("runs", lease.run, "cells", lease.cell) }, lease.cell), lease.attempt > 1 ? `, attempt ${lease.attempt}` : "", `, lease until ${clock(lease.until)}`) : null,
    r.health ? el("p", {}, "Health: " + r.health) : null,
    r.reason ? el("p", { class: stopped ? "warn" : "" }, r.reason) : null,
    r.silent ? el("p", { class: "warn" }, `Host ${r.host} has not been heard of`) : null,
    may("operator") ? el("details", { id: "d-" + r.id }, el("summary", { id: "more-" + r.id }, "Orders", vh(` for reader ${label}`)),
      el("div", { class: "row" },
        s === "reserved" ? button("release", "Release", "", `Release reader ${label}`) : null,
        s === "free" ? button("reserve", "Reserve", "card minutes", `Reserve reader ${label}`) : null,
        s === "free" || s === "reserved" ? button("insert", "Insert card", "card", `Insert a card into reader ${label}`) : null,
        !stopped ? button("drain", "Drain", "reason", `Drain reader ${label}`, { "data-hint": "It is not given out again. Whoever holds it now no longer does." }) : null,
        s !== "quarantined" ? button("quarantine", "Quarantine", "reason", `Put reader ${label} into quarantine`, { class: "away" }) : null,
        s === "draining" || s === "quarantined" && may("admin") ? button("free", "Back into service", "", `Put reader ${label} back into service`) : null)) : null);
}

// Most is how many tiles are shown at once; the search finds the others.
const most = 400;
function drawReaders() {
  const want = at("find").value.toLowerCase(), only = at("only").value;
  const all = [...farm.readers.values()].filter(r => (only !== "busy" || r.lease) && (only !== "trouble" || trouble(r)) && (!want || JSON.stringify(r).toLowerCase().includes(want)));
  all.sort((a, b) => a.host < b.host ? -1 : a.host > b.host ? 1 : a.place.localeCompare(b.place, "en", { numeric: true }));
  const list = at("readers"), focus = document.activeElement && list.contains(document.activeElement) ? document.activeElement.id : "";
  const open = new Set([...list.querySelectorAll("details[open]")].map(d => d.id));
  const old = new Map([...list.children].map(e => [e.dataset.id, e]));
  list.replaceChildren(...all.slice(0, most).map(r => {
    const key = JSON.stringify(r) + farm.cards.length, was = old.get(r.id);
    if (was && was.dataset.key === key) return was;
    const e = tile(r);
    e.dataset.key = key;
    const d = e.querySelector("details");
    if (d && open.has(d.id)) d.open = true;
    return e;
  }));
  const shown = all.length === farm.readers.size && !want && !only ? "" : all.length === 1 ? "1 reader is shown." : `${all.length} readers are shown.`;
  const text = all.length > most ? `The first ${most} of ${all.length} readers are shown: search for others.` : shown;
  if (at("found").textContent !== text) at("found").textContent = text;
  const e = focus && (at(focus) || at(focus.replace(/^[a-z]+-/, "more-")));
  if (e && e !== document.activeElement) e.focus();
}

function drawSummary(time) {
  const all = [...farm.readers.values()], n = f => all.filter(f).length, one = (k, word) => k === 1 ? `1 ${word}` : `${k} ${word}s`;
  at("summary").textContent = `${one(all.length, "reader")}: ${n(r => look(r) === "held")} in use, ${n(r => look(r) === "free")} free, ${n(r => look(r) === "reserved")} reserved, ${n(trouble)} in trouble. ` +
    `${one(farm.queue.running, "cell")} running, ${farm.queue.waiting} waiting. As of ${clock(time)}.`;
}

// rows makes a table's rows anew, with the focus where it was.
function rows(table, body, list, make) {
  const focus = document.activeElement && at(body).contains(document.activeElement) ? document.activeElement.id : "";
  at(body).replaceChildren(...list.map(make));
  at(table).hidden = list.length === 0;
  const e = focus && at(focus);
  if (e) e.focus();
}
const cell = (is, ...children) => el("td", { "data-is": is }, ...children);
const badge = v => el("span", { class: "verdict " + v.toLowerCase() }, v);
const minutes = s => s < 90 ? `${s} s` : s < 5400 ? `${Math.round(s / 60)} min` : `${(s / 3600).toFixed(1)} h`;

function drawRuns() {
  at("no-runs").hidden = farm.runs.length > 0;
  rows("runs", "run-rows", farm.runs, r => el("tr", {},
    cell("Run", el("a", { href: path("runs", r.id), id: "run-" + r.id }, r.id)),
    cell("Progress", el("progress", { max: r.cells || 1, value: r.done, "aria-label": `Cells of run ${r.id} that are done` }), `${r.done} of ${r.cells}`, r.ended ? "" : r.left_s === undefined ? "" : `, about ${minutes(r.left_s)} left`),
    cell("Verdicts", ...Object.entries(r.verdicts).sort().flatMap(([v, n]) => [badge(v), ` ${n} `]), Object.keys(r.verdicts).length ? null : "none yet"),
    cell("Not passed", r.red.length ? el("ul", {}, ...r.red.slice(0, 5).map(x => el("li", {}, el("a", { href: path("runs", r.id, "cells", x.cell), id: `red-${r.id}-${x.cell}` }, x.cell), ` ${x.verdict}${x.reason ? ": " + x.reason : ""}`)), r.red.length > 5 ? el("li", {}, `and ${r.red.length - 5} more`) : null) : "none")));
}
function drawQueue() {
  const q = farm.queue;
  at("queue-count").textContent = q.waiting + q.running === 0 ? "Nothing waits." : `${q.running} running, ${q.waiting} waiting${q.waiting + q.running > q.next.length ? `; the first ${q.next.length} are shown` : ""}.`;
  rows("queue", "queue-rows", q.next, x => el("tr", {},
    cell("Cell", el("a", { href: path("runs", x.run, "cells", x.cell), id: `cell-${x.run}-${x.cell}` }, x.cell), x.attempt > 1 ? `, attempt ${x.attempt}` : ""),
    cell("Run", x.run), cell("Host", x.host), cell("Stands", x.phase === "running" ? "Running. " : "Waiting. ", x.why)));
}
function drawCards() {
  at("no-cards").hidden = farm.cards.length > 0;
  const spent = c => ["tries", "locks", "writes"].filter(k => c.budget[k]).map(k => `${c.spent[k]} of ${c.budget[k]} ${k}`).join(", ");
  rows("cards", "card-rows", farm.cards, c => el("tr", {},
    cell("Card", el("a", { href: path("devices", c.home, "card", c.serial), id: "card-" + c.serial }, c.serial), c.title ? ` ${c.title}` : "", c.test ? " (test card)" : ""),
    cell("Where", c.where ? "Reader " + c.where : c.home, c.lease ? c.lease.person ? `, for ${c.lease.person}` : ", in use" : "", c.state === "quarantined" ? ", in quarantine" : c.state === "draining" ? ", draining" : ""),
    cell("Certificate until", c.expires ? c.expires.slice(0, 10) : "unknown"),
    cell("PIN tries", c.tries === undefined ? "unknown" : String(c.tries)),
    cell("Budget spent", spent(c) || "none allowed"),
    cell("Take care", c.warnings.length ? el("ul", { class: "warn" }, ...c.warnings.map(t => el("li", {}, t))) : "–")));
}
let known = new Set();
function drawRequests() {
  at("requests").hidden = farm.requests.length === 0;
  const focus = document.activeElement && at("request-list").contains(document.activeElement);
  const answer = (q, how, done) => async () => {
    try { await order(path("api", "requests", q.id, how)); say(done); } catch (e) { say("That failed: " + e.message + ".", true); }
  };
  at("request-list").replaceChildren(...farm.requests.map(q => el("li", {}, el("p", {}, `${q.text} Asked at ${clock(q.since)}.`),
    may("operator") ? el("div", { class: "row" },
      el("button", { class: "main", id: "done-" + q.id, onclick: answer(q, "done", "Said to be done: " + q.text) }, "Done", vh(": " + q.text)),
      el("button", { id: "refused-" + q.id, onclick: answer(q, "refused", "Refused: " + q.text) }, "Cannot be done", vh(": " + q.text))) : null)));
  const fresh = farm.requests.filter(q => !known.has(q.id));
  if (fresh.length) say("A person is needed: " + fresh.map(q => q.text).join(" "));
  known = new Set(farm.requests.map(q => q.id));
  if (focus) (at("request-list").querySelector("button") || at("main")).focus();
}

// take draws what an event changed.
function take(p) {
  if (p.first) farm.readers.clear();
  for (const r of p.readers || []) farm.readers.set(r.id, r);
  for (const id of p.gone || []) farm.readers.delete(id);
  if (p.cards) { farm.cards = p.cards; drawCards(); }
  if (p.first || p.readers || p.gone || p.cards) drawReaders();
  if (p.runs) { farm.runs = p.runs; drawRuns(); }
  if (p.queue) { farm.queue = p.queue; drawQueue(); }
  if (p.requests) { farm.requests = p.requests; drawRequests(); }
  drawSummary(p.time);
  at("trouble").hidden = !p.trouble;
  if (at("trouble").textContent !== p.trouble) { at("trouble").textContent = p.trouble; if (p.trouble) say(p.trouble, true); }
}

function follow() {
  const stream = new EventSource("/api/events");
  let lost = false;
  stream.onmessage = e => { if (lost) say("The hub is back."); lost = false; take(JSON.parse(e.data)); };
  stream.addEventListener("over", () => { stream.close(); location.href = "/login?to=/"; });
  stream.onerror = () => {
    if (!lost) say("The hub does not answer. This page goes on when it does.", true);
    lost = true;
    if (stream.readyState === EventSource.CLOSED) setTimeout(follow, 3000);
  };
}

document.addEventListener("click", e => {
  const b = e.target.closest("button[data-to]");
  if (b) ask(b);
});
if (at("logout")) at("logout").addEventListener("click", async () => { await order("/api/logout"); location.href = "/login"; });
if (at("ask")) {
  at("ask-form").addEventListener("submit", e => { e.preventDefault(); send(); });
  at("ask-cancel").addEventListener("click", () => { at("ask").close(); back(); });
}
const said = sessionStorage.getItem("said");
if (said) { sessionStorage.removeItem("said"); say(said); }
if ("live" in document.body.dataset) {
  live = true;
  at("find").addEventListener("input", drawReaders);
  at("only").addEventListener("change", drawReaders);
  follow();
}
