package mockcis2_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/smartcard-connect/smartcard-connect/mockcis2"
)

// again asks for the card whatever session there is.
var again = oauth2.SetAuthURLParam("prompt", "login")

func param(name, value string) oauth2.AuthCodeOption { return oauth2.SetAuthURLParam(name, value) }

// Requirement: the same application goes on with a live session until prompt,
// max_age, acr_values, id_token_hint, 15 idle minutes or 12 hours say otherwise;
// prompt=none never shows a page; auth_time is when the card signed. Sources:
// OpenID Connect Core section 3.1.2.1, facts on CIS2 section 1.9, NIST SP
// 800-63B section 4.3.3. Turned red by: any case left out of reusable.
func TestSession(t *testing.T) {
	const page, code = "page", "code"
	for name, c := range map[string]struct {
		wait []time.Duration // each followed by a request, to stay in use
		ask  []oauth2.AuthCodeOption
		want string
	}{
		"same application":              {nil, nil, code},
		"none":                          {nil, []oauth2.AuthCodeOption{param("prompt", "none")}, code},
		"login":                         {nil, []oauth2.AuthCodeOption{again}, page},
		"consent":                       {nil, []oauth2.AuthCodeOption{param("prompt", "consent")}, "Signed in as"},
		"select_account":                {nil, []oauth2.AuthCodeOption{param("prompt", "select_account")}, "Not you?"},
		"max_age not reached":           {[]time.Duration{4 * time.Minute}, []oauth2.AuthCodeOption{param("max_age", "300")}, code},
		"max_age reached":               {[]time.Duration{5 * time.Minute}, []oauth2.AuthCodeOption{param("max_age", "300")}, page},
		"max_age 0":                     {nil, []oauth2.AuthCodeOption{param("max_age", "0")}, page},
		"max_age reached and none":      {[]time.Duration{5 * time.Minute}, []oauth2.AuthCodeOption{param("max_age", "300"), param("prompt", "none")}, "login_required"},
		"max_age malformed":             {nil, []oauth2.AuthCodeOption{param("max_age", "-1")}, "invalid_request"},
		"14 minutes idle":               {[]time.Duration{14 * time.Minute}, nil, code},
		"15 minutes idle":               {[]time.Duration{15 * time.Minute}, nil, page},
		"15 minutes idle and none":      {[]time.Duration{15 * time.Minute}, []oauth2.AuthCodeOption{param("prompt", "none")}, "login_required"},
		"12 hours in use":               {steps(12*time.Hour, 10*time.Minute), nil, page},
		"11 h 50 in use":                {steps(11*time.Hour+50*time.Minute, 10*time.Minute), nil, code},
		"another way":                   {nil, []oauth2.AuthCodeOption{param("acr_values", "AAL3_FIDO2"), param("prompt", "none")}, "login_required"},
		"hint of nobody":                {nil, []oauth2.AuthCodeOption{param("id_token_hint", "x.y.z")}, "invalid_request"},
		"role to change and none":       {nil, []oauth2.AuthCodeOption{param("scope", "openid changedrole"), param("prompt", "none")}, "interaction_required"},
		"role to change":                {nil, []oauth2.AuthCodeOption{param("scope", "openid changedrole")}, `id="roles"`},
		"role already chosen":           {nil, []oauth2.AuthCodeOption{param("scope", "openid selectedrole"), param("prompt", "none")}, code},
		"login and none contradict":     {nil, []oauth2.AuthCodeOption{param("prompt", "none login")}, "invalid_request"},
		"login_hint changes nothing":    {nil, []oauth2.AuthCodeOption{param("login_hint", "555000000033")}, code},
		"login_hint longer than anyone": {nil, []oauth2.AuthCodeOption{param("login_hint", strings.Repeat("x", 300))}, "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			b, a := newBrowser(t), first(t, s)
			began := s.Now().Unix()
			_, before, err := a.redeem(signIn(t, b, a, holder(s, 1), "5555002500018888").Get("code"))
			if err != nil {
				t.Fatal(err)
			}
			for i, d := range c.wait {
				s.Advance(d)
				if i < len(c.wait)-1 {
					b.open(a.url(param("prompt", "none")))
				}
			}
			p := b.open(a.url(c.ask...))
			switch c.want {
			case code:
				_, after, err := redeemLater(a, s, p.home.Get("code"))
				if err != nil || after["sid"] != before["sid"] || after["auth_time"] != before["auth_time"] || int64(after["auth_time"].(float64))-began > 5 {
					t.Errorf("%v: %v, was %v", err, after, before)
				}
			case page:
				p.transaction(t)
			default:
				if p.home.Get("error") != c.want && (p.home != nil || !strings.Contains(p.body, c.want)) {
					t.Errorf("%d %v %s", p.status, p.home, p.body)
				}
			}
		})
	}
}

