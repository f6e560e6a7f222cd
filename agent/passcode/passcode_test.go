package passcode_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
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

// TestMain is the tests, or a program of the pinentry family that says nothing or
// that a person refuses.
func TestMain(m *testing.M) {
	switch os.Args[len(os.Args)-1] {
	case "silent":
	case "refusing":
		refuse()
	default:
		os.Exit(m.Run())
	}
}

func refuse() {
	fmt.Println("OK")
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		if lines.Text() == "GETPIN" {
			fmt.Println("ERR 83886194 no")
		} else {
			fmt.Println("OK")
		}
	}
}

// program is this one as a pinentry.
func program(what string) *passcode.Pinentry {
	return &passcode.Pinentry{Command: []string{os.Args[0], what}}
}

// A program that is not there, or is no pinentry, is ErrUnavailable and the
// chain goes on; a person's no ends it.
// Turned red by: asking again after a cancel.
func TestChain(t *testing.T) {
	q := passcodetest.Question(time.Now().Add(time.Minute))
	broken := passcode.Chain{&passcode.Pinentry{Command: []string{"/nonexistent/pinentry"}}, program("silent")}
	if _, err := broken.Ask(t.Context(), q); !errors.Is(err, passcode.ErrUnavailable) {
		t.Error(err)
	}
	if _, err := (passcode.Chain{}).Ask(t.Context(), q); !errors.Is(err, passcode.ErrUnavailable) {
		t.Error(err)
	}
	if _, err := append(broken, program("refusing"), program("silent")).Ask(t.Context(), q); !errors.Is(err, passcode.ErrNotStarted) {
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
