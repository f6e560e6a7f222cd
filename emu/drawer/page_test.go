package drawer_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/smartcard-connect/smartcard-connect/emu/drawer"
)

var screenshots = flag.String("screenshots", "", "a folder for pictures of the page")

// enough bounds a test with a browser.
const enough = 2 * time.Minute

// browse opens the page of a bench in a real browser.
func browse(t *testing.T, b bench) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed: make install")
	}
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.Flag("headless", "new")}
	for _, f := range []string{"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync", "no-first-run", "disable-gpu", "no-sandbox"} {
		options = append(options, chromedp.Flag(f, true))
	}
	ctx, cancel := context.WithTimeout(t.Context(), enough)
	t.Cleanup(cancel)
	allocated, release := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(release)
	tab, closeTab := chromedp.NewContext(allocated)
	t.Cleanup(closeTab)
	if err := chromedp.Do(tab, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(b.door.URL), chromedp.WaitReady(chromedp.CSS("#reset-c"))); err != nil {
		t.Fatal(err)
	}
	return tab
}

// js evaluates in the page.
func js[T any](t *testing.T, tab context.Context, expression string) T {
	t.Helper()
	v, err := chromedp.Run(tab, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return v
}

func keys(t *testing.T, tab context.Context, k string) {
	t.Helper()
	if err := chromedp.Do(tab, chromedp.KeyEvent(k)); err != nil {
		t.Fatal(err)
	}
}

// reach presses Tab until the element has the focus, and wants it to be seen.
func reach(t *testing.T, tab context.Context, id string) {
	t.Helper()
	for range 80 {
		if js[string](t, tab, "document.activeElement.id") == id {
			if js[string](t, tab, "getComputedStyle(document.activeElement).outlineStyle") == "none" {
				t.Errorf("the focus on %s cannot be seen", id)
			}
			return
		}
		keys(t, tab, kb.Tab)
	}
	t.Fatalf("Tab never comes to %s", id)
}

// status waits for the live region to say so.
func status(t *testing.T, tab context.Context, want string) {
	t.Helper()
	got := ""
	for range 1500 {
		if got = js[string](t, tab, "document.getElementById('status').textContent"); strings.Contains(got, want) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("the page says %q, want %q", got, want)
}

// Requirement: the page works by keyboard alone: insert, swap, put a fault on,
// heal, reset, remove; what happened is said in a live region and the focus
// stays where the person is. Source: the issue; WCAG 2.2 2.1.1, 2.4.7, 4.1.3.
// Turned red by: a control that only a mouse reaches, or drawing the page anew
// without the focus.
func TestPageByKeyboard(t *testing.T) {
	b := newBench(t)
	tab := browse(t, b)
	state := func() drawer.State { return b.done(b.door.State(t.Context())) }

	reach(t, tab, "pick-0")
	keys(t, tab, "b") // options begin with the card's ID
	reach(t, tab, "insert-0")
	keys(t, tab, kb.Enter)
	status(t, tab, "b is in reader 0.")
	b.readers[0].Accept()
	b.holds(state(), "b", "")
	if got := js[string](t, tab, "document.activeElement.id"); got != "remove-0" {
		t.Errorf("after inserting, the focus is on %q", got)
	}

	keys(t, tab, kb.Shift+kb.Tab)
	reach(t, tab, "pick-0")
	keys(t, tab, "c")
	reach(t, tab, "swap-0")
	keys(t, tab, kb.Enter)
	status(t, tab, "Reader 0 has another card.")
	b.readers[0].Accept()
	b.holds(state(), "c", "")

	reach(t, tab, "fault-c")
	keys(t, tab, "one try") // a title
	reach(t, tab, "put-c")
	keys(t, tab, " ")
	status(t, tab, "c has the fault card.last-try.")
	b.readers[0].Accept()
	picture(t, tab, "fault")
	if text := js[string](t, tab, "document.getElementById('cards').innerText"); !strings.Contains(text, "One try left") || !strings.Contains(text, "Fault: card.last-try") {
		t.Errorf("the page does not show the fault:\n%s", text)
	}
	reach(t, tab, "heal-c")
	keys(t, tab, kb.Enter)
	status(t, tab, "c has no fault.")
	b.readers[0].Accept()
	reach(t, tab, "reset-c")
	keys(t, tab, kb.Enter)
	status(t, tab, "c is as it was made.")
	b.readers[0].Accept()

	reach(t, tab, "remove-0")
	keys(t, tab, kb.Enter)
	status(t, tab, "c is out of reader 0.")
	b.holds(state(), "", "")
	if got := js[string](t, tab, "document.activeElement.id"); got != "insert-0" {
		t.Errorf("after removing, the focus is on %q", got)
	}
}

// Requirement: the page follows what others do, without a reload, and shows what
// was said without the passcode. Turned red by: a page that only knows its own
// moves.
func TestPageIsLive(t *testing.T) {
	b := newBench(t)
	tab := browse(t, b)
	b.done(b.door.Insert(t.Context(), "a", 1))
	b.readers[1].Accept()
	b.readers[1].Exchange(mistake)
	if err := chromedp.Do(tab, chromedp.WaitReady(chromedp.CSS("#remove-1")), chromedp.WaitReady(chromedp.CSS("#said tr"))); err != nil {
		t.Fatal(err)
	}
	if text := js[string](t, tab, "document.getElementById('said').innerText"); !strings.Contains(text, "00200080080000000000000000") || !strings.Contains(text, "63C2") {
		t.Errorf("exchanges:\n%s", text)
	}
	if got := js[string](t, tab, "document.getElementById('pick-1').value"); got != "a" {
		t.Errorf("reader 1 offers %s, it holds a", got)
	}
	picture(t, tab, "live")
}

// Requirement: every control has a name, text has contrast, ids are unique,
// nothing is wider than a phone, headings are in order. Source: WCAG 2.2 1.3.1,
// 1.4.3, 1.4.10, 2.5.8, 4.1.2. Turned red by: an unlabelled select, grey on grey,
// or a table that does not wrap.
func TestPageIsAccessible(t *testing.T) {
	b := newBench(t)
	tab := browse(t, b)
	b.done(b.door.Inject(t.Context(), "b", "card.pin-blocked"))
	b.done(b.door.Insert(t.Context(), "a", 0))
	b.readers[0].Accept()
	b.readers[0].Exchange(mistake)
	if err := chromedp.Do(tab, chromedp.WaitReady(chromedp.CSS("#remove-0")), chromedp.WaitReady(chromedp.CSS("#said tr"))); err != nil {
		t.Fatal(err)
	}
	for _, width := range []int64{1280, 400, 320} {
		if err := chromedp.Do(tab, chromedp.EmulateViewport(width, 900, chromedp.EmulateMobile)); err != nil {
			t.Fatal(err)
		}
		for _, flaw := range js[[]string](t, tab, flaws) {
			t.Errorf("at %d pixels: %s", width, flaw)
		}
		picture(t, tab, fmt.Sprint(width))
	}
}

// flaws is a list of what is wrong with the page.
const flaws = `(() => {
	const out = [];
	const light = c => { const [r, g, b] = c.match(/[\d.]+/g).map(Number).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
	const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (c !== "rgba(0, 0, 0, 0)") return c; } return "rgb(255, 255, 255)"; };
	for (const e of document.querySelectorAll("body *")) {
		if (!e.checkVisibility() || ["SCRIPT", "OPTION"].includes(e.tagName)) continue;
		const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || e.tagName === "SELECT";
		if (!own || e.disabled) continue;
		const [a, b] = [light(getComputedStyle(e).color), light(ground(e))].sort((x, y) => y - x);
		if ((a + 0.05) / (b + 0.05) < 4.5) out.push("contrast " + ((a + 0.05) / (b + 0.05)).toFixed(2) + ": " + e.textContent.slice(0, 40));
	}
	for (const e of document.querySelectorAll("select, button, input")) {
		const name = e.tagName === "BUTTON" ? e.textContent.trim() : e.labels.length ? e.labels[0].textContent.trim() : "";
		if (!name) out.push("no name: " + e.outerHTML.slice(0, 80));
		const r = e.getBoundingClientRect();
		if (r.width < 24 || r.height < 24) out.push("too small: " + name);
	}
	const names = [...document.querySelectorAll("button")].map(e => e.textContent.trim());
	if (new Set(names).size !== names.length) out.push("two buttons of one name");
	const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
	if (new Set(ids).size !== ids.length) out.push("two elements of one id");
	if (document.documentElement.scrollWidth > document.documentElement.clientWidth) out.push("wider than the window: " + document.documentElement.scrollWidth);
	let level = 0;
	for (const h of document.querySelectorAll("h1, h2, h3")) { const n = Number(h.tagName[1]); if (n > level + 1) out.push("heading skipped: " + h.textContent); level = n; }
	if (!document.documentElement.lang || !document.title) out.push("no language or title");
	return out;
})()`

// picture keeps a screenshot of the whole page, where asked for.
func picture(t *testing.T, tab context.Context, name string) {
	t.Helper()
	if *screenshots == "" {
		return
	}
	raw, err := chromedp.Run(tab, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*screenshots, name+".png"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
}
