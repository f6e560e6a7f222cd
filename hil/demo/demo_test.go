package demo_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/hil/demo"
)

// provider knows discovery and nothing else.
func provider(t *testing.T) *httptest.Server {
	t.Helper()
	var s *httptest.Server
	s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/.well-known/openid-configuration" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"issuer":"`+s.URL+`","authorization_endpoint":"`+s.URL+`/authorize","token_endpoint":"`+s.URL+`/token","jwks_uri":"`+s.URL+`/jwks","userinfo_endpoint":"`+s.URL+`/userinfo"}`)
	}))
	t.Cleanup(s.Close)
	return s
}

func application(t *testing.T) (*httptest.Server, *http.Client) {
	t.Helper()
	a := &demo.Application{Name: "Demo", Issuer: provider(t).URL, ClientID: "c", ClientSecret: "s", URL: "http://app.test"}
	s := httptest.NewServer(a.Handler())
	t.Cleanup(s.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return s, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func read(t *testing.T, resp *http.Response, err error) (int, string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// Source: OpenID Connect Core §3.1.2.1, RFC 7636 §4.3. Turned red by: leaving
// out state, nonce or the challenge.
func TestSignInAsksWithStateNonceAndChallenge(t *testing.T) {
	app, client := application(t)
	resp, err := client.Post(app.URL+"/signin", "", nil)
	if code, body := read(t, resp, err); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, body)
	}
	to, err := resp.Location()
	if err != nil {
		t.Fatal(err)
	}
	q := to.Query()
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		if len(q.Get(name)) < 32 {
			t.Errorf("%s is %q", name, q.Get(name))
		}
	}
	if q.Get("code_challenge_method") != "S256" || q.Get("redirect_uri") != "http://app.test/callback" {
		t.Errorf("query %v", q)
	}
}

// Source: RFC 6749 §10.12. Turned red by: taking a state from another browser,
// or twice.
func TestCallbackBelongsToTheBrowserThatStarted(t *testing.T) {
	app, client := application(t)
	resp, err := client.Post(app.URL+"/signin", "", nil)
	read(t, resp, err)
	to, _ := resp.Location()
	back := app.URL + "/callback?error=access_denied&error_description=" + url.QueryEscape("<b>locked") + "&state=" + to.Query().Get("state")
	resp, err = http.Get(back)
	if code, _ := read(t, resp, err); code != http.StatusForbidden {
		t.Errorf("another browser's callback: %d", code)
	}
	resp, err = client.Get(back)
	if code, _ := read(t, resp, err); code != http.StatusForbidden {
		t.Errorf("a used state: %d", code)
	}
}

// Source: RFC 6749 §4.1.2.1; the person must learn why. Turned red by: losing
// the error, or writing it into the page as markup.
func TestCallbackShowsTheProvidersError(t *testing.T) {
	app, client := application(t)
	resp, err := client.Post(app.URL+"/signin", "", nil)
	read(t, resp, err)
	to, _ := resp.Location()
	resp, err = client.Get(app.URL + "/callback?error=access_denied&error_description=" + url.QueryEscape("<b>locked") + "&state=" + to.Query().Get("state"))
	code, body := read(t, resp, err)
	if code != http.StatusUnauthorized || !strings.Contains(body, "access_denied: &lt;b&gt;locked") {
		t.Errorf("%d %s", code, body)
	}
}
