package op_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
)

func half256(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Requirement: every flaw that was seen in fosite v0.49 stays closed. Source:
// facts on the provider section 2.5, by number; each row names the standard.
// Turned red by: giving fosite's own part back, as each row says.
func TestFlaws(t *testing.T) {
	for _, f := range []struct {
		number, title, source string
		hold                  func(t *testing.T)
	}{
		{"1", "a wrong verifier does not make room for none", "RFC 7636 section 4.6", verifierKept},
		{"2", "an expired or slightly early assertion is invalid_client or taken, never 500", "RFC 7523 section 3, FAPI 2.0 section 5.3.2.1", assertionTimes},
		{"3", "aud is what the mode says, and the issuer where the reference client sends it", "RFC 7523 section 3", assertionAudience},
		{"4", "a key without use and kid verifies", "RFC 7517 section 4", keyWithoutUse},
		{"5a", "a jti is burnt last, per client, and a replay is invalid_client", "RFC 7523 section 3", assertionReplay},
		{"5b", "of twenty equal assertions one is taken", "RFC 7523 section 3", assertionRace},
		{"5c", "an assertion cannot live for ten years", "RFC 7523 section 3", assertionLife},
		{"6a", "alg may be any that the client and the mode have, EdDSA too", "RFC 8037", assertionAlgorithms},
		{"6b", "two client authentications together are refused", "RFC 6749 section 2.3", twoMethods},
		{"8", "state and nonce are optional", "RFC 6749 section 4.1.1", stateOptional},
		{"9a", "errors at the token endpoint have the RFC's names and challenge", "RFC 6749 section 5.2", tokenErrors},
		{"9b", "error redirects carry iss, and no state that was not sent", "RFC 9207", errorRedirects},
		{"9c", "a wrong client or address is a page, never a redirect", "RFC 6749 section 4.1.2.1", errorPages},
		{"10", "repeated parameters are refused", "RFC 6749 section 3.1", repeated},
		{"11", "request objects are refused, unsigned ones too", "OpenID Connect Core section 6.1", requestObjects},
		{"12", "a pushed request keeps no secret, waits for its own client, expires and leads to one code", "RFC 9126", pushedRequests},
		{"13", "an expired code is invalid_grant", "RFC 6749 section 5.2", expiredCode},
		{"14", "twenty racers get one token set, and it ends", "RFC 6749 section 4.1.2", racers},
		{"16", "no password hash is computed for a client", "facts section 2.5", noHash},
		{"17", "a jwks_uri is read on our clock, once, bounded, and does not redirect", "RFC 7517", keysByURI},
		{"18", "codes, tokens and assertions live on the provider's clock, back too", "facts section 2.6", virtualClock},
		{"19", "loopback IP literals have any port, localhost has not", "RFC 8252 section 7.3", loopback},
		{"20", "one client may have basic and post, another only one", "OpenID Connect Core section 9", methods},
		{"21", "a refresh narrows, rotates, keeps nonce and auth_time, and its reuse ends the family", "RFC 6749 section 6, RFC 9700 section 4.14", refreshing},
		{"2.4", "a hint of a key before the last is recognized, and old keys stay published for a while", "OpenID Connect Core section 10.1.1", rotation},
	} {
		t.Run(f.number+" "+f.title, f.hold)
	}
}

func verifierKept(t *testing.T) {
	g := newRig(t, op.Mode{})
	code := g.code("secret")
	if a := g.post("/access_token", redeem(code, "code_verifier", strings.Repeat("x", 43))); !a.is(400, "invalid_grant") {
		t.Errorf("wrong verifier: %d %s", a.status, a.body)
	}
	if a := g.post("/access_token", redeem(code, "code_verifier", "")); !a.is(400, "invalid_grant") {
		t.Errorf("then none: %d %s", a.status, a.body)
	}
	if a := g.post("/access_token", redeem(code)); a.status != 200 {
		t.Errorf("then the right one: %d %s", a.status, a.body)
	}
	bare := g.code("secret", "code_challenge", "", "code_challenge_method", "")
	if a := g.post("/access_token", redeem(bare)); !a.is(400, "invalid_grant") {
		t.Errorf("verifier without challenge: %d %s", a.status, a.body)
	}
}

func assertionTimes(t *testing.T) {
	g := newRig(t, op.Mode{})
	now := g.now().Unix()
	for name, c := range map[string]struct {
		claim  string
		value  any
		status int
		want   string
	}{
		"expired": {"exp", now - 60, 401, "invalid_client"}, "no exp": {"exp", nil, 401, "invalid_client"},
		"iat +2 s": {"iat", now + 2, 400, "invalid_grant"}, "nbf +8 s": {"nbf", now + 8, 400, "invalid_grant"},
		"iat +61 s": {"iat", now + 61, 401, "invalid_client"}, "nbf +61 s": {"nbf", now + 61, 401, "invalid_client"},
		"exp is text": {"exp", "soon", 401, "invalid_client"}, "exp is huge": {"exp", 1e300, 401, "invalid_client"},
		"exp is negative": {"exp", -1e18, 401, "invalid_client"},
	} {
		if a := g.asserted(g.assertion("key", "RS256", rsaKey(), func(m map[string]any) { m[c.claim] = c.value })); !a.is(c.status, c.want) {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

func assertionAudience(t *testing.T) {
	fapi, extended := op.FAPI2(), op.Extended()
	for _, c := range []struct {
		mode op.Mode
		alg  string
		aud  func(issuer string) any
		in   bool
	}{
		{op.Mode{}, "RS256", func(i string) any { return i + "/access_token" }, true},
		{op.Mode{}, "RS256", func(i string) any { return i }, false},
		{op.Mode{}, "RS256", func(i string) any { return []string{i + "/access_token"} }, false},
		{extended, "RS256", func(i string) any { return i }, true},
		{extended, "RS256", func(i string) any { return i + "/access_token" }, true},
		{extended, "RS256", func(i string) any { return i + "/elsewhere" }, false},
		{extended, "RS256", func(i string) any { return []string{i} }, false},
		{fapi, "PS256", func(i string) any { return i }, true},
		{fapi, "PS256", func(i string) any { return i + "/access_token" }, false},
		{fapi, "PS256", func(i string) any { return []string{i} }, false},
		{op.Lenient(), "RS256", func(i string) any { return []string{"x", i} }, true},
	} {
		g := newRig(t, c.mode)
		a := g.asserted(g.assertion("key", c.alg, rsaKey(), func(m map[string]any) { m["aud"] = c.aud(g.issuer) }))
		if in := a.json["error"] != "invalid_client"; in != c.in {
			t.Errorf("%s, aud %v: %d %s", c.mode.Name, c.aud("issuer"), a.status, a.body)
		}
	}
}

func keyWithoutUse(t *testing.T) {
	g := newRig(t, op.Mode{})
	named := jose.JSONWebKey{Key: rsaKey(), KeyID: "a name that the set has not"}
	for _, key := range []any{rsaKey(), named} {
		if a := g.asserted(g.assertion("key", "RS256", key, nil)); !a.is(400, "invalid_grant") {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
}

func assertionReplay(t *testing.T) {
	g := newRig(t, op.Mode{}, op.Client{ID: "other", RedirectURIs: []string{back}, Method: "private_key_jwt",
		Keys: jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: rsaKey().Public()}}}})
	id := func(m map[string]any) { m["jti"] = "the same" }
	bad := g.assertion("key", "RS256", rsaKey(), func(m map[string]any) { m["jti"], m["aud"] = "the same", "elsewhere" })
	for _, c := range []struct {
		name, token, want string
		status            int
	}{
		{"refused for aud", bad, "invalid_client", 401},
		{"not burnt by that", g.assertion("key", "RS256", rsaKey(), id), "invalid_grant", 400},
		{"nor by another client", g.assertion("other", "RS256", rsaKey(), id), "invalid_grant", 400},
		{"replayed", g.assertion("key", "RS256", rsaKey(), id), "invalid_client", 401},
	} {
		if a := g.asserted(c.token); !a.is(c.status, c.want) {
			t.Errorf("%s: %d %s", c.name, a.status, a.body)
		}
	}
}

func assertionRace(t *testing.T) {
	g := newRig(t, op.Mode{})
	token := g.assertion("key", "RS256", rsaKey(), nil)
	var taken atomic.Int32
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if g.asserted(token).is(400, "invalid_grant") {
				taken.Add(1)
			}
		})
	}
	all.Wait()
	if taken.Load() != 1 {
		t.Errorf("%d were taken", taken.Load())
	}
}

