package stranger_test

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/smartcard-connect/smartcard-connect/emu/drawer"
	"github.com/smartcard-connect/smartcard-connect/emu/vpcd/vpcdtest"
)

// Requirement: axe-core, which we did not write, finds nothing wrong with the
// page of 'cardemu drawer', on a desk and on a phone, while a card talks, one is
// locked and one has a fault. Source: WCAG 2.2 A and AA, and axe's own best
// practices. Turned red by: grey on grey, a control without a name, two regions
// of one name.
func TestDrawerPageByAxe(t *testing.T) {
	axe := axeSource(t)
	reader := vpcdtest.New(t)
	url := runDrawer(t, "--cards", "doctor,locked,last-try,series8", "--reader", "vpcd://"+reader.Address())
	door := drawer.Client{URL: url}
	if _, err := door.Inject(t.Context(), "series8", "card.wrong-signature"); err != nil {
		t.Fatal(err)
	}
	if _, err := door.Insert(t.Context(), "doctor", 0); err != nil {
		t.Fatal(err)
	}
	reader.Accept()
	reader.Exchange([]byte{0x00, 0x20, 0x00, 0x80})
	tab := openPage(t, url, "#said tr")
	if _, err := chromedp.Run(tab, chromedp.Evaluate[bool](axe+";true")); err != nil {
		t.Fatal(err)
	}
	for _, width := range []int64{1280, 400} {
		if err := chromedp.Do(tab, chromedp.EmulateViewport(width, 900)); err != nil {
			t.Fatal(err)
		}
		found, err := chromedp.Run(tab, chromedp.Evaluate[axeFound](axeRun, chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatal(err)
		}
		if found.Passes < 20 {
			t.Errorf("at %d pixels axe looked at %d rules only", width, found.Passes)
		}
		for _, v := range found.Violations {
			t.Errorf("at %d pixels: %s", width, v)
		}
	}
}

// axeFound is what axe says, in a few words.
type axeFound struct {
	Passes     int      `json:"passes"`
	Violations []string `json:"violations"`
}

// axeRun is a promise of axeFound.
const axeRun = `axe.run(document, { runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] } }).then(r => ({
	passes: r.passes.length,
	violations: r.violations.map(v => v.id + ", " + v.help + ": " + v.nodes.map(n => n.html.slice(0, 120)).join(" | ")),
}))`

// axeSource is the script that npm brought.
func axeSource(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Skip("the npm packages are not here: ci/strangers.sh")
	}
	return string(raw)
}

// runDrawer starts cardemu drawer and returns the address of its page.
func runDrawer(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(bin, "cardemu"), append([]string{"drawer"}, args...)...)
	cmd.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+t.TempDir())
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Cancel()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	var ready struct{ Control string }
	if err != nil || json.Unmarshal(line, &ready) != nil {
		t.Fatalf("cardemu drawer says %q: %v", line, err)
	}
	return ready.Control
}

// openPage opens an address in a real browser and waits for an element.
func openPage(t *testing.T, url, element string) context.Context {
	t.Helper()
	need(t, "chromium")
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath("chromium"), chromedp.Flag("headless", "new")}
	for _, f := range []string{"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync", "no-first-run", "disable-gpu", "no-sandbox"} {
		options = append(options, chromedp.Flag(f, true))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	allocated, release := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(release)
	tab, closeTab := chromedp.NewContext(allocated)
	t.Cleanup(closeTab)
	if err := chromedp.Do(tab, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(url), chromedp.WaitReady(chromedp.CSS(element))); err != nil {
		t.Fatal(err)
	}
	return tab
}
