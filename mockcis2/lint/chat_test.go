package lint_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/diary"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/lint"
)

const (
	issuer = "https://cis2.test:443/realm"
	me     = "toy.apps.national"
	home   = "https://toy.test/callback"
)

// chat is a conversation between relying parties and a provider that answers
// whatever the script says. Only the diary is real.
type chat struct {
	t     *testing.T
	now   time.Time
	diary *diary.Diary
	agent string // name of the program that talks
	n     int    // sign-ins so far
}

func newChat(t *testing.T) *chat {
	c := &chat{t: t, now: time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC), agent: "toy/1"}
	c.diary = diary.New(diary.Settings{Now: func() time.Time { return c.now }, Key: []byte("key")})
	return c
}

// findings are what the lints say of a client.
func (c *chat) findings(client string) []lint.Finding {
	return lint.Judge(lint.Subject{Client: client, Issuer: issuer, Redirects: []string{home, "http://localhost/callback", "http://ward.test/callback"},
		Scopes: []string{"openid", "profile", "email", "nationalrbacaccess"}, Now: c.now, Complete: c.diary.Lost() == 0, Entries: c.diary.Entries()})
}

// send makes a request; the answer is what respond writes.
func (c *chat) send(method, path string, query, form url.Values, header map[string]string, respond func(w http.ResponseWriter)) {
	c.t.Helper()
	target := issuer + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	r := httptest.NewRequest(method, target, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("User-Agent", c.agent)
	for name, v := range header {
		r.Header.Set(name, v)
	}
	c.diary.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { respond(w) })).ServeHTTP(httptest.NewRecorder(), r)
}

// logoutClaims are those of a right logout token.
func logoutClaims(c *chat) map[string]any {
	return map[string]any{"iss": issuer, "aud": me, "sub": "555000000017", "sid": "s", "jti": "j", "iat": c.now.Unix(), "exp": c.now.Add(2 * time.Minute).Unix(),
		"events": map[string]any{diary.LogoutEvent: map[string]any{}}}
}

// tell sends a logout token with some claims changed, nil for none, which is answered
// with status, 0 for not at all.
func (c *chat) tell(status int, changed map[string]any) {
	claims := logoutClaims(c)
	maps.Copy(claims, changed)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	c.told(status, map[string]any{"alg": "RS256", "kid": "key-1", "typ": "logout+jwt"}, claims)
}

func (c *chat) told(status int, header, claims map[string]any) {
	c.diary.Tell("told", jwt(header, claims), diary.Told{Client: me, Signed: header["kid"] == "key-1", Status: status})
}

// says answers with a status and JSON.
func says(status int, v any) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v)
	}
}

// fetch gets discovery and keys.
func (c *chat) fetch() {
	c.discovery()
	c.keys()
}

func (c *chat) discovery() {
	c.send("GET", "/.well-known/openid-configuration", nil, nil, nil, says(200, map[string]any{"issuer": issuer}))
}

func (c *chat) keys() {
	c.send("GET", "/connect/jwk_uri", nil, nil, nil, says(200, map[string]any{"keys": []any{map[string]any{"kid": "key-1"}}}))
}

// signin is one sign-in, each part of which a test may spoil.
type signin struct {
	ask      url.Values    // the authorization request
	back     url.Values    // what the provider sends the browser home with
	wait     time.Duration // before the code is redeemed
	redeem   url.Values    // the token request
	header   map[string]string
	claims   map[string]any // of the client assertion; nil is a secret
	jose     map[string]any // its header
	id       map[string]any // claims of the ID token
	sign     map[string]any // its header
	tokens   map[string]any // more of the token answer
	refuse   string         // OAuth error instead of tokens
	userinfo int            // calls
	bearer   string         // token they carry
}

// jwt makes a token that nobody can verify: the diary does not.
func jwt(header, claims map[string]any) string {
	part := func(v any) string {
		raw, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	return part(header) + "." + part(claims) + ".c2ln"
}

// secret is a fresh good value, the same in every run.
func secret(kind string, n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", kind, n))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// fresh is a sign-in as a careful relying party does it.
func (c *chat) fresh() *signin {
	c.n++
	verifier, state, nonce := secret("verifier", c.n), secret("state", c.n), secret("nonce", c.n)
	code, access, now := secret("code", c.n), secret("access", c.n), c.now.Unix()
	return &signin{
		ask: url.Values{"response_type": {"code"}, "client_id": {me}, "redirect_uri": {home}, "scope": {"openid profile"}, "state": {state},
			"nonce": {nonce}, "code_challenge": {challenge(verifier)}, "code_challenge_method": {"S256"}, "acr_values": {"AAL3_ANY"}, "max_age": {"300"}},
		back: url.Values{"code": {code}, "state": {state}, "iss": {issuer}, "client_id": {me}},
		redeem: url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {home}, "code_verifier": {verifier},
			"client_id": {me}, "client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}},
		claims: map[string]any{"iss": me, "sub": me, "aud": issuer + "/access_token", "jti": secret("jti", c.n), "iat": now, "exp": now + 180},
		jose:   map[string]any{"alg": "RS512", "kid": "mine", "typ": "JWT"},
		id: map[string]any{"iss": issuer, "sub": "555000000017", "aud": me, "nonce": nonce, "iat": now, "exp": now + 3600, "auth_time": now, "acr": "AAL3_ANY",
			"id_assurance_level": "3", "at_hash": half(access)},
		sign:   map[string]any{"alg": "RS256", "kid": "key-1"},
		tokens: map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": 3599}, userinfo: 1, bearer: access,
	}
}

func half(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// run plays a sign-in to its end.
func (c *chat) run(s *signin) {
	c.t.Helper()
	c.authorize(s)
	c.now = c.now.Add(s.wait)
	c.token(s)
	for range s.userinfo {
		c.userinfo(s.bearer, 200)
	}
}

func (c *chat) authorize(s *signin) {
	c.t.Helper()
	c.send("GET", "/authorize", s.ask, nil, nil, func(w http.ResponseWriter) {
		w.Header().Set("Location", home+"?"+s.back.Encode())
		w.WriteHeader(http.StatusSeeOther)
	})
}

func (c *chat) token(s *signin) {
	c.t.Helper()
	form := maps.Clone(s.redeem)
	if s.claims != nil {
		form.Set("client_assertion", jwt(s.jose, s.claims))
	}
	answer := map[string]any{"id_token": jwt(s.sign, s.id)}
	maps.Copy(answer, s.tokens)
	respond := says(200, answer)
	if s.refuse != "" {
		respond = says(400, map[string]any{"error": s.refuse})
	}
	c.send("POST", "/access_token", nil, form, s.header, respond)
}

func (c *chat) userinfo(token string, status int) {
	c.t.Helper()
	c.send("GET", "/userinfo", nil, nil, map[string]string{"Authorization": "Bearer " + token}, says(status, map[string]any{"sub": "555000000017"}))
}

// signIn is a whole careful sign-in but for what spoil changes.
func (c *chat) signIn(spoil func(s *signin)) *signin {
	c.t.Helper()
	s := c.fresh()
	if spoil != nil {
		spoil(s)
	}
	c.run(s)
	c.now = c.now.Add(time.Minute)
	return s
}
