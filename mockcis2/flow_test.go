package mockcis2_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/mockcis2"
)

const callback = "http://127.0.0.1:9/callback" // nobody listens: the browser stops there

// start runs a provider with faults for one test.
func start(t *testing.T, faults ...string) *mockcis2.Server {
	t.Helper()
	s := &mockcis2.Server{Faults: faults}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// browser is a cookie jar that follows redirects up to the application.
type browser struct {
	t *testing.T
	*http.Client
}

func newBrowser(t *testing.T) browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return browser{t, &http.Client{Jar: jar, Timeout: time.Minute, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasSuffix(r.URL.Path, "/callback") {
			return http.ErrUseLastResponse
		}
		return nil
	}}}
}

// page is where the browser ended up: a body, or the application's callback.
type page struct {
	status int
	body   string
	at     *url.URL
	home   url.Values
}

func (b browser) finish(r *http.Response, err error) page {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer r.Body.Close()
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	p := page{r.StatusCode, string(raw), r.Request.URL, nil}
	if to := r.Header.Get("Location"); to != "" {
		u, err := url.Parse(to)
		if err != nil {
			b.t.Fatal(err)
		}
		p.home = u.Query()
	}
	return p
}

func (b browser) open(to string) page { b.t.Helper(); return b.finish(b.Get(to)) }

func (b browser) post(to string, form url.Values) page {
	b.t.Helper()
	return b.finish(b.PostForm(to, form))
}

// transaction reads the JSON block of the login page.
type transaction struct {
	ID       string   `json:"id"`
	Complete string   `json:"complete_url"`
	Handover []string `json:"handover"`
	Ports    []int    `json:"ports"`
}

var block = regexp.MustCompile(`(?s)<script type="application/json" id="transaction">(.*?)</script>`)

func (p page) transaction(t *testing.T) transaction {
	t.Helper()
	m := block.FindStringSubmatch(p.body)
	if m == nil {
		t.Fatalf("no transaction on %s (%d): %s", p.at, p.status, p.body)
	}
	var tx transaction
	if err := json.Unmarshal([]byte(m[1]), &tx); err != nil {
		t.Fatal(err)
	}
	return tx
}

// card is a software agent with one identity.
type card struct {
	issuer string
	id     testpki.Identity
	now    time.Time
}

var errRefused = errors.New("refused")

// fetch gets and reads a request without judging it.
func fetch(issuer, id string) (map[string]any, error) {
	r, err := http.Get(issuer + "/smartcard/v1/requests/" + id)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if r.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: %d %s", errRefused, r.StatusCode, raw)
	}
	return payload(string(raw))
}

// joseHeader is the JOSE header of a token, as text.
func joseHeader(token string) string {
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[0])
	if err != nil {
		return ""
	}
	return string(raw)
}

func payload(token string) (map[string]any, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, fmt.Errorf("not a JWS: %q", token)
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil, err
	}
	var c map[string]any
	if err := json.Unmarshal(raw, &c); err != nil {
		return nil, err
	}
	c["(header)"] = joseHeader(token)
	return c, nil
}

// prove signs an assertion for a fetched request, after change, and answers
// with the receipt's ticket.
func (c card) prove(request map[string]any, change func(map[string]any)) (string, error) {
	receipt, err := c.receipt(request, change)
	if err != nil {
		return "", err
	}
	return receipt["ticket"].(string), nil
}

// receipt is prove with all of the receipt's claims.
func (c card) receipt(request map[string]any, change func(map[string]any)) (map[string]any, error) {
	uuid := c.id.Holder.UUID
	a := map[string]any{"iss": uuid, "sub": uuid, "aud": c.issuer, "txn": request["txn"], "nonce": request["nonce"],
		"jti": "jti-of-" + fmt.Sprint(request["txn"]), "iat": c.now.Unix(), "exp": c.now.Unix() + 60}
	if change != nil {
		change(a)
	}
	x5c := []string{base64.StdEncoding.EncodeToString(c.id.Authentication.Certificate.Raw)}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: c.id.Authentication.Key},
		(&jose.SignerOptions{}).WithType("cis2-card-assertion+jwt").WithHeader("x5c", x5c))
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	jws, err := signer.Sign(raw)
	if err != nil {
		return nil, err
	}
	token, err := jws.CompactSerialize()
	if err != nil {
		return nil, err
	}
	r, err := http.Post(c.issuer+"/smartcard/v1/assertions", "application/jwt", strings.NewReader(token))
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if r.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: %d %s", errRefused, r.StatusCode, body)
	}
	return payload(string(body))
}

func holder(s *mockcis2.Server, n int) card {
	return card{s.Issuer(), testpki.Issue(testpki.Holders()[n], time.Now()), s.Now()}
}

// application is a relying party made of strangers' code.
type application struct {
	oauth2.Config
	provider *oidc.Provider
	verifier string
}

