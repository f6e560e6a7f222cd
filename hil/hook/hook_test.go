package hook_test

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/hook"
)

var secret = []byte("0123456789abcdef")

// told is one message as it arrived.
type told struct {
	id, timestamp, signature string
	body                     string
}

// receiver answers with each code in turn, then with 204.
func receiver(t *testing.T, codes ...int) (string, <-chan told) {
	t.Helper()
	all := make(chan told, 100)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		all <- told{r.Header.Get(hook.DeliveryHeader), r.Header.Get(hook.TimestampHeader), r.Header.Get(hook.SignatureHeader), string(raw)}
		code := http.StatusNoContent
		if len(codes) > 0 {
			code, codes = codes[0], codes[1:]
		}
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(code)
	}))
	t.Cleanup(s.Close)
	return s.URL, all
}

func settings(t *testing.T, url string) hook.Settings {
	return hook.Settings{URL: url, Secret: secret, Folder: filepath.Join(t.TempDir(), "hook"), Now: time.Now, First: time.Millisecond, Most: 2 * time.Millisecond}
}

func made(t *testing.T, s hook.Settings) *hook.Hook {
	t.Helper()
	h, err := hook.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// running runs a hook until the test ends, or stop.
func running(t *testing.T, h *hook.Hook) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = h.Run(ctx) }()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

func send(t *testing.T, h *hook.Hook, id string) {
	t.Helper()
	if err := h.Send(id, map[string]string{"run": id}); err != nil {
		t.Fatal(err)
	}
}

func (m told) check(t *testing.T, id string) {
	t.Helper()
	if !hmac.Equal([]byte(m.signature), []byte(hook.Sign(secret, m.timestamp, []byte(m.body)))) {
		t.Errorf("the signature does not hold: %+v", m)
	}
	var body struct{ Run string }
	if json.Unmarshal([]byte(m.body), &body) != nil || body.Run != id || m.id != id {
		t.Errorf("%+v, want %s", m, id)
	}
}

// settled waits until a number of messages came to an end.
func settled(t *testing.T, h *hook.Hook, outcome string, n int) {
	t.Helper()
	for range 6000 {
		if h.Sent()[outcome] == n {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("%s %d: %v", outcome, n, h.Sent())
}

// Requirement: a message is signed over its time and its body, and sent again
// with the same ID while its receiver is unwell. Source: issue point 6, "status
// back to a hook URL". Turned red by: giving up at the first 500; an ID made
// anew.
func TestSentAgainUntilTaken(t *testing.T) {
	url, got := receiver(t, 500, 503, 429, 408)
	h := made(t, settings(t, url))
	running(t, h)
	send(t, h, "night")
	for range 5 {
		(<-got).check(t, "night")
	}
	settled(t, h, "taken", 1)
	if h.Waiting() != 0 {
		t.Error("it still waits")
	}
}

// Requirement: what a hub had not told when it died is told by the next one, in
// the order in which it happened. Turned red by: a queue in memory.
func TestToldAfterARestart(t *testing.T) {
	url, got := receiver(t)
	s := settings(t, url)
	first := made(t, s) // dies before it sends
	for _, id := range []string{"a", "b", "c"} {
		send(t, first, id)
	}
	running(t, made(t, s))
	for _, id := range []string{"a", "b", "c"} {
		(<-got).check(t, id)
	}
}

// Requirement: what is refused is not sent again, a redirect is not followed, and
// neither holds up what comes after. Turned red by: trying for ever, or signing
// for an address that nobody set.
func TestRefusedForGood(t *testing.T) {
	url, got := receiver(t, 400, 302)
	h := made(t, settings(t, url))
	running(t, h)
	for _, id := range []string{"a", "b", "c"} {
		send(t, h, id)
		(<-got).check(t, id)
	}
	settled(t, h, "given up", 2)
	settled(t, h, "taken", 1)
}

// Requirement: a message that nobody takes is given up after its age, and one
// that cannot be read stops nothing. Turned red by: a folder that fills the disk.
func TestGivenUp(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	s := settings(t, gone.URL)
	s.Age = 20 * time.Millisecond
	h := made(t, s)
	if err := os.WriteFile(filepath.Join(s.Folder, "0-torn.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	send(t, h, "a")
	running(t, h)
	settled(t, h, "given up", 1)
	settled(t, h, "unreadable", 1)
	if h.Waiting() != 0 {
		t.Error("something still waits")
	}
}

// Requirement: secrets and results do not go over the network in the clear, and
// a signature means something. Turned red by: a check left out.
func TestSettings(t *testing.T) {
	for name, change := range map[string]func(*hook.Settings){
		"clear": func(s *hook.Settings) { s.URL = "http://ci.example.test/hook" }, "none": func(s *hook.Settings) { s.URL = "" },
		"scheme": func(s *hook.Settings) { s.URL = "ftp://127.0.0.1/" }, "short": func(s *hook.Settings) { s.Secret = []byte("short") },
	} {
		s := settings(t, "https://ci.example.test/hook")
		change(&s)
		if _, err := hook.New(s); !errors.Is(err, hook.ErrSettings) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
