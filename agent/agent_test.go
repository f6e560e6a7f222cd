package agent_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent"
	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/insertion/insertiontest"
	"github.com/smartcard-connect/smartcard-connect/agent/local"
	"github.com/smartcard-connect/smartcard-connect/agent/settings"
	"github.com/smartcard-connect/smartcard-connect/agent/signin"
	"github.com/smartcard-connect/smartcard-connect/agent/signin/signintest"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
)

// home is an agent that listens, on the kernel's own word about its callers.
type home struct {
	*agent.Agent
	provider *signintest.Provider
	person   *insertiontest.Person
	port     int
	origin   string
}

func open(t *testing.T) *home {
	t.Helper()
	id := testpki.Issue(testpki.Holders()[0], time.Now())
	bench := &insertiontest.Bench{Keys: map[card.Key]insertiontest.Pair{
		card.Authentication: {Key: id.Authentication.Key, Certificate: id.Authentication.Certificate}}}
	bench.Set(insertiontest.In(1))
	h := &home{
		provider: (&signintest.Provider{Key: testpki.Published("provider")}).Start(t),
		person:   &insertiontest.Person{Answers: []insertiontest.Answer{{Passcode: "123456"}}},
	}
	h.Agent = &agent.Agent{Settings: settings.Settings{Issuers: []settings.Issuer{h.provider.Issuer()}},
		Readers: bench, OpenCard: bench.Open, Prompter: h.person}
	h.origin, _ = settings.Origin(h.provider.URL)
	ctx, stop := context.WithCancel(context.Background())
	listeners, err := local.Listen(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	h.port = listeners[0].Addr().(*net.TCPAddr).Port
	ended := make(chan error, 1)
	go func() { ended <- h.Serve(ctx, listeners...) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return h
}

func (h *home) post(t *testing.T) string {
	t.Helper()
	r, err := http.NewRequest("POST", fmt.Sprintf("http://127.0.0.1:%d/v1/authenticate", h.port), bytes.NewBufferString(request()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Origin", h.origin)
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return string(body)
}

func request() string { return `{"version":1,"id":"` + signintest.ID + `"}` }

// Requirement: the wiring signs a person in, over a real socket with the
// kernel's peer check. Turned red by: any broken seam.
func TestAgentSignsIn(t *testing.T) {
	if body := open(t).post(t); !strings.Contains(body, `"ticket":"ticket-0123456789-abcdef"`) {
		t.Error(body)
	}
}

// Requirement: one form at a time; a second sign-in waits, the person is told,
// and it then runs to its own end (PROTOCOL.md §4). Turned red by: a second form
// on the screen, or BUSY at once.
func TestSecondWaits(t *testing.T) {
	h := open(t)
	var fetched, shown atomic.Int32
	h.provider.Request = func(claims map[string]any) { claims["jti"] = fmt.Sprint("jti-", fetched.Add(1)) }
	second := make(chan signin.Result, 1)
	h.person.OnAsk = func() {
		if shown.Add(1) > 1 {
			return
		}
		go func() { second <- h.Authenticate(context.Background(), h.provider.URL, signintest.ID) }()
		for fetched.Load() < 2 || !strings.Contains(strings.Join(h.person.Questions[0].Lines(time.Now()), "\n"), "1 more request waits") {
			time.Sleep(time.Millisecond)
		}
		if shown.Load() != 1 {
			t.Error("two forms are on the screen")
		}
	}
	if body := h.post(t); !strings.Contains(body, `"status_code":0`) {
		t.Error(body)
	}
	if r := <-second; r.Status != signin.OK || shown.Load() != 2 {
		t.Errorf("the second got %v (%v), the person was asked %d times", r.Status, r.Err, shown.Load())
	}
}

// Requirement: sign-ins that come at once each have their turn, and settings are
// taken for one while others wait, without a data race (PROTOCOL.md §4; issue
// "settings"). Turned red by: BUSY for one of five, or, with -race, limits that
// are written while a waiting sign-in reads them.
func TestManyAtOnce(t *testing.T) {
	h := open(t)
	var fetched atomic.Int32
	h.provider.Request = func(claims map[string]any) { claims["jti"] = fmt.Sprint("jti-", fetched.Add(1)) }
	const many = 5 // one on the screen, four of one page that wait
	results := make(chan signin.Result, many)
	for range many {
		go func() { results <- h.Authenticate(context.Background(), h.provider.URL, signintest.ID) }()
	}
	for range many {
		if r := <-results; r.Status != signin.OK {
			t.Errorf("%v: %v", r.Status, r.Err)
		}
	}
}

// Requirement: the uri channel serves configured issuers only (PROTOCOL.md §4).
// Turned red by: building an address from the message.
func TestAuthenticateByURI(t *testing.T) {
	h := open(t)
	if r := h.Authenticate(context.Background(), "https://evil.example", signintest.ID); r.Status != signin.BadArgument {
		t.Errorf("a stranger's issuer: %v", r.Status)
	}
	if r := h.Authenticate(context.Background(), h.provider.URL, signintest.ID); r.Ticket == "" {
		t.Errorf("%v %v", r.Status, r.Err)
	}
}
