package fault_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// wired is an endpoint that repeats its form and goes home, behind faults.
func wired(t *testing.T, ids ...string) *httptest.Server {
	t.Helper()
	s := &fault.Set{}
	if err := s.Replace(ids...); err != nil {
		t.Fatal(err)
	}
	layer, err := fault.NewLayer(fault.World{Issuer: "http://op.test/realm"}, s)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(layer.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		w.Header().Set("Location", "https://app.test/callback?code=1&state="+r.Form.Get("state"))
		w.WriteHeader(http.StatusSeeOther)
		_, _ = io.WriteString(w, r.Form.Encode())
	})))
	t.Cleanup(server.Close)
	return server
}

// Requirement: a fault on the wire changes what the provider reads, in query
// and body alike, and what it says; without one nothing changes. Source: style
// 5. Turned red by: writing the changed form only into the query.
func TestWire(t *testing.T) {
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	long := strings.Repeat("s", 70)
	form := url.Values{"state": {long}, "response_mode": {"fragment"}}
	for _, ids := range [][]string{nil, {"provider.response-mode-ignored", "provider.state-shortened"}} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			address, body := wired(t, ids...).URL+"/realm/authorize", io.Reader(nil)
			if method == http.MethodGet {
				address += "?" + form.Encode()
			} else {
				body = strings.NewReader(form.Encode())
			}
			req, _ := http.NewRequest(method, address, body)
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			resp, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			raw, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			shortened := !strings.HasSuffix(resp.Header.Get("Location"), long)
			if dropped := !strings.Contains(string(raw), "fragment"); dropped != (ids != nil) || shortened != (ids != nil) || resp.StatusCode != http.StatusSeeOther {
				t.Errorf("%s with %v: response_mode dropped %t, state shortened %t, status %d", method, ids, dropped, shortened, resp.StatusCode)
			}
		}
	}
}
