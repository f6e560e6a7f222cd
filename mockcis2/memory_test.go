package mockcis2_test

import (
	"context"
	"net/http"
	"runtime"
	"testing"

	"golang.org/x/oauth2"
	"golang.org/x/sync/errgroup"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/mockcis2"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/shortcut"
)

// heap is what is in use after everything that can go has gone.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Requirement: a flood of requests that nobody finishes leaves the memory flat.
// Source: issue "Bad input", "memory bounded". Turned red by: a map without a
// bound.
func TestMemoryIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: takes seconds")
	}
	s := start(t)
	a := first(t, s)
	flood := func(n int) uint64 {
		for range n {
			r, err := http.DefaultTransport.RoundTrip(mustRequest(t, a.url()))
			if err != nil {
				t.Fatal(err)
			}
			r.Body.Close()
		}
		s.ForgetHistory()
		return heap()
	}
	before := flood(6000)
	if after := flood(9000); after > before+before/2 {
		t.Errorf("%d bytes after 6000 requests, %d after 15000", before, after)
	}
	if n := len(s.Transactions()); n > 5000 {
		t.Errorf("%d transactions are remembered", n)
	}
}

// Requirement: ten thousand finished sign-ins, diary and all, leave the memory
// flat. What is remembered is full after 2,500 of them, and some of it loses an
// eighth when it is full: so the highest of a thousand sign-ins stands beside the
// highest of another. Source: issue "Must show", "memory flat after 10,000
// logins". Turned red by: a shelf, a diary or a list of sessions without a
// bound.
func TestMemoryIsFlatAfterLogins(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: 10,000 sign-ins take a minute")
	}
	s := start(t)
	a := newApplication(t, s, "999999999901.apps.national", "conformance-secret")
	highest := func(n int) (most uint64) {
		for range n / 250 {
			signInOften(t, s, a, 250)
			most = max(most, heap())
		}
		return most
	}
	signInOften(t, s, a, 2500)
	before := highest(1000)
	signInOften(t, s, a, 5500)
	if after := highest(1000); after > before+before/8 {
		t.Errorf("%d bytes after 3,500 sign-ins, %d after 10,000", before, after)
	}
}

// signInOften is n browsers, four at a time, that each sign in and redeem the
// code.
func signInOften(t *testing.T, s *mockcis2.Server, a application, n int) {
	t.Helper()
	wire := &http.Transport{MaxIdleConnsPerHost: 8}
	defer wire.CloseIdleConnections()
	g, ctx := errgroup.WithContext(context.WithValue(t.Context(), oauth2.HTTPClient, &http.Client{Transport: wire}))
	g.SetLimit(4)
	for range n {
		g.Go(func() error {
			p, err := shortcut.Visit{Start: a.url(), Stop: callback, Complete: s.As(testpki.Holders()[0].UUID, ""), Transport: wire}.Run(ctx)
			if err != nil {
				return err
			}
			_, err = a.Exchange(ctx, p.URL.Query().Get("code"), oauth2.VerifierOption(a.verifier))
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
}
