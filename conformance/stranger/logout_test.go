package stranger_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/porttest"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/relyingparty"
	"github.com/smartcard-connect/smartcard-connect/conformance/signin"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// signedOut is where browsers go after signing out: nobody listens.
const signedOut = "http://127.0.0.1:4180/signed-out"

// events are those in the provider's diary that begin with a text, without it.
func events(t *testing.T, c *target.Target, begin string) (rest []string) {
	t.Helper()
	visits, err := c.Side.History(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range visits {
		if more, ok := strings.CutPrefix(v.Event, begin); ok {
			rest = append(rest, more)
		}
	}
	return rest
}

// ended is the event of a session that an application ended.
func ended(client string) string {
	return "session of " + testpki.Holders()[1].UUID + " ended: signed out at " + client
}

// left judges a logout on the provider's side: the browser is back with the
// state, and the session that was is over.
func left(t *testing.T, c *target.Target, b *browser.Browser, client, out, state string) {
	t.Helper()
	before := len(events(t, c, ended(client)))
	page, err := b.Go(t.Context(), out, signedOut)
	if err != nil {
		t.Fatal(err)
	}
	if page.Status != 0 || page.URL.Query().Get("state") != state {
		t.Errorf("the browser does not come back with state %q: it is at %s with %d", state, page.URL, page.Status)
	}
	if len(events(t, c, ended(client))) != before+1 {
		t.Errorf("the diary has no new %q", ended(client))
	}
}

// registered lets a client's browsers go to signedOut, and tells it at an
// address that sessions end.
func registered(t *testing.T, c *target.Target, client, told string) {
	t.Helper()
	if err := c.Side.SetLogout(t.Context(), client, signedOut, told); err != nil {
		t.Fatal(err)
	}
}

// in is a visit in one browser, which stays signed in.
func in(b *browser.Browser) visit {
	return func(ctx context.Context, c *target.Target, authorize, callback string) (string, error) {
		return journey.VisitIn(ctx, c, b, authorize, callback)
	}
}

// Requirement: relying parties that we did not write sign people out at the
// provider and get them back with their state. openid-client 6 and 5 make the
// address themselves; oauth4webapi and Authlib have nothing for it but the
// endpoint in discovery. Source: issue, "logout where it can"; OpenID Connect
// RP-Initiated Logout 1.0 sections 2 and 3. Turned red by:
// provider.logout-state-lost, provider.discovery-without-end-session.
func TestClientsLogOut(t *testing.T) {
	for _, x := range clients {
		t.Run(x.name, func(t *testing.T) {
			program := x.run(t)
			c := cell(t, "9", iso7816.T1)
			registered(t, c, keyClient, "")
			b, r := browser.New(c.HTTP), startClient(t, program, c, "RS256")
			if a, err := r.logInBy(t, c, in(b)); err != nil || a.Error != "" {
				t.Fatalf("it does not sign in: %+v %v", a, err)
			}
			out := r.say(t, "leave "+signedOut)
			if out.Error != "" || out.State == "" {
				t.Fatalf("it does not sign out: %+v", out)
			}
			left(t, c, b, keyClient, out.URL, out.State)
		})
	}
}

// Requirement: an application with go-oidc, which knows no more of RP-initiated
// logout than discovery says, signs people out; the library verifies the logout
// token that tells it so, and refuses one of another key. Source: issue, "logout
// where it can"; OpenID Connect Back-Channel Logout 1.0 section 2.6. Turned red
// by: provider.logout-token-wrong-key, provider.discovery-without-end-session.
func TestGoOIDCLogsOut(t *testing.T) {
	c := cell(t, "9", iso7816.T1)
	app, err := relyingparty.New(t.Context(), c, 1)
	if err != nil {
		t.Fatal(err)
	}
	app.Redirect = callback
	judged := make(chan error, 1)
	mail := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		token, err := app.Provider.Verifier(&oidc.Config{ClientID: keyClient}).VerifyLogout(r.Context(), r.PostFormValue("logout_token"))
		if err == nil && token.Subject != testpki.Holders()[1].UUID {
			err = fmt.Errorf("it is about %q", token.Subject)
		}
		judged <- err
	}))
	t.Cleanup(mail.Close)
	registered(t, c, keyClient, mail.URL)
	leaveByGo(t, c, app)
	if err := <-judged; err != nil {
		t.Errorf("it refuses the logout token: %v", err)
	}
	if err := c.Side.Fault(t.Context(), "provider.logout-token-wrong-key"); err != nil {
		t.Fatal(err)
	}
	leaveByGo(t, c, app)
	if err := <-judged; err == nil || !strings.Contains(err.Error(), "signature") {
		t.Errorf("it is content with a logout token of another key: %v", err)
	}
}

