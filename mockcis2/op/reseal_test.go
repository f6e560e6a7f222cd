package op_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
)

// unsealed are the faults whose token no published key of its own algorithm
// seals; every other one leaves a seal that holds.
var unsealed = []string{"provider.key-not-in-jwks", "provider.idtoken-sig-none", "provider.invalid-sig-rs256", "provider.invalid-sig-es256",
	"provider.invalid-sig-hs256", "provider.hs256-client-secret", "provider.hs256-public-key", "provider.embedded-key", "provider.id-token-cut",
	"provider.critical-header"} // its seal holds, but go-jose does not look at one with crit

// foreign are those that name an algorithm which the client did not agree on.
var foreign = []string{"provider.idtoken-sig-none", "provider.invalid-sig-es256", "provider.invalid-sig-hs256", "provider.hs256-client-secret", "provider.hs256-public-key"}

// resealing are the faults that change an ID token.
func resealing() (all []fault.Info) {
	for _, f := range fault.All {
		if (f.IDToken != nil || f.Sealed != nil) && slices.Contains(f.At, fault.Token) {
			all = append(all, f)
		}
	}
	return all
}

// Requirement: a fault that changes an ID token seals it again by the token's
// own algorithm and the key that signs by it, in every mode, so that the fault
// is the only thing wrong with it. Source: issue item 5; FAPI 2.0 Security
// Profile section 5.4.1. Turned red by: sealing everything RS256.
func TestResealingInEveryMode(t *testing.T) {
	for _, c := range []struct {
		mode op.Mode
		alg  string
	}{{op.Mode{}, "RS256"}, {op.Extended(), "RS256"}, {op.Extended(), "PS256"}, {op.Extended(), "ES256"}, {op.FAPI2(), "PS256"}, {op.FAPI2(), "ES256"}} {
		client := op.Client{ID: "alg", RedirectURIs: []string{back}, Method: "client_secret", Secret: secret, IDTokenAlg: c.alg}
		if c.mode.Require.PrivateKey {
			client.Method, client.Keys = "private_key_jwt", known()[4].Keys
		}
		g := newRig(t, c.mode, client)
		for _, f := range resealing() {
			if err := g.faults.Replace(f.ID + ":client=alg"); err != nil {
				t.Fatal(err)
			}
			token := g.idToken(c.mode)
			alg := c.alg
			if slices.Contains(foreign, f.ID) {
				alg = ""
			}
			if got := sealedBy(g, token); got != alg && !slices.Contains(unsealed, f.ID) || got != "" && slices.Contains(unsealed, f.ID) {
				t.Errorf("%s %s with %s: sealed by %q", c.mode.Name, c.alg, f.ID, got)
			}
			if head := header(t, token); head["alg"] != c.alg && alg != "" {
				t.Errorf("%s %s with %s: alg %v", c.mode.Name, c.alg, f.ID, head["alg"])
			}
		}
	}
}

// Requirement: a token sealed by the client's secret is sealed by it again
// (OpenID Connect Core section 10.1). Turned red by: asking the key ring alone.
func TestResealingBySecret(t *testing.T) {
	g := newRig(t, op.Mode{}, op.Client{ID: "alg", RedirectURIs: []string{back}, Method: "client_secret", Secret: secret, IDTokenAlg: "HS256"})
	if err := g.faults.Replace("provider.wrong-nonce"); err != nil {
		t.Fatal(err)
	}
	token := g.idToken(op.Mode{})
	signed, err := jose.ParseSigned(token, []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := signed.Verify([]byte(secret)); err != nil || payload(t, token)["nonce"] == "nonce-1" {
		t.Errorf("%v, nonce %v", err, payload(t, token)["nonce"])
	}
}

// sealedBy is the algorithm of a token that a published key for it seals, empty
// when none does.
func sealedBy(g *rig, token string) string {
	var set jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(g.get("/connect/jwk_uri").body), &set); err != nil {
		g.t.Fatal(err)
	}
	for _, alg := range []jose.SignatureAlgorithm{jose.RS256, jose.PS256, jose.ES256} {
		signed, err := jose.ParseSigned(token, []jose.SignatureAlgorithm{alg})
		if err != nil {
			continue
		}
		for _, k := range set.Keys {
			if _, err := signed.Verify(k.Key); err == nil && k.Algorithm == string(alg) {
				return string(alg)
			}
		}
	}
	return ""
}

// idToken is that of a new sign-in of the client alg, as the mode wants it asked
// for.
func (g *rig) idToken(m op.Mode) string {
	g.t.Helper()
	if !m.Require.PrivateKey {
		token, _ := g.tokens("alg")["id_token"].(string)
		return token
	}
	auth := func(v url.Values) url.Values {
		v.Del("client_secret")
		v.Set("client_id", "alg")
		v.Set("client_assertion_type", byAssertion)
		v.Set("client_assertion", g.assertion("alg", "PS256", rsaKey(), func(c map[string]any) { c["aud"] = g.issuer }))
		return v
	}
	uri, _ := g.post("/par", auth(request("alg"))).json["request_uri"].(string)
	code := g.authorize(url.Values{"client_id": {"alg"}, "request_uri": {uri}}).home().Get("code")
	a := g.post("/access_token", auth(redeem(code)), "DPoP", g.dpop("POST", "/access_token", "", nil))
	token, _ := a.json["id_token"].(string)
	if token == "" {
		g.t.Fatalf("no ID token: %d %s", a.status, a.body)
	}
	return token
}
