package op_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
)

// registeredErrors are those that the token, push, introspection and revocation
// endpoints may answer (RFC 6749 section 5.2, RFC 9126 section 2.3, RFC 9449
// sections 5 and 8).
var registeredErrors = map[string]bool{"invalid_request": true, "invalid_client": true, "invalid_grant": true, "unauthorized_client": true,
	"unsupported_grant_type": true, "invalid_scope": true, "invalid_dpop_proof": true, "use_dpop_nonce": true, "request_not_supported": true,
	"unsupported_response_type": true, "access_denied": true, "registration_not_supported": true}

// frontErrors are those that may be sent home (RFC 6749 section 4.1.2.1, OpenID
// Connect Core section 3.1.2.6).
var frontErrors = map[string]bool{"invalid_request": true, "unauthorized_client": true, "access_denied": true, "unsupported_response_type": true,
	"invalid_scope": true, "interaction_required": true, "login_required": true, "account_selection_required": true, "consent_required": true,
	"invalid_request_uri": true, "request_not_supported": true, "request_uri_not_supported": true, "registration_not_supported": true}

// quick signs by the curve, so that more is tried in the same time.
func quick() op.Mode {
	m := op.Extended()
	m.Signing = []string{"ES256"}
	return m
}

// fuzzRoom is how many records of a kind the engine under fuzzing may keep, and
// longestRefusal how long the text of a refusal may be, whatever was sent.
const (
	fuzzRoom       = 64
	longestRefusal = 2048
)

// unharmed goes on with a sign-in as if nothing had happened, and looks whether
// the store is still within its bounds.
func (g *rig) unharmed(t *testing.T, code string) {
	t.Helper()
	a := g.post("/access_token", redeem(code))
	if a.status != http.StatusOK {
		t.Fatalf("a code from before is dead: %d %s", a.status, a.body)
	}
	if u := g.get("/userinfo", "Authorization", "Bearer "+a.json["access_token"].(string)); u.status != http.StatusOK {
		t.Fatalf("an access token from before is dead: %d %s", u.status, u.body)
	}
	for name, n := range op.Sizes(g.engine) {
		if limit := map[string]int{"jtis": 8 * fuzzRoom}[name]; n > max(limit, fuzzRoom) {
			t.Fatalf("%d %s are kept, with room for %d", n, name, fuzzRoom)
		}
	}
}

// Requirement: whatever comes to an endpoint that takes forms, there is no
// panic, no 5xx, the RFC's error, and a sign-in under way is unharmed (issue,
// bad input). Turned red by: any flaw of TestFlaws that answers 500.
func FuzzForms(f *testing.F) {
	g := newSmallRig(f, quick(), fuzzRoom)
	good := redeem("x").Encode()
	for _, path := range []byte{0, 1, 2, 3} {
		f.Add(path, good, "", "")
		f.Add(path, good+"&code=again", "Basic eDp5", "")
		f.Add(path, "grant_type=refresh_token&refresh_token=x&client_id=secret&client_secret="+secret, "Bearer x", "x.y.z")
		f.Add(path, "client_assertion_type="+url.QueryEscape(byAssertion)+"&client_assertion=e30.e30.e30", "", "e30.e30.e30")
		f.Add(path, "client_assertion_type="+url.QueryEscape(byAssertion)+"&client_assertion="+g.assertion("key", "RS256", rsaKey(), nil), "", g.dpop("POST", "/par", "", nil))
		f.Add(path, request("secret", "client_secret", secret, "scope", "\x00\xff", "max_age", "-1").Encode(), "Basic %", "")
		f.Add(path, "%zz=&;=&"+strings.Repeat("a=b&", 2000), "DPoP", "")
	}
	f.Fuzz(func(t *testing.T, where byte, body, authorization, proof string) {
		path := []string{"/access_token", "/par", "/introspect", "/token/revoke"}[where%4]
		g.t = t
		code := g.code("secret")
		r := httptest.NewRequest(http.MethodPost, "/op"+path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Authorization", authorization)
		if proof != "" {
			r.Header.Set("DPoP", proof)
		}
		w := httptest.NewRecorder()
		g.mux.ServeHTTP(w, r)
		var answer map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil && w.Body.Len() > 0 {
			t.Fatalf("not JSON: %s", w.Body)
		}
		name, failed := answer["error"].(string)
		if w.Code >= 500 || w.Code >= 400 && !registeredErrors[name] || w.Code < 400 && failed {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if w.Code >= 400 && w.Body.Len() > longestRefusal {
			t.Fatalf("a refusal of %d bytes", w.Body.Len())
		}
		g.unharmed(t, code)
	})
}

// Requirement: whatever an authorization request says, it ends on a page or at
// an address that its client registered, with iss, and a sign-in under way is
// unharmed (issue, bad input; RFC 9700 section 4.1, RFC 9207). Turned red by:
// provider.redirect-unchecked.
func FuzzAuthorize(f *testing.F) {
	g := newSmallRig(f, quick(), fuzzRoom)
	f.Add("", "")
	f.Add(request("secret").Encode(), "")
	f.Add("", request("open", "response_mode", "form_post", "state", "\"><x>").Encode())
	f.Add(request("secret", "redirect_uri", "https://evil.example.test/").Encode(), "state=x")
	f.Add(request("secret", "redirect_uri", "http://127.0.0.1:99999999/cb").Encode(), "")
	f.Add(request("secret", "redirect_uri", "javascript:alert(1)//https://rp.example.test/cb").Encode(), "")
	f.Add(request("secret", "prompt", "none login", "max_age", "-1", "acr_values", "\x00", "id_token_hint", "x.y.z", "claims", "{").Encode(), "")
	f.Add(request("secret", "request_uri", "urn:ietf:params:oauth:request_uri:x", "response_type", "code id_token", "registration", "{}").Encode(), "")
	f.Add(strings.Repeat("state=x&", 100)+"%zz", strings.Repeat("a", 70000))
	f.Fuzz(func(t *testing.T, query, body string) {
		g.t = t
		code := g.code("secret")
		r := httptest.NewRequest(http.MethodPost, "/op/authorize", strings.NewReader(body))
		r.URL.RawQuery = query
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		g.mux.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if to := w.Header().Get("Location"); to != "" {
			u, err := url.Parse(to)
			if err != nil {
				t.Fatal(err)
			}
			q := u.Query()
			u.RawQuery = ""
			if host := u.Hostname(); host != "rp.example.test" && host != "127.0.0.1" && host != "localhost" || u.Path != "/cb" || q.Get("iss") != g.issuer || q.Has("code") == q.Has("error") {
				t.Fatalf("sent to %s", to)
			}
			if name := q.Get("error"); q.Has("error") && !frontErrors[name] {
				t.Fatalf("the error %q is none of the front channel's", name)
			}
		}
		g.unharmed(t, code)
	})
}