func steps(whole, step time.Duration) []time.Duration {
	var all []time.Duration
	for ; whole > 0; whole -= step {
		all = append(all, step)
	}
	return all
}

// redeemLater is redeem on the provider's clock.
func redeemLater(a application, s *mockcis2.Server, code string) (*oauth2.Token, map[string]any, error) {
	token, err := a.Exchange(context.Background(), code, oauth2.VerifierOption(a.verifier))
	if err != nil {
		return nil, nil, err
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := a.provider.Verifier(&oidc.Config{ClientID: a.ClientID, Now: s.Now}).Verify(context.Background(), raw)
	if err != nil {
		return nil, nil, err
	}
	var c map[string]any
	return token, c, id.Claims(&c)
}

// logoutServer is a provider with an application that wants to be told.
func logoutServer(t *testing.T, status int) (*mockcis2.Server, <-chan string) {
	t.Helper()
	told := make(chan string, 8)
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		told <- r.PostFormValue("logout_token")
		w.WriteHeader(status)
	}))
	t.Cleanup(app.Close)
	s := &mockcis2.Server{Clients: mockcis2.DefaultClients()}
	s.Clients[0].BackchannelLogoutURI = app.URL + "/bcl"
	s.Clients[0].PostLogoutRedirectURIs = []string{"http://127.0.0.1:9/callback"}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, told
}

// heard waits for the next logout token.
func heard(t *testing.T, told <-chan string) string {
	t.Helper()
	select {
	case token := <-told:
		return token
	case <-time.After(time.Minute):
		t.Fatal("the application was not told")
		return ""
	}
}

// Requirement: whatever ends a session, every application that was part of it
// gets a logout token as OpenID Connect Back-Channel Logout 1.0 section 2.4 has
// it: typ logout+jwt, RS256, the event, sid, no nonce, aud a string; and what it
// answered is in the diary. Turned red by: ending a session anywhere without
// quit.
func TestBackchannelLogout(t *testing.T) {
	for name, leave := range map[string]func(t *testing.T, s *mockcis2.Server, b browser, a application, idToken string){
		"RP-initiated": func(_ *testing.T, s *mockcis2.Server, b browser, _ application, id string) {
			b.open(s.Issuer() + "/connect/endSession?" + url.Values{"id_token_hint": {id}}.Encode())
		},
		"another card": func(t *testing.T, s *mockcis2.Server, b browser, a application, _ string) {
			signIn(t, b, a, holder(s, 2), "", again)
		},
		"not you": func(t *testing.T, _ *mockcis2.Server, b browser, a application, _ string) {
			p := b.open(a.url(param("prompt", "select_account")))
			b.post(p.at.String(), url.Values{"action": {"not-you"}}).transaction(t)
		},
		"idle": func(_ *testing.T, s *mockcis2.Server, _ browser, _ application, _ string) {
			s.Advance(15 * time.Minute)
		},
		"person gone": func(t *testing.T, s *mockcis2.Server, _ browser, _ application, _ string) { remove(t, s) },
	} {
		t.Run(name, func(t *testing.T) {
			s, told := logoutServer(t, http.StatusOK)
			b, a := newBrowser(t), first(t, s)
			token, claims, err := a.redeem(signIn(t, b, a, holder(s, 0), "").Get("code"))
			if err != nil {
				t.Fatal(err)
			}
			leave(t, s, b, a, token.Extra("id_token").(string))
			raw := heard(t, told)
			if _, err := a.provider.Verifier(&oidc.Config{ClientID: a.ClientID, Now: s.Now}).Verify(context.Background(), raw); err != nil {
				t.Error(err)
			}
			c, err := payload(raw)
			if err != nil {
				t.Fatal(err)
			}
			header, _ := c["(header)"].(string)
			if c["sid"] != claims["sid"] || c["sub"] != claims["sub"] || c["aud"] != a.ClientID || c["nonce"] != nil || c["jti"] == "" ||
				!strings.Contains(header, `"typ":"logout+jwt"`) || !strings.Contains(header, `"RS256"`) ||
				mustJSON(t, c["events"]) != `{"http://schemas.openid.net/event/backchannel-logout":{}}` {
				t.Errorf("%s %v", header, c)
			}
			inDiary(t, s, "back-channel logout of 555000000017 at 999999999901.apps.national accepted with 200")
		})
	}
}

