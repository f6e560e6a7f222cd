package op_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Requirement: each mode publishes what it does and nothing more; CIS2 has no
// refresh tokens, introspection, revocation, PAR or DPoP. Source: facts on CIS2
// sections 1.2 to 1.4, OpenID Connect Discovery section 3, RFC 8414, RFC 9126
// section 5, RFC 9449 section 5.1. Turned red by: any change of a discovery
// document that is not reviewed (go test ./mockcis2/op -update).
func TestDiscovery(t *testing.T) {
	for _, name := range []string{"cis2", "extended", "fapi2", "lenient"} {
		mode, err := op.ModeNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		g := newRig(t, mode)
		a := g.get("/.well-known/openid-configuration")
		pretty, err := json.MarshalIndent(a.json, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		got := strings.ReplaceAll(string(pretty), g.issuer, "ISSUER") + "\n"
		golden := "testdata/discovery." + name + ".json"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is not %s", got, golden)
		}
		for _, path := range []string{"/par", "/introspect", "/token/revoke"} {
			if there := g.post(path, url.Values{}).status != http.StatusNotFound; there != mode.Extras {
				t.Errorf("%s: %s is there: %v", name, path, there)
			}
		}
	}
	if _, err := op.ModeNamed("strict"); err == nil {
		t.Error("a mode that does not exist was found")
	}
}

// Requirement: every laxness has a name, and only lenient has any (issue, part
// 2). Turned red by: a field of Lax that Named leaves out.
func TestLaxness(t *testing.T) {
	raw, err := json.Marshal(op.Lenient().Lax)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]bool
	if err := json.Unmarshal(raw, &fields); err != nil {
		t.Fatal(err)
	}
	named := op.Lenient().Lax.Named()
	for name, on := range fields {
		if !on || !slices.Contains(named, name) {
			t.Errorf("%s: on %v, named %v", name, on, named)
		}
	}
	for _, m := range []op.Mode{{}, op.Extended(), op.FAPI2()} {
		if m.Lax.Named() == nil || len(m.Lax.Named()) > 0 {
			t.Errorf("%s is lax: %v", m.Name, m.Lax.Named())
		}
	}
}

// Requirement: what lenient lets pass, the others refuse. Source: RFC 9700
// section 4.1, RFC 7636 section 4.2. Turned red by: a mode's laxness leaking.
func TestLenientOnly(t *testing.T) {
	for name, v := range map[string]url.Values{
		"AnyRedirect":       request("secret", "redirect_uri", "https://anywhere.example.test/cb"),
		"PlainPKCE":         request("secret", "code_challenge", verifier, "code_challenge_method", "plain"),
		"PublicWithoutPKCE": request("open", "code_challenge", "", "code_challenge_method", ""),
		"UnknownScopes":     request("secret", "scope", "openid unheard-of"),
	} {
		for _, m := range []op.Mode{{}, op.Extended(), op.Lenient()} {
			in := newRig(t, m).authorize(v).home().Get("code") != ""
			if in != (m.Name == "lenient") && !(name == "PublicWithoutPKCE" && m.Name == "") {
				t.Errorf("%s in %q: let in %v", name, m.Name, in)
			}
		}
	}
}

// Requirement: a client without credentials signs in with PKCE where the mode
// knows such. Source: RFC 9700 section 2.1.1. Turned red by: leaving the
// verifier unchecked for it.
func TestPublicClient(t *testing.T) {
	g := newRig(t, op.Extended())
	form := func(more ...string) url.Values {
		return redeem(g.code("open"), append([]string{"client_id", "open", "client_secret", ""}, more...)...)
	}
	if a := g.post("/access_token", form()); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := g.post("/access_token", form("code_verifier", "")); !a.is(400, "invalid_grant") {
		t.Errorf("no verifier: %d %s", a.status, a.body)
	}
	if a := g.post("/access_token", form("client_secret", "any")); !a.is(401, "invalid_client") {
		t.Errorf("a secret it has not: %d %s", a.status, a.body)
	}
}

