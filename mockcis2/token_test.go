package mockcis2_test

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/mockcis2"
)

const keyClient = "999999999902.apps.national"

// keyed signs a client assertion; alg nil is RS256.
func keyed(s *mockcis2.Server, alg *jose.SignatureAlgorithm, change func(map[string]any)) string {
	use := jose.RS256
	if alg != nil {
		use = *alg
	}
	now := s.Now().Unix()
	c := map[string]any{"iss": keyClient, "sub": keyClient, "aud": s.Issuer() + "/access_token", "jti": fmt.Sprint(now, rand.Text()), "iat": now, "exp": now + 180}
	if change != nil {
		change(c)
	}
	raw, _ := json.Marshal(c)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: use, Key: jose.JSONWebKey{Key: testpki.Published("card-11"), KeyID: "conformance"}}, nil)
	if err != nil {
		panic(err)
	}
	jws, err := signer.Sign(raw)
	if err != nil {
		panic(err)
	}
	text, _ := jws.CompactSerialize()
	return text
}

// ask posts a form to the token endpoint.
func ask(t *testing.T, s *mockcis2.Server, form url.Values, basic ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, s.Issuer()+"/access_token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if len(basic) == 2 {
		r.SetBasicAuth(basic[0], basic[1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

func assertion(t *testing.T, s *mockcis2.Server, token string) string {
	t.Helper()
	_, body := ask(t, s, url.Values{"grant_type": {"authorization_code"}, "code": {"bogus"}, "redirect_uri": {callback},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {token}})
	return body
}

// Requirement: private_key_jwt is RS256 or RS512 with aud exactly the token
// endpoint, bounded in life, never 500 (facts on CIS2 section 1.3; RFC 7523
// section 3). A good assertion gets as far as the bogus code. Turned red by:
// provider.assertion-aud-unchecked.
func TestClientAssertion(t *testing.T) {
	s := start(t)
	rs512, ps256 := jose.RS512, jose.PS256
	now := s.Now().Unix()
	for name, c := range map[string]struct {
		alg    *jose.SignatureAlgorithm
		change func(map[string]any)
		want   string
	}{
		"RS256":         {nil, nil, "invalid_grant"},
		"RS512":         {&rs512, nil, "invalid_grant"},
		"PS256":         {&ps256, nil, "RS256 or RS512"},
		"aud is issuer": {nil, func(c map[string]any) { c["aud"] = s.Issuer() }, "aud must be exactly the token endpoint"},
		"aud is a list": {nil, func(c map[string]any) { c["aud"] = []string{s.Issuer() + "/access_token"} }, "aud must be exactly"},
		"expired":       {nil, func(c map[string]any) { c["exp"] = now - 60 }, "expired"},
		"+2 s":          {nil, func(c map[string]any) { c["iat"] = now + 2 }, "invalid_grant"},
		"ten years":     {nil, func(c map[string]any) { c["exp"] = now + 10*365*86400 }, "5 minutes"},
		"no jti":        {nil, func(c map[string]any) { delete(c, "jti") }, "jti is missing"},
	} {
		if body := assertion(t, s, keyed(s, c.alg, c.change)); !strings.Contains(body, c.want) {
			t.Errorf("%s: %s, want %s", name, body, c.want)
		}
	}
	both := url.Values{"grant_type": {"authorization_code"}, "code": {"x"}, "client_assertion": {keyed(s, nil, nil)},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}}
	if status, body := ask(t, s, both, "999999999901.apps.national", "conformance-secret"); status != 400 || !strings.Contains(body, "More than one") {
		t.Errorf("two methods: %d %s", status, body)
	}
}

// Requirement: flaws of the library under the provider stay closed (RFC 6749
// sections 3.2, 5.2; RFC 7636 section 4.6). Turned red by: deleting the PKCE
// record when it is read; provider.pkce-ignored.
func TestTokenErrors(t *testing.T) {
	s := start(t)
	a := first(t, s)
	form := func(more ...string) url.Values {
		v := url.Values{"grant_type": {"authorization_code"}, "client_id": {a.ClientID}, "client_secret": {a.ClientSecret}, "redirect_uri": {callback}}
		for i := 0; i < len(more); i += 2 {
			v[more[i]] = append(v[more[i]][:0:0], strings.Split(more[i+1], "|")...)
		}
		return v
	}
	code := signIn(t, newBrowser(t), a, holder(s, 0), "").Get("code")
	for _, c := range []struct {
		name, want string
		status     int
		form       url.Values
	}{
		{"wrong verifier", "invalid_grant", 400, form("code", code, "code_verifier", oauth2.GenerateVerifier())},
		{"then none", "invalid_grant", 400, form("code", code)},
		{"other grant", "unsupported_grant_type", 400, form("grant_type", "password")},
		{"repeated", "invalid_request", 400, form("code", code+"|"+code)},
		{"wrong secret", "invalid_client", 401, form("code", code, "client_secret", "x")},
		{"bogus code", "invalid_grant", 400, form("code", "bogus")},
		{"right, at last", "id_token", 200, form("code", code, "code_verifier", a.verifier)},
		{"again", "invalid_grant", 400, form("code", code, "code_verifier", a.verifier)},
	} {
		if status, body := ask(t, s, c.form); status != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s: %d %s", c.name, status, body)
		}
	}
	code = signIn(t, newBrowser(t), a, holder(s, 0), "").Get("code")
	s.Advance(61 * time.Second)
	if _, body := ask(t, s, form("code", code, "code_verifier", a.verifier)); !strings.Contains(body, "invalid_grant") {
		t.Errorf("expired code: %s", body)
	}
}

// Requirement: one code redeemed by twenty racers yields one token set, and
// using it again ends that one (RFC 6749 section 4.1.2). Turned red by:
// provider.code-reusable.
func TestRacers(t *testing.T) {
	s := start(t)
	a := first(t, s)
	code := signIn(t, newBrowser(t), a, holder(s, 0), "").Get("code")
	var wins, losses int
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			_, err := a.Exchange(context.Background(), code, oauth2.VerifierOption(a.verifier))
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				wins++
			} else if strings.Contains(err.Error(), "invalid_grant") {
				losses++
			} else {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if wins != 1 || losses != 19 {
		t.Errorf("%d won, %d lost", wins, losses)
	}
}

// Requirement: a bad authorization request gets the RFC's error with iss, or a
// page when no address can be trusted (RFC 9207, RFC 9700 section 4.1). Turned
// red by: provider.redirect-unchecked.
func TestAuthorizeErrors(t *testing.T) {
	s := start(t)
	a := first(t, s)
	b := newBrowser(t)
	for name, want := range map[string]string{
		"code_challenge_method=plain": "invalid_request", "acr_values=AAL9": "invalid_request",
		"prompt=none": "login_required", "prompt=none+login": "invalid_request", "request=eyJhbGciOiJub25lIn0.e30.": "request_not_supported",
		"request_uri=https://x.test/": "request_uri_not_supported", "response_type=token": "unsupported_response_type", "redirect_uri=https://evil.test/callback": "",
		"client_id=nobody": "", "scope=openid+unknown": "invalid_scope",
	} {
		u, err := url.Parse(a.url())
		if err != nil {
			t.Fatal(err)
		}
		k, v, _ := strings.Cut(name, "=")
		q := u.Query()
		q.Set(k, strings.ReplaceAll(v, "+", " "))
		u.RawQuery = q.Encode()
		p := b.open(u.String())
		if p.home.Get("error") != want || want != "" && p.home.Get("iss") != s.Issuer() || want == "" && !strings.Contains(p.body, "400_645") {
			t.Errorf("%s: %d %v %s", name, p.status, p.home, p.body)
		}
	}
	if p := b.open(a.url() + "&state=again"); p.status != 400 {
		t.Errorf("repeated state: %d", p.status)
	}
	u := strings.Replace(a.url(), "state=state-1234567890", "", 1)
	b.open(u).transaction(t)
}

// forge certifies a card's key by an authority that is not pinned.
func forge(t *testing.T, id testpki.Identity) *x509.Certificate {
	t.Helper()
	ca := testpki.Signing()
	template := *id.Authentication.Certificate
	der, err := x509.CreateCertificate(rand.Reader, &template, ca.Certificate, &id.Authentication.Key.PublicKey, ca.Key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
