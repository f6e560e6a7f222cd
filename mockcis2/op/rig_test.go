package op_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/people"
)

const (
	back     = "https://rp.example.test/cb"
	verifier = "0123456789-0123456789-0123456789-0123456789"
	secret   = "a-secret-that-is-long-enough-for-hs256"
)

// rig is an engine behind its own server, where everybody who asks is signed
// in at once.
type rig struct {
	t      testing.TB
	engine *op.Engine
	ring   *op.KeyRing
	faults *fault.Set
	issuer string
	mux    *http.ServeMux
	mu     sync.Mutex
	offset time.Duration
}

func (g *rig) now() time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return time.Now().Add(g.offset)
}

func (g *rig) advance(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.offset += d
}

func newRig(t testing.TB, mode op.Mode, clients ...op.Client) *rig {
	t.Helper()
	return newSmallRig(t, mode, 0, clients...)
}

// newSmallRig has room for so many records of each kind.
func newSmallRig(t testing.TB, mode op.Mode, room int, clients ...op.Client) *rig {
	t.Helper()
	all, err := people.Default()
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	var door http.Handler
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { door.ServeHTTP(w, r) }))
	t.Cleanup(s.Close)
	g := &rig{t: t, ring: op.NewKeyRing(testpki.Published("provider")), faults: &fault.Set{}, issuer: s.URL + "/op", mux: mux}
	g.engine = op.New(op.Settings{Issuer: g.issuer, Mode: mode, Ring: g.ring, Clients: append(known(), clients...), Faults: g.faults,
		Now: g.now, Rand: rand.Reader, Remember: room})
	begin := func(w http.ResponseWriter, r *http.Request, a op.Ask) {
		g.engine.Grant(w, r, a, op.Grant{Person: all[0], SID: "sid-1", At: g.now(), Audit: "audit-1", Ops: "ops-1"})
	}
	refuse := func(w http.ResponseWriter, _ *http.Request, status int, name, description string) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "page "+name+" "+description)
	}
	mux.Handle("/op/.well-known/openid-configuration", op.Discovery{Issuer: g.issuer, Faults: g.faults, Mode: mode})
	mux.Handle("/op/authorize", op.Authorize{Engine: g.engine, Begin: begin, Refuse: refuse})
	mux.Handle("/op/access_token", op.Token{Engine: g.engine})
	mux.Handle("/op/userinfo", op.UserInfo{Engine: g.engine})
	mux.Handle("/op/connect/jwk_uri", op.JWKS{Ring: g.ring, Faults: g.faults})
	g.engine.Routes(mux, "/op")
	layer, err := fault.NewLayer(fault.World{Issuer: g.issuer, Now: g.now, Alg: mode.Default(), Key: g.ring.Current,
		Stray: func() *rsa.PrivateKey { return testpki.Published("card-10") }, Secret: func(string) string { return secret }}, g.faults)
	if err != nil {
		t.Fatal(err)
	}
	door = layer.Wrap(mux)
	return g
}

// known are clients of each method. The key of "key" has neither use nor kid.
func known() []op.Client {
	to := []string{back, "http://127.0.0.1/cb", "http://localhost:7/cb"}
	set := func(k any) jose.JSONWebKeySet { return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: k}}} }
	return []op.Client{
		{ID: "secret", RedirectURIs: to, Method: "client_secret", Secret: secret},
		{ID: "post", RedirectURIs: to, Method: "client_secret_post", Secret: secret},
		{ID: "basic", RedirectURIs: to, Method: "client_secret_basic", Secret: secret},
		{ID: "hmac", RedirectURIs: to, Method: "client_secret_jwt", Secret: secret},
		{ID: "key", RedirectURIs: to, Method: "private_key_jwt", Keys: set(rsaKey().Public())},
		{ID: "key2", RedirectURIs: to, Method: "private_key_jwt", Keys: set(rsaKey().Public()), Algorithms: []string{"RS512"}},
		{ID: "curve", RedirectURIs: to, Method: "private_key_jwt", Keys: set(&curveKey.PublicKey)},
		{ID: "open", RedirectURIs: to, Method: "none"},
	}
}

func rsaKey() crypto.Signer { return testpki.Published("card-11") }

var curveKey = func() *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return k
}()

// answer is what came back over HTTP.
type answer struct {
	status int
	header http.Header
	body   string
	json   map[string]any
}