func assertionLife(t *testing.T) {
	g := newRig(t, op.Mode{})
	long := func(m map[string]any) { m["exp"] = g.now().AddDate(10, 0, 0).Unix() }
	if a := g.asserted(g.assertion("key", "RS256", rsaKey(), long)); !a.is(401, "invalid_client") {
		t.Errorf("%d %s", a.status, a.body)
	}
	lenient := newRig(t, op.Lenient())
	if a := lenient.asserted(lenient.assertion("key", "RS256", rsaKey(), long)); !a.is(400, "invalid_grant") {
		t.Errorf("lenient: %d %s", a.status, a.body)
	}
}

func assertionAlgorithms(t *testing.T) {
	for _, c := range []struct {
		mode        op.Mode
		client, alg string
		key         any
		in          bool
	}{
		{op.Mode{}, "key", "RS256", rsaKey(), true}, {op.Mode{}, "key", "RS512", rsaKey(), true}, {op.Mode{}, "key", "PS256", rsaKey(), false},
		{op.Mode{}, "key2", "RS256", rsaKey(), false}, {op.Mode{}, "key2", "RS512", rsaKey(), true}, {op.Mode{}, "curve", "ES256", curveKey, false},
		{op.Mode{}, "hmac", "HS256", []byte(secret), true}, {op.Mode{}, "hmac", "HS256", []byte(strings.Repeat("x", 40)), false},
		{op.Mode{}, "key", "HS256", []byte(secret), false}, {op.Mode{}, "secret", "HS256", []byte(secret), false},
		{op.Extended(), "curve", "ES256", curveKey, true}, {op.Extended(), "key", "PS256", rsaKey(), true}, {op.Extended(), "key", "ES256", curveKey, false},
		{op.FAPI2(), "key", "RS256", rsaKey(), false}, {op.FAPI2(), "key", "PS256", rsaKey(), true}, {op.FAPI2(), "curve", "ES256", curveKey, true},
		{op.FAPI2(), "hmac", "HS256", []byte(secret), false},
	} {
		g := newRig(t, c.mode)
		a := g.asserted(g.assertion(c.client, c.alg, c.key, func(m map[string]any) {
			if c.mode.Require.IssuerAudience {
				m["aud"] = g.issuer
			}
		}))
		if in := a.json["error"] != "invalid_client"; in != c.in {
			t.Errorf("%s %s %s: %d %s", c.mode.Name, c.client, c.alg, a.status, a.body)
		}
	}
}