func newApplication(t *testing.T, s *mockcis2.Server, client, secret string, scopes ...string) application {
	t.Helper()
	p, err := oidc.NewProvider(context.Background(), s.Issuer())
	if err != nil {
		t.Fatal(err)
	}
	return application{oauth2.Config{ClientID: client, ClientSecret: secret, Endpoint: p.Endpoint(), RedirectURL: callback,
		Scopes: append([]string{"openid"}, scopes...)}, p, oauth2.GenerateVerifier()}
}

func first(t *testing.T, s *mockcis2.Server) application {
	return newApplication(t, s, "999999999901.apps.national", "conformance-secret", "profile", "nationalrbacaccess", "selectedrole")
}

func (a application) url(more ...oauth2.AuthCodeOption) string {
	return a.AuthCodeURL("state-1234567890", append([]oauth2.AuthCodeOption{oidc.Nonce("nonce-1234567890"), oauth2.S256ChallengeOption(a.verifier)}, more...)...)
}

// signIn does all that a person, a page and an agent do, and answers with what
// reaches the application.
func signIn(t *testing.T, b browser, a application, c card, role string, more ...oauth2.AuthCodeOption) url.Values {
	t.Helper()
	tx := b.open(a.url(more...)).transaction(t)
	request, err := fetch(c.issuer, tx.ID)
	if err != nil {
		t.Fatal(err)
	}
	ticket, err := c.prove(request, nil)
	if err != nil {
		t.Fatal(err)
	}
	here := b.post(tx.Complete, url.Values{"ticket": {ticket}})
	if !strings.Contains(here.body, "Signed in as") {
		t.Fatalf("no welcome: %d %s", here.status, here.body)
	}
	return b.post(here.at.String(), url.Values{"action": {"continue"}, "role": {role}}).home
}

