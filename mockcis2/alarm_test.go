package mockcis2_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/mockcis2"
)

// Requirement: a provider that nobody asks for anything ends a session when its
// time is up, and tells its applications. Source: OpenID Connect Back-Channel
// Logout 1.0 section 2.3; NIST SP 800-63B section 4.3.3. Turned red by: looking
// at sessions only when a request comes or the clock is moved.
func TestIdleProviderEndsSessions(t *testing.T) {
	s, told := logoutServer(t, http.StatusOK)
	signIn(t, newBrowser(t), raw(s), holder(s, 0), "")
	s.Advance(15*time.Minute - time.Second)
	s.ForgetHistory()
	token, err := payload(heard(t, told))
	if err != nil || token["sub"] != "555000000017" {
		t.Errorf("%v, %v", token, err)
	}
	for _, e := range s.History() {
		if e.Path != "" {
			t.Errorf("somebody asked for %s", e.Path)
		}
	}
}

// Requirement: while the clock stands still no timer runs, and moving it ends
// what its time has ended; a clock that runs again has its timer back. Source:
// issue item 6. Turned red by: a timer on the machine's clock.
func TestFrozenClockHasNoTimer(t *testing.T) {
	s, told := logoutServer(t, http.StatusOK)
	if s.Armed() {
		t.Error("nobody is signed in, and a timer runs")
	}
	s.Freeze()
	signIn(t, newBrowser(t), raw(s), holder(s, 0), "")
	if s.Armed() {
		t.Error("a timer runs on a clock that stands still")
	}
	s.Thaw()
	if !s.Armed() {
		t.Error("no timer runs on a clock that runs")
	}
	s.Freeze()
	if s.Armed() {
		t.Error("the timer goes on when the clock is stopped")
	}
	s.Advance(15 * time.Minute)
	heard(t, told)
	s.Thaw()
	if s.Armed() {
		t.Error("every session has ended, and a timer runs")
	}
}

// Requirement: Close leaves neither a timer nor a logout token under way, even to
// an application that does not answer. Source: the doc of Close. Turned red by:
// sending on a context of its own.
func TestCloseLeavesNothing(t *testing.T) {
	asked, answer := make(chan bool), make(chan bool)
	app := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked <- true; <-answer }))
	defer app.Close()
	defer close(answer)
	s := &mockcis2.Server{Clients: mockcis2.DefaultClients()}
	s.Clients[0].BackchannelLogoutURI = app.URL
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	signIn(t, newBrowser(t), raw(s), holder(s, 0), "")
	s.Advance(15 * time.Minute)
	<-asked
	signIn(t, newBrowser(t), raw(s), holder(s, 0), "")
	if !s.Armed() {
		t.Error("no timer runs")
	}
	if err := s.Close(); err != nil || s.Armed() {
		t.Errorf("%v; a timer runs: %t", err, s.Armed())
	}
	stacks := make([]byte, 1<<22)
	if text := string(stacks[:runtime.Stack(stacks, true)]); strings.Contains(text, "login.(*Login).send(") {
		t.Errorf("a logout token is still under way:\n%s", text)
	}
}

// Requirement: a logout token's fault hits the session of the flow that it is
// aimed at, and no other. Source: issue item 5. Turned red by: sessions that
// forget by which transaction an application joined.
func TestAimedAtALogout(t *testing.T) {
	s, told := logoutServer(t, http.StatusOK)
	sids := map[string]bool{}
	for aimed := range 2 {
		b := newBrowser(t)
		tx := b.open(first(t, s).url()).transaction(t)
		if aimed == 1 {
			if err := s.SetFaults("provider.logout-token-with-nonce:flow=" + tx.ID); err != nil {
				t.Fatal(err)
			}
		}
		request, err := fetch(s.Issuer(), tx.ID)
		if err != nil {
			t.Fatal(err)
		}
		ticket, err := holder(s, 0).prove(request, nil)
		if err != nil {
			t.Fatal(err)
		}
		here := b.post(tx.Complete, url.Values{"ticket": {ticket}})
		b.post(here.at.String(), url.Values{"action": {"continue"}})
	}
	s.Advance(15 * time.Minute)
	for range 2 {
		c, err := payload(heard(t, told))
		if err != nil {
			t.Fatal(err)
		}
		sids[mustJSON(t, c["nonce"] != nil)] = true
	}
	if len(sids) != 2 {
		t.Errorf("with a nonce: %v, want one with and one without", sids)
	}
}
