package relyingparty_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/conformance/target"
	"github.com/smartcard-connect/smartcard-connect/mockcis2"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/shortcut"
)

// somebody has one role, and signs in without a choice.
const somebody = "555000000017"

// house is a provider and an application with an address for logout tokens.
type house struct {
	*mockcis2.Server
	app      application
	answered chan error // what the application said to each logout token
}

// move makes a house with a fault on. The application of it goes by the
// provider's clock.
func move(t *testing.T, id string, isCareful bool) *house {
	t.Helper()
	h := &house{Server: &mockcis2.Server{Clients: mockcis2.DefaultClients()}, answered: make(chan error, 8)}
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := h.app.logout(r.Context(), r.PostFormValue("logout_token"))
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
		}
		h.answered <- err
	}))
	t.Cleanup(door.Close)
	h.Clients[0].BackchannelLogoutURI = door.URL
	if id != "" {
		h.Faults = []string{id}
	}
	if err := h.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	c := target.Client{ID: h.Clients[0].ID, Secret: h.Clients[0].Secret, RedirectURI: h.Clients[0].RedirectURIs[0]}
	h.app = &careless{issuer: h.Issuer(), client: c, web: http.DefaultClient}
	if isCareful {
		h.app = &careful{issuer: h.Issuer(), client: c, web: patient(time.Minute), now: h.Now}
	}
	return h
}

// enter signs somebody in.
func (h *house) enter(t *testing.T) {
	t.Helper()
	address, err := h.app.begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p, err := shortcut.Visit{Start: address, Complete: h.As(somebody, ""), Stop: h.Clients[0].RedirectURIs[0]}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if u, err := h.app.finish(t.Context(), p.URL); err != nil || u.Sub != somebody {
		t.Fatalf("%+v, %v", u, err)
	}
}

// leave lets the session's time run out, and waits until the application has
// been told what it will be told.
func (h *house) leave(t *testing.T) (said string) {
	t.Helper()
	h.ForgetHistory()
	h.Advance(15 * time.Minute)
	var of string
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		for _, e := range h.History() {
			switch {
			case !strings.HasPrefix(e.Event, "back-channel logout"), strings.HasSuffix(e.Event, "(1 of 2)"):
			case strings.Contains(e.Event, "waits") && of == "":
				of = e.Event
				h.Advance(3 * time.Minute)
			case !strings.Contains(e.Event, "waits"):
				return e.Event
			}
		}
	}
	t.Fatal("the application was told nothing")
	return ""
}

// leaves is what becomes of a session under a fault of logout tokens, at an
// application that has seen a good one before where the fault is of the second.
func leaves(t *testing.T, id string, isCareful bool) end {
	t.Helper()
	h := move(t, id, isCareful)
	h.enter(t)
	said := h.leave(t)
	if id == "provider.logout-token-jti-reused" {
		h.enter(t)
		said = h.leave(t)
	}
	f, err := fault.Find(id)
	if err != nil {
		t.Fatal(err)
	}
	left := h.app.sessions()
	short := map[int]string{0: "ends the session", 1: "keeps the session"}[left]
	found, err := h.Lints(h.Clients[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	return end{left == 0 == (f.Owes.Expect == fault.Refuse), short + ": " + said, short, names(found)}
}

// Requirement: without a fault a session that the provider ends ends at both
// applications, and the careful one takes a logout token once only. Source:
// OpenID Connect Back-Channel Logout 1.0 sections 2.6 and 2.7. Turned red by: a
// careful application that refuses everything.
func TestHealthyLogout(t *testing.T) {
	for _, isCareful := range []bool{true, false} {
		h := move(t, "", isCareful)
		h.enter(t)
		if n := h.app.sessions(); n != 1 {
			t.Errorf("careful %t: %d sessions", isCareful, n)
		}
		said := h.leave(t)
		if err := <-h.answered; err != nil || h.app.sessions() != 0 || !strings.HasSuffix(said, "accepted with 200") {
			t.Errorf("careful %t: %v, %d sessions, %s", isCareful, err, h.app.sessions(), said)
		}
	}
}