func remove(t *testing.T, s *mockcis2.Server) {
	if err := s.RemovePerson("555000000017"); err != nil {
		t.Fatal(err)
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// inDiary waits until the diary has the text; the test's own deadline ends it.
func inDiary(t *testing.T, s *mockcis2.Server, text string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if strings.Contains(mustJSON(t, s.History()), text) {
			return
		}
	}
	t.Errorf("not in the diary: %q", text)
}

// Requirement: an application that refuses a logout token, or is not there,
// changes nothing but the diary. Source: OpenID Connect Back-Channel Logout 1.0
// section 2.8. Turned red by: waiting for the application before answering.
func TestBackchannelLogoutRefused(t *testing.T) {
	s, told := logoutServer(t, http.StatusBadRequest)
	b, a := newBrowser(t), first(t, s)
	token, _, err := a.redeem(signIn(t, b, a, holder(s, 0), "").Get("code"))
	if err != nil {
		t.Fatal(err)
	}
	to := url.Values{"id_token_hint": {token.Extra("id_token").(string)}, "post_logout_redirect_uri": {callback}, "state": {"abc"}}
	if p := b.open(s.Issuer() + "/connect/endSession?" + to.Encode()); p.home.Get("state") != "abc" {
		t.Errorf("%d %v", p.status, p.home)
	}
	heard(t, told)
	inDiary(t, s, "refused with 400")
}

var confirmation = regexp.MustCompile(`name="confirm" value="([^"]+)"`)

// Requirement: RP-initiated logout redirects only to a registered address, letter
// by letter, with state; a wrong request gets a page and ends nothing; without a
// hint the person is asked. Source: OpenID Connect RP-Initiated Logout 1.0
// sections 2 and 3; names of the OpenID Foundation's suite. Turned red by:
// matching by prefix; trusting an unsigned hint.
func TestEndSession(t *testing.T) {
	s, _ := logoutServer(t, http.StatusOK)
	b, a := newBrowser(t), first(t, s)
	var hint string
	in := func() {
		token, _, err := a.redeem(signIn(t, b, a, holder(s, 0), "", again).Get("code"))
		if err != nil {
			t.Fatal(err)
		}
		hint = token.Extra("id_token").(string)
	}
	in()
	unsigned := unsigned(t, map[string]any{"iss": s.Issuer(), "sub": "555000000017", "azp": a.ClientID, "tokenName": "id_token"})
	live := func() bool { return b.open(a.url(param("prompt", "none"))).home.Get("code") != "" }
	for name, form := range map[string]url.Values{
		"bad-id-token-hint":            {"id_token_hint": {"nonsense"}},
		"modified-id-token-hint":       {"id_token_hint": {unsigned}},
		"bad-post-logout-redirect-uri": {"id_token_hint": {hint}, "post_logout_redirect_uri": {"http://127.0.0.1:9/elsewhere"}},
		"query-added":                  {"id_token_hint": {hint}, "post_logout_redirect_uri": {callback + "?a=b"}},
		"no-id-token-hint":             {"post_logout_redirect_uri": {callback}},
		"another client":               {"id_token_hint": {hint}, "client_id": {"999999999903.apps.national"}},
		"unknown client":               {"client_id": {"nobody"}},
		"twice":                        {"id_token_hint": {hint, hint}},
	} {
		p := b.open(s.Issuer() + "/connect/endSession?" + form.Encode())
		if p.status != http.StatusBadRequest || p.home != nil || !strings.Contains(p.body, "400_645") {
			t.Errorf("%s: %d %v", name, p.status, p.home)
		}
		if q := b.post(s.Issuer()+"/connect/endSession", form); q.status != http.StatusBadRequest {
			t.Errorf("%s by POST: %d", name, q.status)
		}
	}
	if !live() {
		t.Fatal("a wrong request ended the session")
	}
	for _, form := range []url.Values{{}, {"state": {"x"}}, {"client_id": {a.ClientID}, "post_logout_redirect_uri": {callback}, "state": {"x"}}} {
		p := b.open(s.Issuer() + "/connect/endSession?" + form.Encode())
		m := confirmation.FindStringSubmatch(p.body)
		if m == nil || !live() {
			t.Fatalf("%v: not asked: %d %s", form, p.status, p.body)
		}
		if wrong := b.post(s.Issuer()+"/connect/endSession", url.Values{"confirm": {"guess"}}); !strings.Contains(wrong.body, "Do you want") || !live() {
			t.Errorf("a guessed confirmation signs out: %s", wrong.body)
		}
		form.Set("confirm", m[1])
		out := b.post(s.Issuer()+"/connect/endSession", form)
		if live() || form.Has("post_logout_redirect_uri") != (out.home.Get("state") == "x") {
			t.Errorf("%v: %d %v", form, out.status, out.home)
		}
		in()
	}
	p := b.open(s.Issuer() + "/connect/endSession?" + url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {callback}, "state": {"a b"}}.Encode())
	if p.home.Get("state") != "a b" || live() {
		t.Errorf("plain: %d %v", p.status, p.home)
	}
	if p := b.open(s.Issuer() + "/connect/endSession"); !strings.Contains(p.body, "You are signed out") {
		t.Errorf("no-params and no session: %s", p.body)
	}
}

