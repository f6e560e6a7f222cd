package control

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/mockcis2"
)

// Requirement: whatever is sent to the door gets an answer in its own shape,
// never 500, and the provider is unharmed. Source: the issue, bad input. Turned
// red by: a panic, or a body that half changes something.
func FuzzDoor(f *testing.F) {
	for _, seed := range [][3]string{
		{"POST", "/faults", `{"id":"provider.wrong-nonce"}`}, {"PUT", "/faults", `{"ids":["provider.framed"]}`}, {"DELETE", "/faults/x", ""},
		{"POST", "/clock", `{"advance_s":-1e99}`}, {"PUT", "/people/555000000017", `{"uuid":"555000000017","given_name":"A","family_name":"B","idassurancelevel":"3"}`},
		{"POST", "/revocations", `{"uuid":"555000000017"}`}, {"POST", "/transactions/x/complete", `{"uuid":"555000000017","role":"1"}`},
		{"POST", "/clients", `{"client_id":"a","client_name":"A","redirect_uris":["https://a.test/"],"token_endpoint_auth_method":"private_key_jwt","jwks":{"keys":[{"kty":"RSA","n":"AQ","e":"AQAB"}]}}`},
		{"PUT", "/clients/a", `{"client_id":"a","redirect_uris":["http://[::1"]}`}, {"POST", "/api/auth", ""}, {"PUT", "/api/configs/toy-team/x?hash=%zz", `{}`},
		{"GET", "/%2e%2e/", "[[[[["}, {"TRACE", "/provider", "\xff"},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	s := &mockcis2.Server{}
	if err := s.Start(); err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	door := Door{Server: s}.Handler()
	f.Fuzz(func(t *testing.T, method, path, body string) {
		r, err := http.NewRequestWithContext(t.Context(), method, "http://127.0.0.1/", strings.NewReader(body))
		if err != nil {
			return
		}
		if r.URL, err = r.URL.Parse(path); err != nil || !strings.HasPrefix(r.URL.Path, "/") || r.URL.Path == "/events" {
			return
		}
		w := httptest.NewRecorder()
		door.ServeHTTP(w, r)
		if w.Code >= 500 || w.Code >= 400 && w.Code != http.StatusMisdirectedRequest && w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%s %q %q: %d %s", method, path, body, w.Code, w.Body)
		}
		if len(s.Registered()) < 2 || len(s.Persons()) < 4 {
			if method != "DELETE" {
				t.Errorf("%s %q took something away", method, path)
			}
		}
	})
}
