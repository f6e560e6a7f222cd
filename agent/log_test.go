package agent_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent"
	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/insertion/insertiontest"
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/logfile"
	"github.com/smartcard-connect/smartcard-connect/agent/settings"
	"github.com/smartcard-connect/smartcard-connect/agent/signin"
	"github.com/smartcard-connect/smartcard-connect/agent/signin/signintest"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
)

// canary is a passcode whose digits are nowhere else in a test.
const canary = "86420975"

// signInLogged signs in with everything logged, and gives the log's lines.
func signInLogged(t *testing.T, bend func(*signintest.Provider)) (r signin.Result, p *signintest.Provider, text string, subject string) {
	t.Helper()
	id := testpki.Issue(testpki.Holders()[0], time.Now())
	bench := &insertiontest.Bench{Passcode: canary, Keys: map[card.Key]insertiontest.Pair{
		card.Authentication: {Key: id.Authentication.Key, Certificate: id.Authentication.Certificate}}}
	bench.Set(insertiontest.In(1))
	p = &signintest.Provider{Key: testpki.Published("provider")}
	bend(p)
	p.Start(t)
	path := filepath.Join(t.TempDir(), "agent.log")
	a := &agent.Agent{Settings: settings.Settings{Issuers: []settings.Issuer{p.Issuer()}, ExpiryWarningDays: 365}, Readers: bench, OpenCard: bench.Open,
		Prompter: &insertiontest.Person{Answers: []insertiontest.Answer{{Passcode: canary}}},
		Log:      slog.New(logfile.JSON(&logfile.File{Path: path}, slog.LevelDebug))}
	r = a.Authenticate(context.Background(), p.URL, signintest.ID)
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return r, p, string(raw), id.Authentication.Certificate.Subject.String()
}

// Requirement: no log of a sign-in has a passcode, token or full certificate
// subject, not even when the identity service sends them back in a refusal; each
// line is JSON, and the one that ends it has the transaction, the code on the provider's
// page and its event (issue "logs"). Turned red by: logging what a provider says
// without Guard, or a sign-in that ends without a line.
func TestLogHasNoSecrets(t *testing.T) {
	for name, c := range map[string]struct {
		bend func(*signintest.Provider)
		want []string
	}{
		"signed in": {func(*signintest.Provider) {}, []string{`"event":200`, `"status":"OK"`}},
		"refused, everything sent back": {func(p *signintest.Provider) {
			p.Answer = map[string]http.HandlerFunc{"/smartcard/v1/assertions": func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				w.WriteHeader(http.StatusBadRequest)
				_ = json.NewEncoder(w).Encode(map[string]string{"error": "card_refused", "error_description": string(body)})
			}}
		}, []string{`"event":215`, `"code":"0x4155540F"`}},
	} {
		r, p, text, subject := signInLogged(t, c.bend)
		secrets := []string{canary, hex.EncodeToString([]byte(canary)), base64.StdEncoding.EncodeToString([]byte(canary)), subject, testpki.Holders()[0].UUID, "eyJ"}
		secrets = append(secrets, p.Assertions()...)
		if r.Ticket != "" {
			secrets = append(secrets, r.Ticket)
		}
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%s: the log has %q:\n%s", name, secret, text)
			}
		}
		lines := strings.Split(strings.TrimSpace(text), "\n")
		for _, line := range lines {
			if !json.Valid([]byte(line)) {
				t.Errorf("%s: not JSON: %q", name, line)
			}
		}
		ends := slices.DeleteFunc(lines, func(l string) bool { return !strings.Contains(l, `"msg":"sign-in ended"`) })
		for _, want := range append(c.want, `"transaction":"`+signintest.ID+`"`) {
			if len(ends) != 1 || !strings.Contains(ends[0], want) {
				t.Errorf("%s: %q lacks %s", name, ends, want)
			}
		}
	}
}

