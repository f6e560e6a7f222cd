"use strict";
// The form and uri channels come back here with the answer in the fragment.
const fragment = new URLSearchParams(location.hash.slice(1));
history.replaceState(null, "", location.pathname);
const line = document.getElementById("signin-status");
if (fragment.get("ticket")) {
  document.getElementById("ticket").value = fragment.get("ticket");
  document.getElementById("complete").submit();
} else {
  const code = Number(fragment.get("status")) || 0;
  const block = JSON.parse(document.getElementById("transaction").textContent);
  const text = block.sentences[code] || "The smartcard program did not answer.";
  document.title = "Error: You are not signed in – Toy care identity service";
  document.querySelector("h1").textContent = "You are not signed in";
  line.parentElement.classList.add("error");
  line.textContent = text + " Code for the helpdesk: 400_645" +
    (code ? " (AUT 0x" + code.toString(16).toUpperCase() + ")" : "") + ". Go back to your application and start again.";
}
