// Signs a person in to an application, in a real browser, without clicking on
// the identity service's pages. Copy signIn into your end-to-end tests.
//
//   node playwright.mjs CONTROL APPLICATION UUID [ROLE]
//
// CONTROL is the control door of mockcis2, APPLICATION the address at which your
// application begins to sign in. Prints where the browser ended and what the
// page says, as JSON.
import { chromium } from "playwright-core";

// signIn takes a page from the application's login link back into the
// application, as the person with this UUID.
export async function signIn(page, control, start, uuid, role) {
  await page.goto(start);
  const transaction = page.url().match(/\/smartcard\/login\/([^/?#]+)/);
  if (!transaction) throw new Error("not on the login page: " + page.url() + "\n" + await page.innerText("body"));
  const answer = await fetch(`${control}/transactions/${transaction[1]}/complete`, { method: "POST", body: JSON.stringify(role ? { uuid, role } : { uuid }) });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.error);
  await page.goto(said.resume_url);
}

const [control, start, uuid, role] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  const page = await browser.newPage();
  await signIn(page, control, start, uuid, role);
  console.log(JSON.stringify({ url: page.url(), text: await page.innerText("body") }));
} finally {
  await browser.close();
}