// Requirement: FAPI 2.0 from push to userinfo: PAR, PKCE, DPoP with nonce when
// asked, PS256 or ES256 tokens. Source: FAPI 2.0 Security Profile section 5.3.2;
// RFC 9449. Turned red by: any of Require in FAPI2 left out.
func TestFAPI2(t *testing.T) {
	mode := op.FAPI2()
	mode.Require.DPoPNonce = true
	g := newRig(t, mode, op.Client{ID: "es", RedirectURIs: []string{back}, Method: "private_key_jwt", Keys: known()[4].Keys, IDTokenAlg: "ES256", UserInfoAlg: "ES256"})
	if home := g.authorize(request("key")).home(); home.Get("error") != "invalid_request" {
		t.Errorf("not pushed: %v", home)
	}
	for _, client := range []string{"key", "es"} {
		auth := func(v url.Values) url.Values {
			v.Del("client_secret")
			v.Set("client_id", client)
			v.Set("client_assertion_type", byAssertion)
			v.Set("client_assertion", g.assertion(client, "PS256", rsaKey(), func(m map[string]any) { m["aud"] = g.issuer }))
			return v
		}
		if a := g.post("/par", auth(request(client, "code_challenge", "", "code_challenge_method", ""))); !a.is(400, "invalid_request") {
			t.Errorf("no PKCE: %d %s", a.status, a.body)
		}
		pushed := g.post("/par", auth(request(client)))
		if pushed.status != 201 {
			t.Fatalf("%d %s", pushed.status, pushed.body)
		}
		code := g.authorize(url.Values{"client_id": {client}, "request_uri": {pushed.json["request_uri"].(string)}}).home().Get("code")
		form := func() url.Values { return auth(redeem(code)) }
		if a := g.post("/access_token", form()); !a.is(400, "invalid_dpop_proof") {
			t.Errorf("no proof: %d %s", a.status, a.body)
		}
		challenged := g.post("/access_token", form(), "DPoP", g.dpop("POST", "/access_token", "", nil))
		nonce := challenged.header.Get("DPoP-Nonce")
		if !challenged.is(400, "use_dpop_nonce") || nonce == "" {
			t.Fatalf("no challenge: %d %s", challenged.status, challenged.body)
		}
		with := func(m map[string]any) { m["nonce"] = nonce }
		a := g.post("/access_token", form(), "DPoP", g.dpop("POST", "/access_token", "", with))
		if a.status != 200 || a.json["token_type"] != "DPoP" {
			t.Fatalf("%d %s", a.status, a.body)
		}
		access := a.json["access_token"].(string)
		if cnf, _ := payload(t, access)["cnf"].(map[string]any); cnf["jkt"] == nil {
			t.Error("the access token is not bound")
		}
		info := g.get("/userinfo", "Authorization", "dpop "+access, "DPoP", g.dpop("GET", "/userinfo", access, with))
		if signed := info.header.Get("Content-Type") == "application/jwt"; info.status != 200 || signed != (client == "es") {
			t.Errorf("userinfo: %d %s", info.status, info.body)
		}
		if a := g.get("/userinfo", "Authorization", "DPoP "+access, "DPoP", g.dpop("GET", "/userinfo", access, nil)); a.status != 401 || !strings.Contains(a.header.Get("WWW-Authenticate"), "use_dpop_nonce") {
			t.Errorf("userinfo without nonce: %d %v", a.status, a.header)
		}
		g.verified(t, a.json["id_token"].(string), client, map[string]string{"key": "PS256", "es": "ES256"}[client])
	}
}

// verified checks an ID token as a stranger's library does.
func (g *rig) verified(t *testing.T, raw, client, alg string) {
	t.Helper()
	p, err := oidc.NewProvider(t.Context(), g.issuer)
	if err != nil {
		t.Fatal(err)
	}
	token, err := p.Verifier(&oidc.Config{ClientID: client, SupportedSigningAlgs: []string{alg}, Now: g.now}).Verify(t.Context(), raw)
	if err != nil {
		t.Errorf("%s %s: %v", client, alg, err)
	} else if token.Nonce != "nonce-1" {
		t.Error("nonce is another")
	}
}

