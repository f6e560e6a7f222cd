package op_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
)

func header(t testing.TB, token string) map[string]any {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[0])
	if err != nil {
		t.Fatal(err)
	}
	var h map[string]any
	if err := json.Unmarshal(raw, &h); err != nil {
		t.Fatal(err)
	}
	return h
}

func half128(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// Requirement: an access token is a JWT by RS256 with kid and without aud; the
// token answer has CIS2's members. Source: facts on CIS2 section 1.4. Turned red
// by: adding aud, or leaving nonce out.
func TestCIS2Tokens(t *testing.T) {
	g := newRig(t, op.Mode{})
	token := g.tokens("secret")
	for name, want := range map[string]any{"token_type": "Bearer", "expires_in": float64(3599), "nonce": "nonce-1", "scope": "openid profile"} {
		if token[name] != want {
			t.Errorf("%s is %v", name, token[name])
		}
	}
	if len(token) != 6 {
		t.Errorf("members: %v", token)
	}
	access := token["access_token"].(string)
	if h := header(t, access); h["alg"] != "RS256" || h["kid"] == nil {
		t.Errorf("header %v", h)
	}
	c := payload(t, access)
	if _, has := c["aud"]; has || c["realm"] != "/NHSIdentity/Healthcare" || c["client_id"] != "secret" || c["cnf"] != nil {
		t.Errorf("claims %v", c)
	}
	if id := payload(t, token["id_token"]); id["aud"] != "secret" || id["azp"] != "secret" || id["authentication_assurance_level"] != "3" || id["tokenName"] != "id_token" || id["exp"].(float64)-id["iat"].(float64) != 3600 {
		t.Errorf("ID token %v", id)
	}
}

// Requirement: a DPoP proof that anything is wrong with is refused, and the code
// is not spent by it. Source: RFC 9449 section 4.3. Turned red by: leaving any
// check of judgeProof out.
func TestDPoP(t *testing.T) {
	g := newRig(t, op.Extended())
	code := g.code("secret")
	stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	claims := func() map[string]any {
		return map[string]any{"htm": "POST", "htu": g.issuer + "/access_token", "iat": g.now().Unix(), "jti": rand.Text()}
	}
	good := g.dpop("POST", "/access_token", "", nil)
	for name, proof := range map[string]string{
		"method":      g.dpop("GET", "/access_token", "", nil),
		"address":     g.dpop("POST", "/userinfo", "", nil),
		"old":         g.dpop("POST", "/access_token", "", func(m map[string]any) { m["iat"] = g.now().Unix() - 120 }),
		"early":       g.dpop("POST", "/access_token", "", func(m map[string]any) { m["iat"] = g.now().Unix() + 120 }),
		"no jti":      g.dpop("POST", "/access_token", "", func(m map[string]any) { delete(m, "jti") }),
		"iat is text": g.dpop("POST", "/access_token", "", func(m map[string]any) { m["iat"] = "now" }),
		"type":        jws(t, "ES256", curveKey, "jwt", true, claims()),
		"no key":      jws(t, "ES256", curveKey, "dpop+jwt", false, claims()),
		"secret key":  jws(t, "HS256", []byte(secret), "dpop+jwt", false, claims()),
		"forged":      good[:len(good)-6] + "AAAAAA",
		"not a JWS":   "x",
	} {
		if a := g.post("/access_token", redeem(code), "DPoP", proof); !a.is(400, "invalid_dpop_proof") {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	if a := g.post("/access_token", redeem(code), "DPoP", good, "DPoP", good); !a.is(400, "invalid_dpop_proof") {
		t.Errorf("two headers: %d %s", a.status, a.body)
	}
	if a := g.post("/access_token", redeem(code), "DPoP", g.dpop("POST", "/access_token", "", func(m map[string]any) { m["nonce"] = "made up" })); !a.is(400, "use_dpop_nonce") {
		t.Errorf("made-up nonce: %d %s", a.status, a.body)
	}
	a := g.post("/access_token", redeem(code), "DPoP", g.dpop("POST", "/access_token?x=1", "", nil))
	if a.status != 200 || a.json["token_type"] != "DPoP" {
		t.Fatalf("good: %d %s", a.status, a.body)
	}
	access := a.json["access_token"].(string)
	other := jws(t, "ES256", stranger, "dpop+jwt", true, map[string]any{"htm": "GET", "htu": g.issuer + "/userinfo", "iat": g.now().Unix(), "jti": rand.Text(), "ath": half256(access)})
	once := g.dpop("GET", "/userinfo", access, nil)
	for _, c := range []struct {
		name    string
		status  int
		headers []string
	}{
		{"as bearer", 401, []string{"Authorization", "Bearer " + access}},
		{"no proof", 401, []string{"Authorization", "DPoP " + access}},
		{"another key", 401, []string{"Authorization", "DPoP " + access, "DPoP", other}},
		{"no ath", 401, []string{"Authorization", "DPoP " + access, "DPoP", g.dpop("GET", "/userinfo", "", nil)}},
		{"right", 200, []string{"Authorization", "DPoP " + access, "DPoP", once}},
		{"replayed", 401, []string{"Authorization", "DPoP " + access, "DPoP", once}},
		{"bearer as DPoP", 401, []string{"Authorization", "DPoP " + g.tokens("secret")["access_token"].(string), "DPoP", g.dpop("GET", "/userinfo", access, nil)}},
	} {
		if a := g.get("/userinfo", c.headers...); a.status != c.status || c.status == 401 && !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "DPoP ") {
			t.Errorf("%s: %d %v", c.name, a.status, a.header.Get("WWW-Authenticate"))
		}
	}
	announced := g.code("secret", "dpop_jkt", strings.Repeat("x", 43))
	if a := g.post("/access_token", redeem(announced), "DPoP", g.dpop("POST", "/access_token", "", nil)); !a.is(400, "invalid_grant") {
		t.Errorf("another key than announced: %d %s", a.status, a.body)
	}
	if a := newRig(t, op.Mode{}).tokens("secret"); a["token_type"] != "Bearer" {
		t.Errorf("CIS2: %v", a["token_type"])
	}
}

// Requirement: introspection tells only who authenticates, and only of living
// tokens. Source: RFC 7662 section 2. Turned red by: answering active to
// everything, as popular mocks do.
func TestIntrospection(t *testing.T) {
	g := newRig(t, op.Extended())
	token := g.tokens("secret", "scope", "openid offline_access", "prompt", "consent")
	about := func(token any, more ...string) answer {
		return g.post("/introspect", change(url.Values{"token": {fmt.Sprint(token)}, "client_id": {"post"}, "client_secret": {secret}}, more))
	}
	a := about(token["access_token"])
	for name, want := range map[string]any{"active": true, "client_id": "secret", "token_type": "Bearer", "iss": g.issuer, "scope": "openid offline_access", "sub": "555000000017"} {
		if a.json[name] != want {
			t.Errorf("%s is %v", name, a.json[name])
		}
	}
	if c := payload(t, token["access_token"]); a.json["exp"].(float64)-c["exp"].(float64) > 1 || a.json["jti"] != c["jti"] || a.json["iat"] != c["iat"] {
		t.Errorf("%v differs from %v", a.json, c)
	}
	if a := about(token["refresh_token"], "token_type_hint", "refresh_token"); a.json["active"] != true {
		t.Errorf("refresh token: %s", a.body)
	}
	for name, a := range map[string]answer{"made up": about("x"), "ID token": about(token["id_token"]), "public client": about(token["access_token"], "client_id", "open", "client_secret", "")} {
		if a.status != 200 || a.json["active"] != false || len(a.json) != 1 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	if a := about(token["access_token"], "client_secret", "wrong"); !a.is(401, "invalid_client") {
		t.Errorf("wrong secret: %d %s", a.status, a.body)
	}
	if a := about(""); !a.is(400, "invalid_request") {
		t.Errorf("no token: %d %s", a.status, a.body)
	}
}

// Requirement: revocation ends a grant, is silent about unknown tokens and
// refuses another client's. Source: RFC 7009 section 2. Turned red by: leaving
// the access token of a revoked refresh token alive.
func TestRevocation(t *testing.T) {
	g := newRig(t, op.Extended())
	revoke := func(token any, more ...string) answer {
		return g.post("/token/revoke", change(url.Values{"token": {fmt.Sprint(token)}, "client_id": {"secret"}, "client_secret": {secret}}, more))
	}
	for _, kind := range []string{"access_token", "refresh_token"} {
		token := g.tokens("secret", "scope", "openid offline_access", "prompt", "consent")
		if a := revoke(token[kind], "client_id", "post"); !a.is(400, "unauthorized_client") {
			t.Errorf("another client: %d %s", a.status, a.body)
		}
		if a := g.get("/userinfo", "Authorization", "Bearer "+token["access_token"].(string)); a.status != 200 {
			t.Errorf("ended by another client: %d", a.status)
		}
		if a := revoke(token[kind], "token_type_hint", "nonsense"); a.status != 200 || a.body != "" {
			t.Errorf("%d %s", a.status, a.body)
		}
		if a := g.get("/userinfo", "Authorization", "Bearer "+token["access_token"].(string)); a.status != 401 {
			t.Errorf("after revoking the %s: %d", kind, a.status)
		}
		if a := g.post("/access_token", redeem("", "grant_type", "refresh_token", "refresh_token", token["refresh_token"].(string))); !a.is(400, "invalid_grant") {
			t.Errorf("refresh after revoking the %s: %d %s", kind, a.status, a.body)
		}
	}
	if a := revoke("x"); a.status != 200 {
		t.Errorf("unknown: %d", a.status)
	}
	if a := revoke(""); !a.is(400, "invalid_request") {
		t.Errorf("none: %d %s", a.status, a.body)
	}
}

// Requirement: userinfo is JSON, or a signed JWT for who registered so, and
// challenges as RFC 6750 says. Source: OpenID Connect Core section 5.3, RFC 6750
// sections 2 and 3, facts on CIS2 section 1.7 (no aud). Turned red by: answering
// 200 to a bogus token.
func TestUserInfo(t *testing.T) {
	signed := op.Client{ID: "signed", RedirectURIs: []string{back}, Method: "client_secret", Secret: secret, UserInfoAlg: "RS256"}
	for _, m := range []op.Mode{{}, op.Extended()} {
		g := newRig(t, m, signed)
		a := g.get("/userinfo", "Authorization", "Bearer "+g.tokens("signed")["access_token"].(string))
		c := payload(t, a.body)
		if _, aud := c["aud"]; a.header.Get("Content-Type") != "application/jwt" || c["sub"] != "555000000017" || c["iss"] != g.issuer || aud != m.Extras {
			t.Errorf("%s signed: %d %v", m.Name, a.status, c)
		}
	}
	g := newRig(t, op.Mode{})
	token := g.tokens("secret")["access_token"].(string)
	form := func(path string, headers ...string) answer {
		return g.post(path, url.Values{"access_token": {token}}, headers...)
	}
	for _, c := range []struct {
		name, challenge string
		status          int
		a               answer
	}{
		{"header", "", 200, g.get("/userinfo", "Authorization", "bearer "+token)},
		{"form", "", 200, form("/userinfo")},
		{"nothing", `Bearer realm="mockcis2"`, 401, g.get("/userinfo")},
		{"basic", `Bearer realm="mockcis2"`, 401, g.get("/userinfo", "Authorization", "Basic eDp5")},
		{"bogus", "invalid_token", 401, g.get("/userinfo", "Authorization", "Bearer x")},
		{"tampered", "invalid_token", 401, g.get("/userinfo", "Authorization", "Bearer "+token[:len(token)-4]+"AAAA")},
		{"twice", "invalid_request", 400, form("/userinfo", "Authorization", "Bearer "+token)},
		{"in the URL", "invalid_request", 400, g.get("/userinfo?access_token=" + token)},
	} {
		if c.a.status != c.status || !strings.Contains(c.a.header.Get("WWW-Authenticate"), c.challenge) || c.name == "nothing" && strings.Contains(c.a.header.Get("WWW-Authenticate"), "error") {
			t.Errorf("%s: %d %q %s", c.name, c.a.status, c.a.header.Get("WWW-Authenticate"), c.a.body)
		}
	}
}

// Requirement: scripts of registered origins read token answers, others do not,
// without credentials, and never authorize; discovery and keys are for all.
// Source: facts on the provider section 5.1, Fetch standard section 3.2. Turned
// red by: reflecting any origin.
func TestCORS(t *testing.T) {
	ask := func(g *rig, method, path, origin string) http.Header {
		r, err := http.NewRequest(method, g.issuer+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Origin", origin)
		r.Header.Set("Access-Control-Request-Method", "POST")
		return g.do(r).header
	}
	own := op.Client{ID: "spa", RedirectURIs: []string{"https://spa.example.test/cb"}, Method: "none", Origins: []string{"https://cdn.example.test"}}
	for _, c := range []struct {
		mode   op.Mode
		origin string
		in     bool
	}{
		{op.Extended(), "https://rp.example.test", true}, {op.Extended(), "https://spa.example.test", true}, {op.Extended(), "https://cdn.example.test", true},
		{op.Extended(), "http://127.0.0.1:5173", true}, {op.Extended(), "http://localhost:7", true}, {op.Extended(), "http://localhost:8", false},
		{op.Extended(), "https://evil.example.test", false}, {op.Extended(), "null", false}, {op.Extended(), "https://rp.example.test.evil.test", false},
		{op.Mode{}, "https://rp.example.test", false}, {op.Lenient(), "https://evil.example.test", true},
	} {
		g := newRig(t, c.mode, own)
		for _, path := range []string{"/access_token", "/userinfo", "/token/revoke", "/par"} {
			h := ask(g, http.MethodOptions, path, c.origin)
			if got := h.Get("Access-Control-Allow-Origin"); (got == c.origin) != c.in || got == "*" || h.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("%s %s %s: %v", c.mode.Name, path, c.origin, h)
			}
		}
		if h := ask(g, http.MethodGet, "/authorize", c.origin); h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("authorize: %v", h)
		}
		for _, path := range []string{"/.well-known/openid-configuration", "/connect/jwk_uri"} {
			if h := ask(g, http.MethodGet, path, c.origin); h.Get("Access-Control-Allow-Origin") != "*" {
				t.Errorf("%s: %v", path, h)
			}
		}
	}
}

// Requirement: form_post carries the answer, errors too, in a form that a script
// of the page or a person sends, escaped. Source: OAuth 2.0 Form Post Response
// Mode section 2. Turned red by: redirecting instead.
func TestFormPost(t *testing.T) {
	g := newRig(t, op.Extended())
	state := `"><script>alert(1)</script>`
	field := func(a answer, name string) string {
		m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(a.body)
		if m == nil {
			return ""
		}
		return html.UnescapeString(m[1])
	}
	a := g.authorize(request("secret", "response_mode", "form_post", "state", state))
	csp := a.header.Get("Content-Security-Policy")
	if a.status != 200 || field(a, "state") != state || field(a, "iss") != g.issuer || strings.Contains(a.body, "<script>alert") ||
		!strings.Contains(csp, "form-action https://rp.example.test;") || !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Fatalf("%d %s %s", a.status, csp, a.body)
	}
	if b := g.post("/access_token", redeem(field(a, "code"))); b.status != 200 {
		t.Errorf("%d %s", b.status, b.body)
	}
	if a := g.authorize(request("secret", "response_mode", "form_post", "scope", "nonsense")); field(a, "error") != "invalid_scope" || field(a, "state") != "state-1" {
		t.Errorf("error: %d %s", a.status, a.body)
	}
	if a := g.authorize(request("secret", "response_mode", "query")); a.home().Get("code") == "" {
		t.Errorf("query: %d", a.status)
	}
}

// Requirement: clients come and go while the provider runs; a malformed one
// changes nothing. Source: issue, part 9. Turned red by: copying the list once.
func TestRegister(t *testing.T) {
	g := newRig(t, op.Mode{})
	if err := g.engine.Register(op.Client{ID: "late"}); err == nil {
		t.Error("a client without redirect_uris was taken")
	}
	c := op.Client{ID: "late", RedirectURIs: []string{back}, Method: "client_secret", Secret: secret}
	if err := g.engine.Register(c); err != nil {
		t.Fatal(err)
	}
	code := g.code("late")
	if n := len(g.engine.Registered()); n != len(known())+1 {
		t.Errorf("%d clients", n)
	}
	if !g.engine.Deregister("late") || g.engine.Deregister("late") {
		t.Error("deregistered twice, or never")
	}
	if a := g.post("/access_token", redeem(code, "client_id", "late")); !a.is(401, "invalid_client") {
		t.Errorf("after that: %d %s", a.status, a.body)
	}
}
