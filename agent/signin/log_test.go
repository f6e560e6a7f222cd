package signin

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/insertion/insertiontest"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
)

// Requirement: one visible line for every sign-in, with how it ended and no
// secret: neither passcode nor ticket. Turned red by: logging the answer, or
// nothing.
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
		if strings.Count(text, "\n") != 1 || !strings.Contains(text, "sign-in ended") || !strings.Contains(text, want) {
			t.Errorf("%q lacks %s", text, want)
		}
		if strings.Contains(text, "123456") || (r.Ticket != "" && strings.Contains(text, r.Ticket)) {
			t.Errorf("%q has a secret", text)
		}
	}
}
