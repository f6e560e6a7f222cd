package stranger_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// screens is where pictures of the pages go, for people to look at.
const screens = "../../out/screens"

// axe runs the rules of WCAG 2.2 A and AA and axe's own advice on the page that
// is shown, and says what is violated and where.
const axe = `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"]})
	.then(r => r.violations.map(v => v.id + " (" + v.impact + "): " + v.help + " at " + v.nodes.map(n => n.target.join(" ")).join(", ")))`

// ran is true of a page whose scripts have run: they are deferred, and so come before
// its load is complete. An element is there before that.
const ran = `document.readyState === "complete"`

// onScreen is a browser in which the pages are looked at.
type onScreen struct {
	t   *testing.T
	tab context.Context
	axe string
}

func screen(t *testing.T, options ...chromedp.ExecAllocatorOption) onScreen {
	t.Helper()
	need(t, "chromium")
	source, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Skip("the npm packages are not here: ci/strangers.sh")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal(err)
	}
	options = append([]chromedp.ExecAllocatorOption{chromedp.ExecPath(path),
		chromedp.Flag("headless", "new"), chromedp.Flag("no-sandbox", true), chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("no-first-run", true), chromedp.Flag("hide-scrollbars", true)}, options...)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	allocated, release := chromedp.NewExecAllocator(ctx, options...)
	tab, closeTab := chromedp.NewContext(allocated)
	t.Cleanup(func() { closeTab(); release(); cancel() })
	s := onScreen{t, tab, string(source)}
	s.do()
	return s
}

func (s onScreen) do(steps ...chromedp.Action[chromedp.Void]) {
	s.t.Helper()
	if err := chromedp.Do(s.tab, steps...); err != nil {
		where, _ := chromedp.Run(s.tab, chromedp.Evaluate[string]("location.href + ' ' + document.body.innerText.slice(0, 300)"))
		s.t.Fatalf("at %q: %v", where, err)
	}
}

func (s onScreen) text(js string) string {
	s.t.Helper()
	text, err := chromedp.Run(s.tab, chromedp.Evaluate[string](js))
	if err != nil {
		s.t.Fatalf("%s: %v", js, err)
	}
	return text
}

// looks are how a page is looked at: on a desk, on a phone, at the 320 pixels of
// WCAG 2.2 1.4.10, in the colours of Windows' high contrast, and at night where a page has colours
// for that.
var looks = []struct {
	name  string
	width int64
	media map[string]string
}{
	{"1280", 1280, nil}, {"400", 400, nil}, {"320", 320, nil}, {"forced", 1280, map[string]string{"forced-colors": "active"}},
	{"dark", 1280, map[string]string{"prefers-color-scheme": "dark", "prefers-reduced-motion": "reduce"}},
}

// judge takes a picture of the page in every look and lets axe see them all.
// Nothing may need sideways scrolling (WCAG 2.2 1.4.10). Then it looks with the
// eyes of a screen reader, and walks by Tab.
func (s onScreen) judge(name string) {
	s.t.Helper()
	s.judgeLooks(name)
	for _, flaw := range append(s.unspoken(), s.walk()...) {
		s.t.Errorf("%s: %s", name, flaw)
	}
}

// judgeLooks is judge without the walk: behind an open dialog the page is inert.
func (s onScreen) judgeLooks(name string) {
	s.t.Helper()
	for _, look := range looks {
		s.do(chromedp.EmulateViewport(look.width, 900))
		s.media(look.media)
		if look.name == "dark" && !strings.Contains(s.text(`getComputedStyle(document.documentElement).colorScheme`), "dark") {
			continue // the page is light at night too
		}
		if over := s.text(`String(document.documentElement.scrollWidth - document.documentElement.clientWidth)`); over != "0" {
			s.t.Errorf("%s, %s, is %s pixels too wide", name, look.name, over)
		}
		picture, err := chromedp.Run(s.tab, chromedp.FullScreenshot(100))
		if err != nil {
			s.t.Fatal(err)
		}
		if err := os.MkdirAll(screens, 0o755); err != nil {
			s.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(screens, name+"-"+look.name+".png"), picture, 0o644); err != nil {
			s.t.Fatal(err)
		}
		for _, v := range s.violations() {
			s.t.Errorf("%s, %s: %s", name, look.name, v)
		}
	}
	s.media(nil)
	s.do(chromedp.EmulateViewport(1280, 900))
}

// media has the page believe what it is shown on.
func (s onScreen) media(features map[string]string) {
	s.t.Helper()
	p := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{}}
	for name, value := range features {
		p.Features = append(p.Features, &emulation.MediaFeature{Name: name, Value: value})
	}
	if _, err := chromedp.Call(s.tab, emulation.SetEmulatedMedia, p); err != nil {
		s.t.Fatal(err)
	}
}

func (s onScreen) violations() []string {
	s.t.Helper()
	if _, err := chromedp.Run(s.tab, chromedp.Evaluate[bool](s.axe+";true")); err != nil {
		s.t.Fatal(err)
	}
	found, err := chromedp.Run(s.tab, chromedp.Evaluate[[]string](axe, chromedp.EvalAwaitPromise))
	if err != nil {
		s.t.Fatal(err)
	}
	return found
}
