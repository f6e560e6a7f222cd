"use strict";
// Finds this session's smartcard program and hands it the id of the
// transaction, and nothing else. Channels are tried in the order given.
const tx = JSON.parse(document.getElementById("transaction").textContent);
const line = document.getElementById("signin-status");
const say = (text) => { line.textContent = text; };

// Which port does this session's agent listen on? All are asked at once.
const findPort = () => Promise.any(tx.ports.map(async (p) => {
  const answer = await fetch("http://localhost:" + p + "/PRS/GetPortNumber",
    { credentials: "include", signal: AbortSignal.timeout(4000) });
  const body = await answer.json();
  if (!answer.ok || !body.portData) throw new Error((body.faultException || {}).code || "PR20002");
  return body.portData.portNumber;
}));

// One invocation of a classic SignalR 2 hub by long polling.
const hub = async (port) => {
  const base = "http://localhost:" + port + "/signalr/";
  const data = "&connectionData=" + encodeURIComponent("[]");
  const get = (path) => fetch(base + path, { credentials: "include" });
  const negotiated = await (await get("negotiate?clientProtocol=2.1" + data)).json();
  const query = "?transport=longPolling&clientProtocol=" + encodeURIComponent(negotiated.ProtocolVersion) +
    "&connectionToken=" + encodeURIComponent(negotiated.ConnectionToken) + data;
  const post = (path, body) => fetch(base + path + query, { method: "POST", credentials: "include",
    headers: { "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8" }, body });
  await (await post("connect", "")).json();
  await (await get("start" + query)).json();
  const argument = btoa(JSON.stringify({ version: 1, id: tx.id }));
  asking();
  const sent = await post("send", "data=" + encodeURIComponent(JSON.stringify(
    { H: "authenticationhub", M: "requestToAuthenticate", A: [argument], I: 0 })));
  const answer = await sent.json();
  post("abort", "").catch(() => {});
  if (answer.E || !answer.R) throw new Error(answer.E || "no result");
  return answer.R;
};

// On /v1 the agent allows no credentials: a browser would hide the answer.
const json = async (port) => {
  asking();
  const answer = await fetch("http://localhost:" + port + "/v1/authenticate", { method: "POST",
    credentials: "omit", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ version: 1, id: tx.id }) });
  if (!answer.ok) throw new Error("HTTP " + answer.status);
  return answer.json();
};

// What the browser says of calls to this computer, after one has failed. Browsers
// that split the network into address spaces ask their person first, or a policy
// decides; the permission has had three names, of which the first known counts.
// "prompt" may be a question that was turned away, or one that never came up.
const permission = async () => {
  for (const name of ["loopback-network", "local-network", "local-network-access"]) {
    try {
      return (await navigator.permissions.query({ name })).state;
    } catch (e) { /* not known by this name */ }
  }
  return "unknown";
};

// The ways that need no call from this page: a form that goes to the program
// itself, and a link that starts it.
const byHand = () => document.getElementById("use-form") || document.getElementById("use-uri");

// No call got through. The browser's no is another thing than a program that
// does not run.
const unreached = async () => {
  const state = await permission();
  const button = byHand();
  const what = button && (button.id === "use-form" ? "button" : "link");
  if (button) document.getElementById("other-title").textContent = "Ways that need no permission";
  if (state === "denied" && button) {
    say("Your browser does not let this page look for the smartcard program on this computer. Use the " + what + " below to go on.");
    button.classList.remove("second");
    button.focus();
  } else {
    fail(0);
    if (state === "denied") say("Your browser does not let this page look for the smartcard program on this computer. " +
      "Ask your IT department to allow it. Code for the helpdesk: 400_645.");
    if (state === "prompt" && button) say(line.textContent +
      " If your browser asked whether this page may reach this computer, try again and allow it, or use the " + what + " below.");
  }
  line.dataset.refused = state;
};

const asking = () => say("Put your smartcard in and type your passcode in the window of the smartcard program.");

const finish = (result) => {
  if (result.status_code === 0 && result.ticket) {
    say("Smartcard accepted. One moment.");
    document.getElementById("ticket").value = result.ticket;
    document.getElementById("complete").submit();
    return;
  }
  fail(result.status_code || 0);
};

const fail = (code) => {
  const shown = "400_645" + (code ? " (AUT 0x" + code.toString(16).toUpperCase() + ")" : "");
  say((tx.sentences[code] || "The smartcard program could not be reached. Check that it is installed and running.") +
    " Code for the helpdesk: " + shown + ".");
  line.parentElement.classList.add("error");
  line.dataset.code = String(code);
  for (const hint of line.parentElement.querySelectorAll(".hint")) hint.hidden = true;
  const others = document.getElementById("other-ways");
  if (others) others.hidden = code !== 0; // the id is used up
  document.getElementById("abandon-status").value = String(code);
  document.getElementById("cancel").className = "";
  document.getElementById("cancel").textContent = "Return to " + document.getElementById("client-name").textContent;
  line.focus();
};

const run = async () => {
  if (tx.handover[0] === "uri") { // needs no port
    say("Use the link below to go on.");
    document.getElementById("use-uri").focus();
    return;
  }
  let port;
  try {
    port = await findPort();
  } catch (e) {
    await unreached();
    return;
  }
  const form = document.getElementById("form-channel");
  if (form) form.action = "http://localhost:" + port + "/v1/authenticate";
  for (const channel of tx.handover) {
    if (channel === "form" || channel === "uri") {
      say("Use the " + (channel === "form" ? "button" : "link") + " below to go on.");
      document.getElementById(channel === "form" ? "use-form" : "use-uri").focus();
      return;
    }
    try {
      finish(await (channel === "hub" ? hub : json)(port));
      return;
    } catch (e) { /* the next channel */ }
  }
  fail(0);
};

run();