// Requirement: a new application asks for the passcode again, and prompt=none is
// then login_required (design section 4 step 7); each has its own place in the
// session. Turned red by: provider.silent-second-application.
func TestEachApplicationAsks(t *testing.T) {
	s := start(t)
	b, a := newBrowser(t), first(t, s)
	second := newApplication(t, s, "999999999903.apps.national", "second-secret")
	signIn(t, b, a, holder(s, 0), "")
	if p := b.open(second.url(param("prompt", "none"))); p.home.Get("error") != "login_required" {
		t.Errorf("%v", p.home)
	}
	signIn(t, b, second, holder(s, 0), "")
	for _, app := range []application{a, second} {
		if p := b.open(app.url()); p.home.Get("code") == "" {
			t.Errorf("%s: %d %s", app.ClientID, p.status, p.body)
		}
	}
}

// Requirement: Internet Explorer, its mode in Edge and old Edge get a page that
// names cause and code and works without script; the application gets an OAuth
// error. Source: facts on CIS2 section 2.7. Turned red by: showing them the login
// page.
func TestOldBrowsers(t *testing.T) {
	s := start(t)
	for agent, old := range map[string]bool{
		"Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko":                                                             true,
		"Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0)":                                                                   true,
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/70.0.3538.102 Safari/537.36 Edge/18.19042": true,
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0":     false,
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                  false,
	} {
		b := newBrowser(t)
		b.Transport = as{agent}
		p := b.open(first(t, s).url())
		if !old {
			p.transaction(t)
			continue
		}
		for _, text := range []string{`id="error-code">400_645 (unsupported_browser)`, "Microsoft Edge", `id="cancel"`} {
			if !strings.Contains(p.body, text) || strings.Contains(p.body, "<script") || p.status != http.StatusBadRequest || len(p.body) < 1024 {
				t.Errorf("%s: %d %s", agent, p.status, p.body)
			}
		}
		id := p.at.Path[strings.LastIndex(p.at.Path, "/")+1:]
		if home := b.post(s.Issuer()+"/smartcard/abandon/"+id, url.Values{}).home; home.Get("error") != "access_denied" {
			t.Errorf("%s: %v", agent, home)
		}
	}
}

// as is a browser by another name.
type as struct{ name string }

func (a as) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("User-Agent", a.name)
	return http.DefaultTransport.RoundTrip(r)
}

// Requirement: of many forms for one sign-in exactly one gets a code, and many
// sign-ins at once do not disturb one another. Source: issue "Must show". Turned
// red by: reading a transaction's state without its lock (with -race).
func TestParallelForms(t *testing.T) {
	s := start(t)
	a := newApplication(t, s, "999999999901.apps.national", "conformance-secret")
	codes := make(chan int)
	const logins, racers = 40, 5
	for range logins {
		b := newBrowser(t)
		at := b.open(a.url(param("acr_values", "AAL3_FIDO2"))).at.String()
		here := b.post(at, url.Values{"way": {"FIDO2"}, "username": {"555000000145"}}).at.String()
		for range racers {
			go func() {
				r, err := b.PostForm(here, url.Values{"action": {"continue"}})
				if err != nil {
					codes <- 0
					return
				}
				r.Body.Close()
				codes <- strings.Count(r.Header.Get("Location"), "code=")
			}()
		}
	}
	got := 0
	for range logins * racers {
		got += <-codes
	}
	if got != logins {
		t.Errorf("%d sign-ins gave %d codes", logins, got)
	}
}

// unsigned is a token with alg none (RFC 7519 section 6).
func unsigned(t *testing.T, claims map[string]any) string {
	t.Helper()
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + encode(payload) + "."
}
