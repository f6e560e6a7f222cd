package passcode_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode/passcodetest"
)

// Text from elsewhere cannot redraw the question (agent/PROTOCOL.md 4: names
// are for people).
// Turned red by: passing a bidi override or a line feed on.
func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"Ward round":                 "Ward round",
		"a\r\nTries left: 3":         "a Tries left: 3",
		"abc\u202Ecba\u2066x":        "abccbax",
		"esc\x1b[2Jape\x00":          "esc[2Jape",
		"bad \xff utf":               "bad utf",
		"Siobhán O'Neill":            "Siobhán O'Neill",
		"zero\u200Bwidth\u00A0space": "zerowidth space",
		strings.Repeat("é", 200):     strings.Repeat("é", passcode.MaxText-1) + "…",
	} {
		if got := passcode.Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

// A question names environment, application, holder, tries and limit; live has
// no banner, the last try a warning (design.md 4, point 4).
// Turned red by: leaving any of them out.
func TestLines(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	q := passcodetest.Question(now.Add(299*time.Second + time.Millisecond))
	text := strings.Join(q.Lines(now), "\n")
	for _, want := range []string{"TEST", `"int"`, "Ward round 100%", "Rhys Pritchard", "last try", "5:00", "TimeToShowPinForm", "6 to 8 digits"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
	q.Environment, q.TriesLeft = "live", -1
	if text = strings.Join(q.Lines(now), "\n"); strings.Contains(text, "TEST") || strings.Contains(text, "ries") {
		t.Errorf("live, tries unknown:\n%s", text)
	}
}

// A program that is not there, or is no pinentry, is ErrUnavailable and the
// chain goes on; a person's no ends it.
// Turned red by: asking again after a cancel.
func TestChain(t *testing.T) {
	q := passcodetest.Question(time.Now().Add(time.Minute))
	broken := passcode.Chain{&passcode.Pinentry{Command: []string{"/nonexistent/pinentry"}}, &passcode.Pinentry{Command: []string{"true"}}}
	if _, err := broken.Ask(t.Context(), q); !errors.Is(err, passcode.ErrUnavailable) {
		t.Error(err)
	}
	if _, err := (passcode.Chain{}).Ask(t.Context(), q); !errors.Is(err, passcode.ErrUnavailable) {
		t.Error(err)
	}
	no := &passcode.Pinentry{Command: []string{"sh", "-c", `echo OK; while read l; do case "$l" in GETPIN) echo "ERR 83886194 no";; *) echo OK;; esac; done`}}
	if _, err := append(broken, no, &passcode.Pinentry{Command: []string{"true"}}).Ask(t.Context(), q); !errors.Is(err, passcode.ErrNotStarted) {
		t.Error(err)
	}
}

// A slot is wiped before it is given out again, and never grows past its page.
// Turned red by: handing out old bytes.
func TestVaultWipes(t *testing.T) {
	var v passcode.Vault
	first := append(v.Take(), "123456"...)
	for range 31 {
		v.Take()
	}
	again := v.Take()
	if &again[:1][0] != &first[0] || string(first) != "\x00\x00\x00\x00\x00\x00" {
		t.Errorf("slot holds %q", first)
	}
}
