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

// Has the browser refused, rather than nobody answered? Browsers that split the
// network into address spaces ask their person first, or a policy decides; the
// permission has had three names. A question that is still open after a call has
// failed was turned away.
const refused = async () => {
  for (const name of ["loopback-network", "local-network", "local-network-access"]) {
    try {
      const { state } = await navigator.permissions.query({ name });
      if (state !== "granted") return true;
    } catch (e) { /* a browser that knows no such permission, or not by this name */ }
  }
  return false;
};

// The ways that need no call from this page: a form that goes to the program
// itself, and a link that starts it.
const byHand = () => {
  const button = document.getElementById("use-form") || document.getElementById("use-uri");
  const why = "Your browser does not let this page look for the smartcard program on this computer. ";
  line.dataset.refused = "true";
  if (!button) {
    fail(0);
    say(why + "Allow it when the browser asks, or ask your IT department to allow this address. Code for the helpdesk: 400_645.");
    return;
  }
  say(why + "Use the " + (button.id === "use-form" ? "button" : "link") + " below to go on.");
  document.getElementById("other-title").textContent = "Go on without it";
  button.classList.remove("second");
  button.focus();
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
    if (await refused()) byHand();
    else fail(0);
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