// leaveByGo signs in and out again.
func leaveByGo(t *testing.T, c *target.Target, app *relyingparty.Application) {
	t.Helper()
	b, f := browser.New(c.HTTP), app.Begin(nil)
	back, err := journey.VisitIn(t.Context(), c, b, f.URL, callback)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(back)
	if err != nil {
		t.Fatal(err)
	}
	s, err := f.Finish(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	var known struct {
		EndSession string `json:"end_session_endpoint"`
	}
	if err := app.Provider.Claims(&known); err != nil || known.EndSession == "" {
		t.Fatalf("discovery has no end_session_endpoint: %v", err)
	}
	q := url.Values{"id_token_hint": {s.RawID}, "post_logout_redirect_uri": {signedOut}, "state": {f.State}}
	left(t, c, b, keyClient, known.EndSession+"?"+q.Encode(), f.State)
}

// heard signs the person out at the provider's own page and waits until the
// application has been told; said is what it answered.
func heard(t *testing.T, c *target.Target, b *browser.Browser, client string) (said string) {
	t.Helper()
	told := "back-channel logout of " + testpki.Holders()[1].UUID + " at " + client + " "
	before := len(events(t, c, told))
	if err := journey.SignOut(t.Context(), c, b); err != nil {
		t.Fatal(err)
	}
	for range 200 {
		if all := events(t, c, told); len(all) > before {
			return all[before]
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("the diary has no new %q", told)
	return ""
}

// webApplication is one that keeps its own sessions.
type webApplication struct {
	begin, end string // where signing in begins and ends
	inside     string // a page for those who are signed in
	out        string // where signing out begins; state is sent where it can be
	state      string
	client     string
	told       string // its back channel
}

// signedIn says whether the browser is shown the page for those who are signed
// in, and not sent to the provider.
func (w webApplication) signedIn(t *testing.T, c *target.Target, b *browser.Browser) bool {
	t.Helper()
	page, err := b.Go(t.Context(), w.inside, c.Issuer)
	if err != nil {
		t.Fatal(err)
	}
	return page.Status == http.StatusOK
}

// enter signs in at the application with a browser of its own.
func (w webApplication) enter(t *testing.T, c *target.Target) *browser.Browser {
	t.Helper()
	b := browser.New(c.HTTP)
	if page, err := enterIn(t, c, b, w.begin, w.end); err != nil || !w.signedIn(t, c, b) {
		t.Fatalf("nobody is signed in: %+v %v", page, err)
	}
	return b
}

// leaves signs out from the application, and is signed out by the back channel;
// a logout token of another key changes nothing.
func (w webApplication) leaves(t *testing.T, c *target.Target) {
	t.Helper()
	registered(t, c, w.client, "")
	b := w.enter(t, c)
	left(t, c, b, w.client, w.out, w.state)
	if w.signedIn(t, c, b) {
		t.Error("the application still has the session that it ended")
	}
	registered(t, c, w.client, w.told)
	if err := c.Side.Fault(t.Context(), "provider.logout-token-wrong-key"); err != nil {
		t.Fatal(err)
	}
	b = w.enter(t, c)
	if said := heard(t, c, b, w.client); !strings.HasPrefix(said, "refused with ") || !w.signedIn(t, c, b) {
		t.Errorf("a logout token of another key is %s", said)
	}
	if err := c.Side.Restore(t.Context()); err != nil {
		t.Fatal(err)
	}
	b = w.enter(t, c)
	if said := heard(t, c, b, w.client); !strings.HasPrefix(said, "accepted with ") || w.signedIn(t, c, b) {
		t.Errorf("the logout token is %s, and the person still signed in: %t", said, w.signedIn(t, c, b))
	}
}

// Requirement: express-openid-connect signs people out at the provider, and ends
// its session when the provider tells it so, by a token of the provider's key
// only. Source: issue, "logout where it can"; OpenID Connect Back-Channel Logout
// 1.0 sections 2.6 and 2.7. Turned red by: provider.logout-token-never-sent,
// provider.logout-state-lost.
func TestExpressLogsOut(t *testing.T) {
	node, port := node(t), porttest.Free(t)
	c := cell(t, "9", iso7816.T1)
	serving(t, port, exec.Command(node, "express.mjs", c.Issuer, secretClient, secret, strconv.Itoa(port)))
	base := "http://127.0.0.1:" + strconv.Itoa(port)
	webApplication{base + "/begin", base + "/callback", base + "/arrived", base + "/leave?" + url.Values{"to": {signedOut}, "state": {"a state"}}.Encode(), "a state",
		secretClient, base + "/backchannel-logout"}.leaves(t, c)
}

// Requirement: mod_auth_openidc signs people out at the provider, without a
// state, which it does not have, and ends its session when the provider tells it
// so, by a token of the provider's key only. Source: issue, "logout where it
// can"; OpenID Connect Back-Channel Logout 1.0 sections 2.6 and 2.7. Turned red
// by: provider.logout-token-never-sent, provider.logout-state-invented.
func TestApacheLogsOut(t *testing.T) {
	need(t, "apache2")
	if _, err := os.Stat(modules + "/mod_auth_openidc.so"); err != nil {
		t.Skip("mod_auth_openidc is not installed: make install")
	}
	port := porttest.Free(t)
	c := cell(t, "9", iso7816.T1)
	serving(t, port, apache(t, c.Issuer, port))
	base := "http://127.0.0.1:" + strconv.Itoa(port)
	webApplication{base + "/", base + "/callback", base + "/", base + "/callback?" + url.Values{"logout": {signedOut}}.Encode(), "",
		keyClient, base + "/callback?logout=backchannel"}.leaves(t, c)
}

// Requirement: oidc-client-ts, in a page in a real browser, signs the person out
// at the provider and gets the page's own state back. Source: issue, "logout
// where it can". Turned red by: provider.logout-state-lost.
func TestPageLogsOut(t *testing.T) {
	node(t)
	need(t, "chromium")
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal(err)
	}
	c := cell(t, "9", iso7816.T1)
	c.File.Browser = path
	app := pageServer(t, c.Issuer)
	if err := c.Side.SetLogout(t.Context(), secretClient, app+"signed-out", ""); err != nil {
		t.Fatal(err)
	}
	shown, err := signin.Drive(t.Context(), c.File, app+"?leave")
	if err != nil {
		t.Fatal(err)
	}
	var a struct {
		State, Error string
		SignedIn     bool
	}
	if err := json.Unmarshal([]byte(shown), &a); err != nil || a.Error != "" || a.SignedIn || a.State != testpki.Holders()[1].UUID {
		t.Errorf("it shows %s %v", shown, err)
	}
	if len(events(t, c, ended(secretClient))) != 1 {
		t.Errorf("the diary has no %q", ended(secretClient))
	}
}
