package op_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// Requirement: only a DPoP proof that is one binds a token; all others are
// invalid_dpop_proof or use_dpop_nonce, and the code that came with them is not
// spent. At userinfo a bad proof is 401 with a challenge. Source: the issue, bad
// input; RFC 9449 sections 4.3, 5 and 7.1. Turned red by: leaving any check of
// judgeProof out; redeeming before the proof was judged.
func FuzzProof(f *testing.F) {
	g := newSmallRig(f, quick(), fuzzRoom)
	const head = `{"typ":"dpop+jwt","alg":"ES256","jwk":KEY}` // every process has a key of its own
	claims := `{"htm":"POST","htu":"ISSUER/access_token","iat":NOW,"jti":"JTI"}`
	for _, h := range []string{head, `{"typ":"jwt","alg":"ES256","jwk":KEY}`, `{"typ":"dpop+jwt","alg":"none","jwk":KEY}`, `{"alg":"ES256"}`,
		`{"typ":"dpop+jwt","alg":"ES256","crit":["x"],"x":1,"jwk":KEY}`, `{"typ":"dpop+jwt","alg":"HS256","jwk":{"kty":"oct","k":"AA"}}`, `[]`} {
		f.Add(h, claims, true)
	}
	for _, c := range []string{`{"htm":"GET","htu":"ISSUER/access_token","iat":NOW,"jti":"JTI"}`, `{"htm":"POST","htu":"ISSUER/userinfo","iat":NOW,"jti":"JTI"}`,
		`{"htm":"POST","htu":"ISSUER/access_token","iat":1e300,"jti":"JTI"}`, `{"htm":"POST","htu":"ISSUER/access_token","iat":-1e300,"jti":"JTI"}`,
		`{"htm":"POST","htu":"ISSUER/access_token","iat":NOW,"jti":""}`, `{"htm":"POST","htu":"ISSUER/access_token?x=#y","iat":NOW,"jti":"JTI","nonce":"made up"}`,
		`{"htm":"POST","htu":"ISSUER/access_token","iat":NOW,"jti":"JTI"}{}`, `{"htm":["POST"]}`, "\xff", ""} {
		f.Add(head, c, true)
	}
	f.Add("eyJ.x.y", "", false)
	f.Add(strings.Repeat("a", 5000), "", false)
	f.Fuzz(func(t *testing.T, header, claims string, sign bool) {
		g.t = t
		code, proof := g.code("secret"), header
		jti := rand.Text()
		if sign {
			claims = strings.NewReplacer("ISSUER", g.issuer, "NOW", now(g), "JTI", jti).Replace(claims)
			header = strings.ReplaceAll(header, "KEY", publicJWK(&curveKey.PublicKey))
			proof = signed(t, header, claims)
		}
		r := httptest.NewRequest(http.MethodPost, "/op/access_token", strings.NewReader(redeem(code).Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("DPoP", proof)
		w := httptest.NewRecorder()
		g.mux.ServeHTTP(w, r)
		var said struct {
			Error string `json:"error"`
			Type  string `json:"token_type"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil {
			t.Fatalf("not JSON: %s", w.Body)
		}
		switch {
		case w.Code == http.StatusOK:
			if !sign || said.Type != "DPoP" || !proves(g, header, claims) {
				t.Fatalf("%q %q was taken for a proof: %s", header, claims, w.Body)
			}
		case w.Code != http.StatusBadRequest || said.Error != "invalid_dpop_proof" && said.Error != "use_dpop_nonce":
			t.Fatalf("%d %s", w.Code, w.Body)
		default:
			g.unharmed(t, code)
		}
		g.unprovenUserInfo(t, proof)
	})
}

// unprovenUserInfo asks with a bound token and a proof that cannot be one for it.
func (g *rig) unprovenUserInfo(t *testing.T, proof string) {
	t.Helper()
	a := g.post("/access_token", redeem(g.code("secret")), "DPoP", g.dpop("POST", "/access_token", "", nil))
	token, _ := a.json["access_token"].(string)
	if a.json["token_type"] != "DPoP" {
		t.Fatalf("a good proof: %d %s", a.status, a.body)
	}
	r := httptest.NewRequest(http.MethodGet, "/op/userinfo", nil)
	r.Header.Set("Authorization", "DPoP "+token)
	r.Header.Set("DPoP", proof)
	w := httptest.NewRecorder()
	g.mux.ServeHTTP(w, r)
	if w.Code != http.StatusUnauthorized || !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "DPoP ") {
		t.Fatalf("%q at userinfo: %d %v", proof, w.Code, w.Header())
	}
	if a := g.get("/userinfo", "Authorization", "DPoP "+token, "DPoP", g.dpop("GET", "/userinfo", token, nil)); a.status != http.StatusOK {
		t.Fatalf("the token is dead: %d %s", a.status, a.body)
	}
}

func now(g *rig) string {
	raw, err := json.Marshal(g.now().Unix())
	if err != nil {
		g.t.Fatal(err)
	}
	return string(raw)
}

// proves judges a signed proof for the token endpoint a second time, by the
// letter of RFC 9449 section 4.3 and without the provider's code.
func proves(g *rig, header, claims string) bool {
	var h, c map[string]any
	if json.Unmarshal([]byte(header), &h) != nil || json.Unmarshal([]byte(claims), &c) != nil {
		return false
	}
	htm, _ := c["htm"].(string)
	htu, _ := c["htu"].(string)
	jti, _ := c["jti"].(string)
	iat, _ := c["iat"].(float64)
	u, err := url.Parse(htu)
	if err != nil {
		return false
	}
	u.RawQuery, u.Fragment, u.ForceQuery = "", "", false
	age := g.now().Sub(time.Unix(int64(iat), 0)).Abs()
	return h["typ"] == "dpop+jwt" && h["alg"] == "ES256" && h["jwk"] != nil && htm == "POST" && jti != "" && age < 2*time.Minute &&
		strings.EqualFold(u.Host, strings.TrimPrefix(strings.TrimSuffix(g.issuer, "/op"), "http://")) && u.Path == "/op/access_token"
}

// signed is a JWS by the curve key of any bytes as header and payload.
func signed(t *testing.T, header, payload string) string {
	t.Helper()
	text := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(payload))
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, curveKey, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	both := make([]byte, 64)
	r.FillBytes(both[:32])
	s.FillBytes(both[32:])
	return text + "." + base64.RawURLEncoding.EncodeToString(both)
}

func publicJWK(k *ecdsa.PublicKey) string {
	raw, err := k.Bytes() // 4, X, Y
	if err != nil {
		panic(err)
	}
	b := base64.RawURLEncoding.EncodeToString
	return `{"kty":"EC","crv":"P-256","x":"` + b(raw[1:33]) + `","y":"` + b(raw[33:]) + `"}`
}