func (g *rig) do(r *http.Request) answer {
	g.t.Helper()
	c := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := c.Do(r)
	if err != nil {
		g.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	a := answer{status: resp.StatusCode, header: resp.Header, body: string(raw)}
	_ = json.Unmarshal(raw, &a.json) // not every answer is JSON
	return a
}

// is checks status and OAuth error.
func (a answer) is(status int, name string) bool {
	return a.status == status && a.json["error"] == name
}

// home is the query that a redirect carries to the application.
func (a answer) home() url.Values {
	u, err := url.Parse(a.header.Get("Location"))
	if err != nil {
		return nil
	}
	return u.Query()
}

// request is a good authorization request, with changes by name and value; an
// empty value leaves the parameter out.
func request(client string, more ...string) url.Values {
	v := url.Values{"client_id": {client}, "redirect_uri": {back}, "response_type": {"code"}, "scope": {"openid profile"},
		"state": {"state-1"}, "nonce": {"nonce-1"}, "code_challenge": {"2_QkTuHRBuyU_YBvmYB2ObNQvXnJ5pcDtQh2OQwO1VE"}, "code_challenge_method": {"S256"}}
	v.Set("code_challenge", half256(verifier))
	return change(v, more)
}

func change(v url.Values, more []string) url.Values {
	for i := 0; i < len(more); i += 2 {
		if v.Set(more[i], more[i+1]); more[i+1] == "" {
			v.Del(more[i])
		}
	}
	return v
}

func (g *rig) authorize(v url.Values) answer {
	g.t.Helper()
	r, err := http.NewRequest(http.MethodGet, g.issuer+"/authorize?"+v.Encode(), nil)
	if err != nil {
		g.t.Fatal(err)
	}
	return g.do(r)
}

// code signs in.
func (g *rig) code(client string, more ...string) string {
	g.t.Helper()
	a := g.authorize(request(client, more...))
	code := a.home().Get("code")
	if code == "" {
		g.t.Fatalf("no code: %d %s %s", a.status, a.header.Get("Location"), a.body)
	}
	return code
}

// post sends a form; headers are pairs.
func (g *rig) post(path string, v url.Values, headers ...string) answer {
	g.t.Helper()
	r, err := http.NewRequest(http.MethodPost, g.issuer+path, strings.NewReader(v.Encode()))
	if err != nil {
		g.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return g.do(r)
}

// redeem is the form that redeems a code by a client with a secret.
func redeem(code string, more ...string) url.Values {
	return change(url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {back}, "code_verifier": {verifier},
		"client_id": {"secret"}, "client_secret": {secret}}, more)
}

func (g *rig) tokens(client string, more ...string) map[string]any {
	g.t.Helper()
	a := g.post("/access_token", redeem(g.code(client, more...), "client_id", client))
	if a.status != http.StatusOK {
		g.t.Fatalf("no tokens: %d %s", a.status, a.body)
	}
	return a.json
}

func (g *rig) get(path string, headers ...string) answer {
	g.t.Helper()
	r, err := http.NewRequest(http.MethodGet, g.issuer+path, nil)
	if err != nil {
		g.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return g.do(r)
}

// jws signs claims.
func jws(t testing.TB, alg string, key any, typ string, embed bool, claims map[string]any) string {
	t.Helper()
	o := &jose.SignerOptions{EmbedJWK: embed}
	if typ != "" {
		o = o.WithType(jose.ContentType(typ))
	}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(alg), Key: key}, o)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := s.Sign(raw)
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// assertion is a good client assertion with changes.
func (g *rig) assertion(client, alg string, key any, edit func(map[string]any)) string {
	now := g.now().Unix()
	c := map[string]any{"iss": client, "sub": client, "aud": g.issuer + "/access_token", "jti": rand.Text(), "iat": now, "exp": now + 120}
	if edit != nil {
		edit(c)
	}
	return jws(g.t, alg, key, "", false, c)
}

const byAssertion = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// asserted is a token request by assertion for a code that does not exist: a
// client that is let in gets invalid_grant.
func (g *rig) asserted(token string, more ...string) answer {
	g.t.Helper()
	v := url.Values{"grant_type": {"authorization_code"}, "code": {"none"}, "redirect_uri": {back},
		"client_assertion_type": {byAssertion}, "client_assertion": {token}}
	return g.post("/access_token", change(v, more))
}

// payload reads a token without judging it.
func payload(t testing.TB, token any) map[string]any {
	t.Helper()
	text, _ := token.(string)
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		t.Fatalf("not a JWS: %v", token)
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var c map[string]any
	if err := json.Unmarshal(raw, &c); err != nil {
		t.Fatal(err)
	}
	return c
}
