package stranger_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/conformance/relyingparty"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// traveller is one person's way from an application and back, in whatever
// browser.
type traveller struct {
	t    *testing.T
	cell *target.Target
	flow *relyingparty.Flow
	came chan *url.URL
}

// setOut starts an application whose person holds a card of series 9.
func setOut(t *testing.T) *traveller {
	t.Helper()
	j := &traveller{t: t, cell: cell(t, "9", iso7816.T1), came: make(chan *url.URL, 1)}
	app, err := relyingparty.New(t.Context(), j.cell, 0)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/callback" {
			http.NotFound(w, r)
			return
		}
		select {
		case j.came <- r.URL:
		default:
		}
		_, _ = io.WriteString(w, `<!doctype html><title>Signed in</title><p id="arrived">Signed in.</p>`)
	}))
	t.Cleanup(server.Close)
	app.Redirect = server.URL + "/callback"
	j.flow = app.Begin(nil)
	return j
}

// provider is the address of the identity service, host and port.
func (j *traveller) provider() string {
	u, err := url.Parse(j.cell.Issuer)
	if err != nil {
		j.t.Fatal(err)
	}
	return u.Host
}

// home wants the application to have the holder's tokens.
func (j *traveller) home() {
	j.t.Helper()
	ctx, cancel := context.WithTimeout(j.t.Context(), 30*time.Second)
	defer cancel()
	select {
	case came := <-j.came:
		s, err := j.flow.Finish(ctx, came)
		if err != nil {
			j.t.Fatal(err)
		}
		if s.ID.Subject != j.cell.Holder {
			j.t.Errorf("the ID token is about %s, the card is %s's", s.ID.Subject, j.cell.Holder)
		}
	case <-ctx.Done():
		j.t.Fatal("the browser never came back to the application")
	}
}

// pressContinue goes on from the page "Signed in as", if that is shown.
const pressContinue = `(() => {
	const button = document.querySelector("form[action*='/smartcard/continue/'] button");
	if (button) button.click();
	return String(!!button);
})()`

// What the login page says when no call gets through: where the browser says no,
// and where its question is open.
const (
	saysNo      = "Your browser does not let this page look for the smartcard program on this computer. Use the button below to go on."
	saysPerhaps = "If your browser asked whether this page may reach this computer, try again and allow it, or use the button below."
)

// managed is a Chromium that reads a policy of ours instead of the machine's:
// only it sees the folder that is mounted for it.
func managed(t *testing.T, policy string) chromedp.ExecAllocatorOption {
	t.Helper()
	need(t, "chromium", "unshare")
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "etc", "policies", "managed"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "etc", "policies", "managed", "policy.json"), []byte(policy), 0o644); err != nil {
		t.Fatal(err)
	}
	own := "unshare --mount"
	if os.Getuid() != 0 {
		own = "unshare --map-root-user --mount"
	}
	script := fmt.Sprintf("#!/bin/sh\nexec %s sh -c 'mount --bind \"$0\" /etc/chromium && exec chromium \"$@\"' %s \"$@\"\n", own, filepath.Join(dir, "etc"))
	path := filepath.Join(dir, "chromium")
	if err := os.WriteFile(path, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("sh", "-c", own+" true").CombinedOutput(); err != nil {
		t.Skipf("no mount namespace can be had here, so no policy: %s", out)
	}
	return chromedp.ExecPath(path)
}

// Requirement: a provider in the public network signs a person in by Chromium,
// by script when policy grants the page this computer, and by the form of a
// clear page when policy denies it or nobody answers the browser's question.
// Source: issue, "must show"; protocol §4; Local Network Access (WICG). Turned
// red by: a page that takes the browser's no for a program that does not run,
// or a form that goes to no port.
func TestLocalNetworkAccess(t *testing.T) {
	for name, c := range map[string]struct {
		policy string
		page   string // what a page that is refused says; empty is none
	}{
		"granted by policy": {`{"LocalNetworkAccessAllowedForUrls": ["http://PROVIDER"]}`, ""},
		"loopback granted":  {`{"LoopbackNetworkAllowedForUrls": ["http://PROVIDER"]}`, ""},
		"denied by policy":  {`{"LocalNetworkAccessBlockedForUrls": ["http://PROVIDER"]}`, saysNo},
		"loopback denied":   {`{"LoopbackNetworkBlockedForUrls": ["http://PROVIDER"]}`, saysNo},
		"nobody answers":    {`{}`, saysNo}, // without a screen Chromium answers its own question
	} {
		t.Run(name, func(t *testing.T) {
			j := setOut(t)
			s := screen(t, managed(t, strings.ReplaceAll(c.policy, "PROVIDER", j.provider())),
				chromedp.Flag("ip-address-space-overrides", j.provider()+"=public"))
			s.do(chromedp.Navigate(j.flow.URL), chromedp.WaitReady(chromedp.CSS("#signin-status[data-refused], form[action*='/smartcard/continue/'] button, #arrived")))
			said := s.text(`(document.querySelector("#signin-status[data-refused]") || {}).textContent || ""`)
			if (said == "") != (c.page == "") || !strings.Contains(said, c.page) {
				t.Fatalf("the page says %q, not %q", said, c.page)
			}
			if c.page != "" {
				s.judge("network-" + strings.ReplaceAll(name, " ", "-"))
				s.do(chromedp.Click(chromedp.CSS("#use-form")))
			}
			s.do(chromedp.WaitReady(chromedp.CSS("form[action*='/smartcard/continue/'] button, #arrived")))
			s.text(pressContinue)
			s.do(chromedp.WaitReady(chromedp.CSS("#arrived")))
			j.home()
		})
	}
}