// Requirement: a log that cannot be written does not stop a sign-in (issue
// "logs"). Turned red by: an error of the log that reaches the sign-in.
func TestLogDoesNotStopSignIn(t *testing.T) {
	h := open(t)
	a := &agent.Agent{Settings: h.Settings, Readers: h.Readers, OpenCard: h.OpenCard, Prompter: h.person,
		Log: slog.New(logfile.JSON(&logfile.File{Path: filepath.Join(os.DevNull, "x.log")}, slog.LevelDebug))}
	if r := a.Authenticate(context.Background(), h.provider.URL, signintest.ID); r.Ticket == "" {
		t.Errorf("%v %v", r.Status, r.Err)
	}
}

// Requirement: every status of a sign-in has its own event (logfile.Events).
// Turned red by: a status without a row.
func TestEveryStatusHasAnEvent(t *testing.T) {
	known := map[int]bool{}
	for _, e := range logfile.Events() {
		known[e.ID] = true
	}
	if !known[logfile.SignIn(0)] {
		t.Error("signing in has no event")
	}
	for s := signin.Cancelled; s <= signin.SignatureWrong; s++ {
		if !known[logfile.SignIn(uint32(s))] {
			t.Errorf("%v has no event", s)
		}
	}
}

// Requirement: a new sign-in takes the settings of its moment, the form that is
// on the screen keeps its own (issue "settings"). Turned red by: settings that
// are read once, or changed below a running form.
func TestSettingsOfTheMoment(t *testing.T) {
	h := open(t)
	tier := &settings.Memory{}
	store := settings.NewStore(settings.Layer{Tier: settings.Machine, Source: tier})
	h.person.OnAsk = func() { tier.Put("ReaderFilter", "REG_SZ", "another reader") }
	tier.Put("Issuers", "REG_SZ", "int "+h.provider.URL)
	ctx, stop := context.WithCancel(t.Context())
	told := make(chan struct{}, 10)
	ended := make(chan error, 1)
	go func() { ended <- store.Watch(ctx, func(settings.Snapshot) { told <- struct{}{} }) }()
	<-told
	a := &agent.Agent{Current: store.Current, Readers: h.Readers, OpenCard: h.OpenCard, Prompter: h.person}
	if r := a.Authenticate(context.Background(), h.provider.URL, signintest.ID); r.Ticket == "" {
		t.Errorf("the running form lost its settings: %v %v", r.Status, r.Err)
	}
	<-told
	tier.Put("Issuers", "REG_SZ", "")
	<-told
	if r := a.Authenticate(context.Background(), h.provider.URL, signintest.ID); r.Status != signin.BadArgument {
		t.Errorf("an issuer that was taken away may still ask: %v", r.Status)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// Requirement: Keypad decides whether the passcode is typed on a reader that has keys
// (settings table). Turned red by: not asking it, or the form beside the keypad.
func TestKeypadByPolicy(t *testing.T) {
	for setting, onReader := range map[string]bool{"": true, "digits": true, "always": true, "never": false} {
		h := open(t)
		bench := h.Readers.(*insertiontest.Bench)
		bench.Reader = []iso7816.SW{iso7816.OK}
		asked := false
		h.person.OnAsk = func() { asked = true }
		a := &agent.Agent{Settings: h.Settings, Readers: bench, OpenCard: bench.Open, Prompter: h.person}
		a.Settings.Keypad = setting
		r := a.Authenticate(context.Background(), h.provider.URL, signintest.ID)
		if used := slices.Contains(bench.Diary(), "keypad"); r.Ticket == "" || used != onReader || asked == onReader {
			t.Errorf("%q: on the reader %t, asked %t; %v %v", setting, used, asked, r.Status, r.Err)
		}
	}
}

// Requirement: HandOverFallback decides over the uri channel (settings table).
// Turned red by: not asking it.
func TestFallbackByPolicy(t *testing.T) {
	h := open(t)
	a := &agent.Agent{Settings: h.Settings, Readers: h.Readers, OpenCard: h.OpenCard, Prompter: h.person}
	a.Settings.HandOverFallback = "no"
	if r := a.Authenticate(context.Background(), h.provider.URL, signintest.ID); r.Status != signin.BadArgument {
		t.Errorf("got %v", r.Status)
	}
}