func basic(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(id)+":"+url.QueryEscape(secret)))
}

func twoMethods(t *testing.T) {
	g := newRig(t, op.Mode{})
	v := url.Values{"grant_type": {"authorization_code"}, "code": {"x"}, "client_assertion_type": {byAssertion}, "client_assertion": {g.assertion("key", "RS256", rsaKey(), nil)}}
	if a := g.post("/access_token", v, "Authorization", basic("basic", secret)); !a.is(400, "invalid_request") {
		t.Errorf("assertion and basic: %d %s", a.status, a.body)
	}
	if a := g.post("/access_token", redeem("x"), "Authorization", basic("secret", secret)); !a.is(400, "invalid_request") {
		t.Errorf("post and basic: %d %s", a.status, a.body)
	}
}

func stateOptional(t *testing.T) {
	g := newRig(t, op.Mode{})
	a := g.authorize(request("secret", "state", "", "nonce", ""))
	home := a.home()
	if home.Get("code") == "" || home.Has("state") {
		t.Fatalf("%d %s", a.status, a.header.Get("Location"))
	}
	token := g.post("/access_token", redeem(home.Get("code")))
	c := payload(t, token.json["id_token"])
	if c["nonce"] != nil || c["s_hash"] != nil || token.json["nonce"] != nil {
		t.Errorf("%v", c)
	}
	if long := g.authorize(request("secret", "state", strings.Repeat("s", 400), "nonce", strings.Repeat("n", 400))).home(); len(long.Get("state")) != 400 {
		t.Errorf("long state: %v", long)
	}
}

