package signin

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/insertion/insertiontest"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/signin/signintest"
)

// Requirement: one visible line for every sign-in, with how it ended and no
// secret: neither passcode nor ticket; with the transaction, which the provider
// knows too (issue "logs"). Turned red by: logging the answer, or nothing.
func TestOneLine(t *testing.T) {
	for want, answer := range map[string]insertiontest.Answer{
		"status=OK":                              {Passcode: "123456"},
		"status=CANCELLED code=0x41555401 error": {Err: passcode.ErrCancelled},
	} {
		var log bytes.Buffer
		w := healthy(t)
		w.service.Log = slog.New(slog.NewTextHandler(&log, nil))
		w.person.Answers = []insertiontest.Answer{answer}
		r := w.signIn(t)
		text := log.String()
		if !strings.Contains(text, " transaction="+signintest.ID) {
			t.Errorf("%q lacks the transaction", text)
		}
		text = strings.ReplaceAll(text, signintest.ID, "") // whose digits look like the passcode
		if strings.Count(text, "\n") != 1 || !strings.Contains(text, "sign-in ended") || !strings.Contains(text, want) {
			t.Errorf("%q lacks %s", text, want)
		}
		if strings.Contains(text, "123456") || (r.Ticket != "" && strings.Contains(text, r.Ticket)) {
			t.Errorf("%q has a secret", text)
		}
	}
}