// Requirement: a client's registration picks the algorithm of its ID token,
// among those of the mode, and at_hash fits. Source: OpenID Connect Core
// sections 2, 3.1.3.6, 10.1. Turned red by: signing everything RS256.
func TestIDTokenAlgorithms(t *testing.T) {
	for _, c := range []struct {
		mode      op.Mode
		asks, has string
	}{{op.Mode{}, "", "RS256"}, {op.Mode{}, "HS256", "HS256"}, {op.Mode{}, "ES256", "RS256"}, {op.Extended(), "ES256", "ES256"}, {op.Extended(), "PS256", "PS256"}} {
		g := newRig(t, c.mode, op.Client{ID: "alg", RedirectURIs: []string{back}, Method: "client_secret", Secret: secret, IDTokenAlg: c.asks})
		token := g.tokens("alg")
		raw := token["id_token"].(string)
		if head := header(t, raw); head["alg"] != c.has || (head["kid"] == nil) != (c.has == "HS256") {
			t.Errorf("%s: %v", c.asks, head)
		}
		if claims := payload(t, raw); claims["at_hash"] != half128(token["access_token"].(string)) {
			t.Errorf("%s: at_hash %v", c.asks, claims["at_hash"])
		}
		if c.has != "HS256" {
			g.verified(t, raw, "alg", c.has)
		}
	}
}

// Requirement: the presets are CIS2's environments. Source: facts on CIS2
// section 1.1. Turned red by: another path or realm.
func TestEnvironments(t *testing.T) {
	care := "/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare"
	for name, want := range map[string]op.Environment{
		"":     {Name: "int", Path: care, Realm: "/NHSIdentity/Healthcare"},
		"int":  {Name: "int", Path: care, Realm: "/NHSIdentity/Healthcare"},
		"dep":  {Name: "dep", Path: care, Realm: "/NHSIdentity/Healthcare"},
		"live": {Name: "live", Path: care, Realm: "/NHSIdentity/Healthcare"},
		"dev":  {Name: "dev", Path: "/openam/oauth2/realms/root/realms/oidc", Realm: "/oidc"},
	} {
		if got, err := op.EnvironmentNamed(name); err != nil || got != want {
			t.Errorf("%q: %v %v", name, got, err)
		}
	}
	if _, err := op.EnvironmentNamed("prod"); err == nil {
		t.Error("an environment that does not exist was found")
	}
}

// dpop is a good proof, with changes.
func (g *rig) dpop(method, path, token string, edit func(map[string]any)) string {
	c := map[string]any{"htm": method, "htu": g.issuer + path, "iat": g.now().Unix(), "jti": fmt.Sprint(time.Now().UnixNano())}
	if token != "" {
		c["ath"] = half256(token)
	}
	if edit != nil {
		edit(c)
	}
	return jws(g.t, "ES256", curveKey, "dpop+jwt", true, c)
}

// Requirement: what no client chooses the algorithm of, such as logout tokens
// and what the agent is handed, is signed by an algorithm of the mode, with a
// type, and verifies. Source: FAPI 2.0 Security Profile section 5.4.1; RFC 7515
// section 5.2. Turned red by: RS256 in every mode; a header without its kid.
func TestSignsByMode(t *testing.T) {
	for alg, mode := range map[string]op.Mode{"RS256": {}, "PS256": op.FAPI2()} {
		g := newRig(t, mode)
		text, err := g.ring.Sign("logout+jwt", map[string]any{"iss": g.issuer})
		if err != nil {
			t.Fatal(err)
		}
		token, err := jose.ParseSigned(text, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)})
		if err != nil {
			t.Errorf("%s: %v", alg, err)
			continue
		}
		if typ := token.Signatures[0].Header.ExtraHeaders["typ"]; typ != "logout+jwt" {
			t.Errorf("%s: typ %v", alg, typ)
		}
		set := g.ring.Public()
		key := set.Key(token.Signatures[0].Header.KeyID)
		if len(key) != 1 {
			t.Errorf("%s: %d keys for kid %q", alg, len(key), token.Signatures[0].Header.KeyID)
			continue
		}
		if claims, err := token.Verify(key[0]); err != nil || string(claims) != `{"iss":"`+g.issuer+`"}` {
			t.Errorf("%s: %s, %v", alg, claims, err)
		}
	}
}
