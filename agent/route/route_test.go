package route

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// teller answers what it was asked, by path.
func teller(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/echo":
			body, _ := io.ReadAll(r.Body)
			w.Header().Set("X-Asked", r.Method+" "+r.RequestURI+" "+r.Header.Get("Content-Type")+" "+r.Header.Get("Cookie"))
			w.Header().Set("Date", "Fri, 27 Nov 2026 02:00:00 GMT")
			http.SetCookie(w, &http.Cookie{Name: "kept", Value: "no"})
			w.WriteHeader(http.StatusAccepted)
			_, _ = w.Write(body)
		case "/away":
			http.Redirect(w, r, "/echo", http.StatusSeeOther)
		case "/hang":
			<-r.Context().Done()
		case "/large":
			_, _ = io.WriteString(w, strings.Repeat("x", 100000))
		}
	}))
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s
}

// ways are the transports that must be alike: what this system uses, and Go's.
func ways() map[string]http.RoundTripper {
	return map[string]http.RoundTripper{"system": system(), "Go": http.DefaultTransport, "agent": Transport()}
}

// Requirement: a request arrives whole, and so does its answer; redirects are
// answers, and no cookie is kept. Source: design section 4 step 3 (no
// redirects, size and time bounded, system proxy and roots). Turned red by: a
// lost body, header or query; WinHTTP's own redirects or cookies.
func TestExchange(t *testing.T) {
	s := teller(t)
	for name, way := range ways() {
		t.Run(name, func(t *testing.T) {
			for range 2 {
				r, _ := http.NewRequestWithContext(t.Context(), "POST", s.URL+"/echo?a=b%2Fc", strings.NewReader("a.b.c"))
				r.Header.Set("Content-Type", "application/jwt")
				resp, err := way.RoundTrip(r)
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				if err != nil || string(body) != "a.b.c" || resp.StatusCode != http.StatusAccepted {
					t.Errorf("%d %q %v", resp.StatusCode, body, err)
				}
				if got := resp.Header.Get("X-Asked"); got != "POST /echo?a=b%2Fc application/jwt" {
					t.Errorf("asked %q", got)
				}
				if resp.Header.Get("Date") == "" {
					t.Error("no Date")
				}
			}
			for path, want := range map[string]int{"/away": http.StatusSeeOther, "/large": http.StatusOK} {
				resp := get(t, way, s.URL+path)
				if body, err := io.ReadAll(resp.Body); resp.StatusCode != want || err != nil || path == "/large" && len(body) != 100000 {
					t.Errorf("%s: %d, %d bytes, %v", path, resp.StatusCode, len(body), err)
				}
				_ = resp.Body.Close()
			}
		})
	}
}

func get(t *testing.T, way http.RoundTripper, url string) *http.Response {
	t.Helper()
	r, _ := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	resp, err := way.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

// Requirement: an exchange ends with its context, and a server that is not
// there is an error. Source: house rule, bad input never hangs. Turned red by:
// waiting for WinHTTP.
func TestExchangeEnds(t *testing.T) {
	s := teller(t)
	for name, way := range ways() {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		r, _ := http.NewRequestWithContext(ctx, "GET", s.URL+"/hang", nil)
		resp, err := way.RoundTrip(r)
		if err == nil {
			_ = resp.Body.Close()
			t.Errorf("%s: an answer", name)
		}
		cancel()
		r, _ = http.NewRequestWithContext(t.Context(), "GET", "http://127.0.0.1:1/", nil)
		if resp, err = way.RoundTrip(r); err == nil {
			_ = resp.Body.Close()
			t.Errorf("%s: an answer from nobody", name)
		}
	}
}

// Requirement: calls to this computer take no proxy, whatever is set. Source:
// design section 4 (loopback issuers). Turned red by: asking the system.
func TestLoopbackIsDirect(t *testing.T) {
	refuse := roundTripper(func(*http.Request) (*http.Response, error) { return nil, errors.New("by the system") })
	s := teller(t)
	d := direct{http.DefaultTransport, refuse}
	_ = get(t, d, s.URL+"/echo").Body.Close()
	r, _ := http.NewRequestWithContext(t.Context(), "GET", "https://am.nhs.test/", nil)
	if resp, err := d.RoundTrip(r); err == nil {
		_ = resp.Body.Close()
		t.Error("another computer was called directly")
	}
	for _, u := range []string{"http://127.0.0.1:1/", "http://localhost/", "http://[::1]:9/"} {
		r, _ := http.NewRequestWithContext(t.Context(), "GET", u, nil)
		if p, err := Proxy(r); p != nil || err != nil {
			t.Errorf("%s by %v, %v", u, p, err)
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip is http.RoundTripper's.
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