// redeem exchanges the code and verifies the ID token as go-oidc does.
func (a application) redeem(code string) (*oauth2.Token, map[string]any, error) {
	ctx := context.Background()
	token, err := a.Exchange(ctx, code, oauth2.VerifierOption(a.verifier))
	if err != nil {
		return nil, nil, err
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := a.provider.Verifier(&oidc.Config{ClientID: a.ClientID}).Verify(ctx, raw)
	if err != nil {
		return token, nil, err
	}
	var c map[string]any
	if err := id.Claims(&c); err != nil {
		return token, nil, err
	}
	if id.Nonce != "nonce-1234567890" {
		return token, c, errors.New("nonce is another")
	}
	return token, c, id.VerifyAccessToken(token.AccessToken)
}

// Requirement: a person with a card signs in to a stranger's relying party, and
// tokens and userinfo have the shapes of CIS2 (facts on CIS2 sections 1.4, 1.6,
// 1.7). Turned red by: provider.aud-array, provider.integer-assurance-levels,
// provider.wrong-nonce.
func TestWholeFlow(t *testing.T) {
	s := start(t)
	a := first(t, s)
	home := signIn(t, newBrowser(t), a, holder(s, 0), "")
	if home.Get("state") != "state-1234567890" || home.Get("iss") != s.Issuer() || home.Get("client_id") != a.ClientID {
		t.Fatalf("redirect carries %v", home)
	}
	token, c, err := a.redeem(home.Get("code"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"sub": "555000000017", "aud": a.ClientID, "azp": a.ClientID, "acr": "AAL3_ANY", "id_assurance_level": "3",
		"idassurancelevel": "3", "authentication_assurance_level": "3", "tokenName": "id_token", "tokenType": "JWTToken",
		"realm": "/NHSIdentity/Healthcare", "subname": "555000000017", "selected_roleid": "5555001700008888"}
	for name, v := range want {
		if c[name] != v {
			t.Errorf("%s is %v, want %v", name, c[name], v)
		}
	}
	for _, name := range []string{"sid", "auditTrackingId", "at_hash", "c_hash", "s_hash", "org.forgerock.openidconnect.ops"} {
		if v, _ := c[name].(string); v == "" {
			t.Errorf("%s is missing", name)
		}
	}
	if token.Extra("expires_in") != float64(3599) || token.Extra("nonce") != "nonce-1234567890" {
		t.Errorf("expires_in %v, nonce %v", token.Extra("expires_in"), token.Extra("nonce"))
	}
	if at, err := payload(token.AccessToken); err != nil || at["aud"] != nil {
		t.Errorf("access token: %v, aud %v", err, at["aud"])
	}
	info, err := a.provider.UserInfo(context.Background(), oauth2.StaticTokenSource(token))
	if err != nil || info.Subject != "555000000017" {
		t.Fatalf("userinfo: %v", err)
	}
	var u struct {
		Roles []map[string]any `json:"nhsid_nrbac_roles"`
	}
	if err := info.Claims(&u); err != nil || len(u.Roles) != 1 || u.Roles[0]["workgroups_codes"] == nil || !strings.Contains(u.Roles[0]["role_name"].(string), `"Clinical"`) {
		t.Errorf("userinfo roles: %v %v", err, u.Roles)
	}
}

// Requirement: 0 roles go on without one, 1 silently, 2 to 5 from a list, more
// with a search box (facts on CIS2 section 1.8). Turned red by: taking the first
// role for the person.
func TestRoles(t *testing.T) {
	s := start(t)
	for _, c := range []struct {
		holder        int
		list, search  bool
		choose, wants string
	}{
		{2, false, false, "", ""},
		{0, false, false, "", "5555001700008888"},
		{1, true, false, "5555002500018888", "5555002500018888"},
		{3, true, true, "5555004100068888", "5555004100068888"},
	} {
		a, b, k := first(t, s), newBrowser(t), holder(s, c.holder)
		tx := b.open(a.url()).transaction(t)
		request, err := fetch(s.Issuer(), tx.ID)
		if err != nil {
			t.Fatal(err)
		}
		ticket, err := k.prove(request, nil)
		if err != nil {
			t.Fatal(err)
		}
		here := b.post(tx.Complete, url.Values{"ticket": {ticket}})
		if strings.Contains(here.body, `id="roles"`) != c.list || strings.Contains(here.body, `id="role-search"`) != c.search {
			t.Errorf("holder %d: %s", c.holder, here.body)
		}
		if c.list {
			if again := b.post(here.at.String(), url.Values{"action": {"continue"}}); again.home != nil {
				t.Errorf("holder %d got in without a role", c.holder)
			}
		}
		home := b.post(here.at.String(), url.Values{"action": {"continue"}, "role": {c.choose}}).home
		_, claims, err := a.redeem(home.Get("code"))
		if got, _ := claims["selected_roleid"].(string); err != nil || got != c.wants {
			t.Errorf("holder %d: role %q, %v", c.holder, got, err)
		}
	}
}

// Requirement: a ticket completes only in the browser that began, once, within
// 30 s; a failed attempt burns it (PROTOCOL section 8). Turned red by:
// provider.ticket-without-cookie, provider.ticket-reusable.
func TestTicket(t *testing.T) {
	s := start(t)
	a := first(t, s)
	begin := func(b browser) (transaction, string) {
		tx := b.open(a.url()).transaction(t)
		request, err := fetch(s.Issuer(), tx.ID)
		if err != nil {
			t.Fatal(err)
		}
		ticket, err := holder(s, 0).prove(request, nil)
		if err != nil {
			t.Fatal(err)
		}
		return tx, ticket
	}
	attacker, victim := newBrowser(t), newBrowser(t)
	tx, ticket := begin(attacker)
	if p := victim.post(tx.Complete, url.Values{"ticket": {ticket}}); p.status != http.StatusForbidden {
		t.Errorf("another browser: %d", p.status)
	}
	if p := attacker.post(tx.Complete, url.Values{"ticket": {ticket}}); p.status != http.StatusForbidden {
		t.Errorf("burnt ticket: %d", p.status)
	}
	b := newBrowser(t)
	tx, ticket = begin(b)
	if p := b.post(tx.Complete, url.Values{"ticket": {ticket}}); p.status != http.StatusOK {
		t.Errorf("own browser: %d", p.status)
	}
	if p := b.post(tx.Complete, url.Values{"ticket": {ticket}}); p.status != http.StatusForbidden {
		t.Errorf("second use: %d", p.status)
	}
	tx, ticket = begin(b)
	s.Advance(31 * time.Second)
	if p := b.post(tx.Complete, url.Values{"ticket": {ticket}}); p.status != http.StatusForbidden {
		t.Errorf("after 31 s: %d", p.status)
	}
}

// Requirement: every application asks for the card again; prompt=none is
// login_required; a pulled card ends nothing (design section 4 step 7). Turned
// red by: provider.silent-second-application, provider.logout-on-removal.
func TestSecondApplicationAsksAgain(t *testing.T) {
	s := start(t)
	b, a := newBrowser(t), first(t, s)
	token, _, err := a.redeem(signIn(t, b, a, holder(s, 0), "").Get("code"))
	if err != nil {
		t.Fatal(err)
	}
	second := newApplication(t, s, "999999999903.apps.national", "second-secret")
	b.open(second.url()).transaction(t)
	if home := b.open(second.url(oauth2.SetAuthURLParam("prompt", "none"))).home; home.Get("error") != "login_required" {
		t.Errorf("prompt=none: %v", home)
	}
	if _, err := a.provider.UserInfo(context.Background(), oauth2.StaticTokenSource(token)); err != nil {
		t.Error(err)
	}
}