func tokenErrors(t *testing.T) {
	g := newRig(t, op.Mode{})
	for name, c := range map[string]struct {
		form   url.Values
		status int
		want   string
	}{
		"grant":        {redeem("x", "grant_type", "password"), 400, "unsupported_grant_type"},
		"no grant":     {redeem("x", "grant_type", ""), 400, "invalid_request"},
		"no refresh":   {redeem("x", "grant_type", "refresh_token"), 400, "unsupported_grant_type"},
		"no code":      {redeem(""), 400, "invalid_request"},
		"wrong code":   {redeem("x"), 400, "invalid_grant"},
		"no client":    {redeem("x", "client_secret", "", "client_id", ""), 401, "invalid_client"},
		"wrong secret": {redeem("x", "client_secret", "y"), 401, "invalid_client"},
		"redirect":     {redeem(g.code("secret"), "redirect_uri", "https://rp.example.test/other"), 400, "invalid_grant"},
		"other client": {redeem(g.code("secret"), "client_id", "post"), 400, "invalid_grant"},
	} {
		a := g.post("/access_token", c.form)
		if !a.is(c.status, c.want) || a.header.Get("Cache-Control") != "no-store" || a.header.Get("Pragma") != "no-cache" || a.json["error_description"] == "" {
			t.Errorf("%s: %d %s %v", name, a.status, a.body, a.header)
		}
		if strings.ContainsAny(fmt.Sprint(a.json["error_description"]), "\"\\") {
			t.Errorf("%s: error_description has characters that RFC 6749 appendix A.8 forbids: %s", name, a.body)
		}
	}
	a := g.post("/access_token", url.Values{"grant_type": {"authorization_code"}, "code": {"x"}}, "Authorization", basic("secret", "wrong"))
	if !a.is(401, "invalid_client") || !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Basic ") {
		t.Errorf("no challenge: %d %v", a.status, a.header)
	}
	for _, path := range []string{"/access_token?client_secret=" + secret, "/access_token?code=x"} {
		if a := g.post(path, redeem("x")); !a.is(400, "invalid_request") {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	r, _ := http.NewRequest(http.MethodPost, g.issuer+"/access_token", strings.NewReader(`{"grant_type":"authorization_code"}`))
	r.Header.Set("Content-Type", "application/json")
	if a := g.do(r); !a.is(400, "invalid_request") {
		t.Errorf("JSON body: %d %s", a.status, a.body)
	}
	if a := g.get("/access_token"); a.status != 405 || a.header.Get("Allow") != "POST" {
		t.Errorf("GET: %d", a.status)
	}
}

func errorRedirects(t *testing.T) {
	g := newRig(t, op.Mode{})
	for _, c := range [][3]string{{"scope", "openid nonsense", "invalid_scope"}, {"scope", "profile", "invalid_scope"}, {"response_type", "token", "unsupported_response_type"},
		{"response_type", "", "unsupported_response_type"}, {"prompt", "sometimes", "invalid_request"}, {"code_challenge_method", "plain", "invalid_request"},
		{"code_challenge", "short", "invalid_request"}, {"response_mode", "fragment", "invalid_request"}, {"response_mode", "form_post", "invalid_request"}} {
		home := g.authorize(request("secret", c[0], c[1], "state", "")).home()
		if home.Get("error") != c[2] || home.Get("iss") != g.issuer || home.Has("state") || home.Has("code") {
			t.Errorf("%s=%s: %v", c[0], c[1], home)
		}
	}
	if home := g.authorize(request("secret", "scope", "openid nonsense")).home(); home.Get("state") != "state-1" {
		t.Errorf("state: %v", home)
	}
	a := g.authorize(request("secret"))
	if home := a.home(); a.status != http.StatusSeeOther || home.Get("iss") != g.issuer || home.Get("client_id") != "secret" {
		t.Errorf("success: %d %v", a.status, home)
	}
}

func errorPages(t *testing.T) {
	g := newRig(t, op.Mode{})
	for _, v := range []url.Values{request("nobody"), request(""), request("secret", "redirect_uri", "https://evil.example.test/"), request("secret", "redirect_uri", ""),
		request("secret", "redirect_uri", back+"?x=1"), request("secret", "redirect_uri", back+"/"), request("secret", "redirect_uri", back+"#f")} {
		if a := g.authorize(v); a.header.Get("Location") != "" || !strings.HasPrefix(a.body, "page ") || a.status < 400 || a.status > 499 {
			t.Errorf("%s %s: %d %s", v.Get("client_id"), v.Get("redirect_uri"), a.status, a.header.Get("Location"))
		}
	}
}

func repeated(t *testing.T) {
	g := newRig(t, op.Extended())
	v := request("secret")
	v.Add("state", "again")
	if a := g.authorize(v); a.status != 400 || a.header.Get("Location") != "" {
		t.Errorf("authorize: %d", a.status)
	}
	for _, path := range []string{"/access_token", "/introspect", "/token/revoke", "/par"} {
		v := redeem("x", "token", "x")
		v.Add("client_id", "secret")
		if a := g.post(path, v); !a.is(400, "invalid_request") {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
}

func requestObjects(t *testing.T) {
	g := newRig(t, op.Mode{})
	none := "eyJhbGciOiJub25lIn0." + base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"x","aud":"y","scope":"openid","max_age":1}`)) + "."
	if home := g.authorize(request("secret", "request", none)).home(); home.Get("error") != "request_not_supported" {
		t.Errorf("%v", home)
	}
	if home := g.authorize(request("secret", "request_uri", "https://rp.example.test/object")).home(); home.Get("error") != "request_uri_not_supported" {
		t.Errorf("%v", home)
	}
}

func pushedRequests(t *testing.T) {
	g := newRig(t, op.Extended())
	push := func(more ...string) answer {
		v := request("secret", "client_secret", secret)
		return g.post("/par", change(v, more))
	}
	go1 := func(uri any, client string) answer {
		return g.authorize(url.Values{"client_id": {client}, "request_uri": {fmt.Sprint(uri)}, "scope": {"openid nonsense"}, "state": {"not this"}})
	}
	a := push()
	if a.status != 201 || a.json["expires_in"] != float64(90) {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if other := go1(a.json["request_uri"], "post"); !strings.Contains(other.body, "invalid_request_uri") {
		t.Errorf("another client's: %d %s", other.status, other.body)
	}
	home := go1(a.json["request_uri"], "secret").home()
	if home.Get("code") == "" || home.Get("state") != "state-1" {
		t.Errorf("own, after that: %v", home)
	}
	if again := go1(a.json["request_uri"], "secret"); !strings.Contains(again.body, "invalid_request_uri") {
		t.Errorf("after a code: %d %v", again.status, again.home())
	}
	late := push().json["request_uri"]
	g.advance(91 * time.Second)
	if old := go1(late, "secret"); !strings.Contains(old.body, "invalid_request_uri") {
		t.Errorf("late: %d", old.status)
	}
	for _, c := range [][3]string{{"request_uri", "urn:x", "invalid_request"}, {"request", "x", "request_not_supported"}, {"client_secret", "wrong", "invalid_client"},
		{"redirect_uri", "https://evil.example.test/", "invalid_request"}, {"scope", "nonsense", "invalid_scope"}} {
		if a := push(c[0], c[1]); a.json["error"] != c[2] {
			t.Errorf("%s: %d %s", c[0], a.status, a.body)
		}
	}
	if a := g.get("/par"); a.status != 405 {
		t.Errorf("GET: %d", a.status)
	}
	if strings.Contains(op.Kept(g.engine), secret) {
		t.Error("the client's secret is in the store")
	}
}

func expiredCode(t *testing.T) {
	g := newRig(t, op.Mode{})
	code := g.code("secret")
	g.advance(58 * time.Second)
	if a := g.post("/access_token", redeem(code)); a.status != 200 {
		t.Errorf("in time: %d %s", a.status, a.body)
	}
	code = g.code("secret")
	g.advance(61 * time.Second)
	if a := g.post("/access_token", redeem(code)); !a.is(400, "invalid_grant") {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func racers(t *testing.T) {
	g := newRig(t, op.Extended())
	code := g.code("secret", "scope", "openid offline_access", "prompt", "consent")
	won := make(chan map[string]any, 20)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if a := g.post("/access_token", redeem(code)); a.status == 200 {
				won <- a.json
			} else if !a.is(400, "invalid_grant") {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
	all.Wait()
	close(won)
	if len(won) != 1 {
		t.Fatalf("%d token sets", len(won))
	}
	tokens := <-won
	if a := g.get("/userinfo", "Authorization", "Bearer "+tokens["access_token"].(string)); a.status != 401 {
		t.Errorf("the winner's access token lives on: %d", a.status)
	}
	if a := g.post("/access_token", redeem("", "grant_type", "refresh_token", "refresh_token", tokens["refresh_token"].(string))); !a.is(400, "invalid_grant") {
		t.Errorf("the winner's refresh token lives on: %d %s", a.status, a.body)
	}
}

// noHash holds because the hasher that the engine hands to fosite always fails.
func noHash(t *testing.T) {
	g := newRig(t, op.Extended())
	if g.tokens("secret")["access_token"] == nil {
		t.Error("no token")
	}
}

func keysByURI(t *testing.T) {
	var reads atomic.Int32
	key := jose.JSONWebKey{Key: rsaKey().Public(), KeyID: "first"}
	keys := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/", http.StatusFound)
		case "/large":
			one, _ := json.Marshal(key)
			_, _ = w.Write([]byte(`{"keys":[` + strings.Repeat(" ", 1<<20) + string(one) + `]}`))
		default:
			reads.Add(1)
			_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key}})
		}
	}))
	defer keys.Close()
	at := func(id, uri string) op.Client {
		return op.Client{ID: id, RedirectURIs: []string{back}, Method: "private_key_jwt", KeysURI: uri}
	}
	g := newRig(t, op.Mode{}, at("here", keys.URL), at("moved", keys.URL+"/moved"), at("large", keys.URL+"/large"), at("far", "http://rp.example.test/jwks"))
	sign := func(id, kid string) answer {
		return g.asserted(g.assertion(id, "RS256", jose.JSONWebKey{Key: rsaKey(), KeyID: kid}, nil))
	}
	for _, id := range []string{"moved", "large", "far"} {
		if a := sign(id, "first"); !a.is(401, "invalid_client") {
			t.Errorf("%s: %d %s", id, a.status, a.body)
		}
	}
	for _, step := range []struct {
		name, kid string
		wait      time.Duration
		reads     int32
	}{
		{"first", "first", 0, 1}, {"remembered", "first", time.Minute, 1}, {"unknown kid", "second", 0, 2}, {"asked at once again", "third", 0, 2},
		{"too old", "first", 6 * time.Minute, 3},
	} {
		g.advance(step.wait)
		if sign("here", step.kid); reads.Load() != step.reads {
			t.Errorf("%s: %d reads", step.name, reads.Load())
		}
	}
	if a := sign("here", "first"); !a.is(400, "invalid_grant") {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func virtualClock(t *testing.T) {
	g := newRig(t, op.Extended())
	g.advance(30 * 24 * time.Hour)
	token := g.tokens("secret", "scope", "openid offline_access", "prompt", "consent")
	c := payload(t, token["id_token"])
	if iat := int64(c["iat"].(float64)); iat < g.now().Unix()-60 || token["expires_in"] != float64(3599) {
		t.Errorf("iat %d, expires_in %v", iat, token["expires_in"])
	}
	alive := func() bool {
		return g.get("/userinfo", "Authorization", "Bearer "+token["access_token"].(string)).status == 200
	}
	if !alive() {
		t.Error("dead at once")
	}
	g.advance(61 * time.Minute)
	if alive() {
		t.Error("alive after an hour")
	}
	g.advance(-10 * time.Minute)
	if !alive() {
		t.Error("dead after going back")
	}
	g.advance(13 * time.Hour)
	if a := g.post("/access_token", redeem("", "grant_type", "refresh_token", "refresh_token", token["refresh_token"].(string))); !a.is(400, "invalid_grant") {
		t.Errorf("refresh after 13 h: %d %s", a.status, a.body)
	}
}

func loopback(t *testing.T) {
	g := newRig(t, op.Mode{})
	for uri, good := range map[string]bool{"http://127.0.0.1:41234/cb": true, "http://127.0.0.1/cb": true, "http://127.0.0.1:41234/other": false,
		"http://localhost:7/cb": true, "http://localhost:8/cb": false, "https://127.0.0.1:41234/cb": false} {
		if a := g.authorize(request("secret", "redirect_uri", uri)); (a.home().Get("code") != "") != good {
			t.Errorf("%s: %d %s", uri, a.status, a.body)
		}
	}
}

func methods(t *testing.T) {
	bare := func() url.Values { return url.Values{"grant_type": {"authorization_code"}, "code": {"x"}} }
	for _, c := range []struct {
		mode          op.Mode
		client        string
		basic, posted bool
	}{
		{op.Mode{}, "secret", true, true}, {op.Mode{}, "post", false, true}, {op.Mode{}, "basic", true, false}, {op.Mode{}, "key", false, false},
		{op.Lenient(), "post", true, true}, {op.FAPI2(), "secret", false, false},
	} {
		g := newRig(t, c.mode)
		if a := g.post("/access_token", bare(), "Authorization", basic(c.client, secret)); (a.json["error"] != "invalid_client") != c.basic && c.mode.Require.DPoP == false {
			t.Errorf("%s %s basic: %d %s", c.mode.Name, c.client, a.status, a.body)
		}
		if a := g.post("/access_token", redeem("x", "client_id", c.client)); (a.json["error"] != "invalid_client") != c.posted {
			t.Errorf("%s %s post: %d %s", c.mode.Name, c.client, a.status, a.body)
		}
	}
	g := newRig(t, op.Mode{})
	if a := g.post("/access_token", redeem("x", "client_id", "open", "client_secret", "")); !a.is(401, "invalid_client") {
		t.Errorf("no credentials with CIS2: %d %s", a.status, a.body)
	}
}

func refreshing(t *testing.T) {
	g := newRig(t, op.Extended())
	first := g.tokens("secret", "scope", "openid profile offline_access", "prompt", "consent")
	renew := func(token any, more ...string) answer {
		return g.post("/access_token", redeem("", append([]string{"grant_type", "refresh_token", "redirect_uri", "", "code_verifier", "", "refresh_token", fmt.Sprint(token)}, more...)...))
	}
	g.advance(time.Minute)
	second := renew(first["refresh_token"], "scope", "openid")
	if second.status != 200 || second.json["scope"] != "openid" || second.json["refresh_token"] == first["refresh_token"] {
		t.Fatalf("narrowed: %d %s", second.status, second.body)
	}
	was, is := payload(t, first["id_token"]), payload(t, second.json["id_token"])
	if is["auth_time"] != was["auth_time"] || is["iat"] == was["iat"] || is["nonce"] != "nonce-1" || is["sub"] != was["sub"] || is["c_hash"] != nil || is["name"] != nil {
		t.Errorf("ID token: %v, was %v", is, was)
	}
	if a := renew(second.json["refresh_token"], "scope", "openid email"); !a.is(400, "invalid_scope") {
		t.Errorf("wider: %d %s", a.status, a.body)
	}
	third := renew(second.json["refresh_token"])
	if scope := strings.Fields(fmt.Sprint(third.json["scope"])); third.status != 200 || !slices.Equal(scope, []string{"openid", "profile", "offline_access"}) {
		t.Fatalf("wide again: %d %s", third.status, third.body)
	}
	if a := renew(first["refresh_token"]); !a.is(400, "invalid_grant") {
		t.Errorf("reuse: %d %s", a.status, a.body)
	}
	if a := renew(third.json["refresh_token"]); !a.is(400, "invalid_grant") {
		t.Errorf("the family lives on: %d %s", a.status, a.body)
	}
	if a := g.get("/userinfo", "Authorization", "Bearer "+third.json["access_token"].(string)); a.status != 401 {
		t.Errorf("its access token lives on: %d", a.status)
	}
	if g.tokens("secret")["refresh_token"] != nil {
		t.Error("a refresh token without offline_access")
	}
	if unasked := g.tokens("secret", "scope", "openid offline_access"); unasked["refresh_token"] != nil || unasked["scope"] != "openid" {
		t.Errorf("offline access without consent (OpenID Connect Core section 11): %v", unasked)
	}
	if a := newRig(t, op.Mode{}).authorize(request("secret", "scope", "openid offline_access")); a.home().Get("error") != "invalid_scope" {
		t.Errorf("CIS2 has offline_access: %v", a.home())
	}
}

func rotation(t *testing.T) {
	g := newRig(t, op.Mode{})
	hint := g.tokens("secret")["id_token"].(string)
	set := func() []string {
		var names []string
		for _, k := range g.get("/connect/jwk_uri").json["keys"].([]any) {
			names = append(names, k.(map[string]any)["kid"].(string))
		}
		return names
	}
	g.ring.Rotate(testpki.Published("signing"))
	if len(set()) != 2 {
		t.Errorf("just rotated: %v", set())
	}
	if home := g.authorize(request("secret", "id_token_hint", hint)).home(); home.Get("code") == "" {
		t.Errorf("hint of the old key: %v", home)
	}
	if home := g.authorize(request("secret", "id_token_hint", hint[:len(hint)-8]+"AAAAAAAA")).home(); home.Get("error") == "" {
		t.Errorf("forged hint: %v", home)
	}
	g.advance(3 * time.Hour)
	if len(set()) != 1 {
		t.Errorf("three hours later: %v", set())
	}
	g.ring.Rotate(testpki.Published("provider"))
	if names := set(); len(names) != 2 || names[0] == names[1] {
		t.Errorf("rotated back: %v", names)
	}
}

// Requirement: 200 logins at once are free of data races (item of the issue;
// fosite's lazy settings, flaw 15). Turned red, under -race, by: leaving a field
// of the engine's config out.
func TestParallelLogins(t *testing.T) {
	g := newRig(t, op.Extended())
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			token := g.tokens("secret", "scope", "openid offline_access", "prompt", "consent", "state", fmt.Sprint(i))
			if token["id_token"] == nil {
				t.Error("no ID token")
			}
		})
	}
	all.Wait()
}

// Requirement: memory is bounded, whatever comes (item of the issue). Turned
// red by: keeping records on a map instead of a shelf.
func TestBoundedMemory(t *testing.T) {
	g := newSmallRig(t, op.Extended(), 100)
	for range 150 {
		g.tokens("secret", "scope", "openid offline_access", "prompt", "consent")
		g.code("secret") // never redeemed
		g.post("/par", request("secret", "client_secret", secret))
		g.asserted(g.assertion("key", "RS256", rsaKey(), nil))
	}
	for name, n := range op.Sizes(g.engine) {
		if limit := map[string]int{"jtis": 800}[name]; n > max(limit, 100) {
			t.Errorf("%d %s are kept, with room for 100", n, name)
		}
	}
	g.advance(14 * time.Hour)
	g.code("secret")
	sizes := op.Sizes(g.engine)
	if left := maps.Collect(maps.All(sizes)); sizes["codes"] != 1 || sizes["access"]+sizes["refresh"]+sizes["pushed"]+sizes["jtis"]+sizes["ended"] != 0 {
		t.Errorf("after 14 hours: %v", left)
	}
}
