package passcode_test

import (
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode/passcodetest"
)

// Requirement: each state of the form says what to do in its own words, and
// offers only what makes sense in it (issue, passcode form). Turned red by: a
// state without words, or a button too many.
func TestView(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	q := passcodetest.Question(now.Add(90 * time.Second))
	for _, c := range []struct {
		state            passcode.State
		kept             bool
		card             string
		entry, cancel    bool
		tries, shape, no string
	}{
		{state: passcode.NoReader, card: "Connect a smartcard reader", entry: true, cancel: true},
		{state: passcode.NoCard, card: "Insert your smartcard", entry: true, cancel: true},
		{state: passcode.NoCard, kept: true, card: "kept", cancel: true},
		{state: passcode.Reading, card: "being read", entry: true, cancel: true},
		{state: passcode.NoService, card: "service is not running", entry: true, cancel: true},
		{state: passcode.Mute, card: "which way up", entry: true, cancel: true},
		{state: passcode.Held, card: "Another program", entry: true, cancel: true},
		{state: passcode.Ready, card: "Rhys Pritchard", entry: true, cancel: true, tries: "last try", shape: "6 to 8 digits"},
		{state: passcode.Ready, kept: true, card: "about to be used", cancel: true, tries: "last try", shape: "6 to 8 digits"},
		{state: passcode.Keypad, card: "reader's keypad", cancel: true, tries: "last try", shape: "6 to 8 digits"},
		{state: passcode.Using, card: "Leave it in"},
	} {
		v := passcode.Sheet{Question: q, State: c.state, Kept: c.kept}.View(now)
		if !strings.Contains(v.Card, c.card) || !strings.Contains(v.Tries, c.tries) || (c.tries == "") != (v.Tries == "") || !strings.Contains(v.Shape, c.shape) {
			t.Errorf("%v, kept %v: %+v", c.state, c.kept, v)
		}
		if v.Entry != c.entry || v.OK != c.entry || v.Cancel != c.cancel || v.NotStarted != c.cancel {
			t.Errorf("%v, kept %v offers %+v", c.state, c.kept, v)
		}
		if !strings.Contains(v.Banner, "TEST") || !strings.Contains(v.Application, "Ward round 100%") || v.Clock != "Time left: 1:30 (TimeToShowPinForm)" {
			t.Errorf("%v: %+v", c.state, v)
		}
	}
	over := passcode.Sheet{Question: q, State: passcode.Over, End: "Time is up.\x1b"}.View(now)
	if over.End != "Time is up." || over.Entry || over.OK || over.Cancel || over.Clock != "" || over.Banner == "" {
		t.Errorf("over: %+v", over)
	}
	q.Environment = "live"
	if v := (passcode.Sheet{Question: q}).View(now); v.Banner != "" || strings.Contains(v.Title, "TEST") {
		t.Errorf("live: %+v", v)
	}
}

// Requirement: the countdown is spoken at the start and with 60, 30 and 10
// seconds left, each once, however coarse the clock (issue, "a countdown that
// is also spoken by screen readers"). Turned red by: speaking every second, or
// never.
func TestSpeech(t *testing.T) {
	var s passcode.Speech
	var said []string
	for left := 300 * time.Second; left >= -time.Second; left -= 700 * time.Millisecond {
		if words := s.Left(left); words != "" {
			said = append(said, words)
		}
	}
	if got := strings.Join(said, " "); got != "5 minutes left. 1 minute left. 30 seconds left. 10 seconds left." {
		t.Errorf("said %q", got)
	}
	var short passcode.Speech
	if got := short.Left(20*time.Second) + short.Left(19*time.Second) + short.Left(9*time.Second); got != "20 seconds left.9 seconds left." {
		t.Errorf("of a short countdown %q", got)
	}
	sheet := passcode.Sheet{Question: passcodetest.Question(time.Time{}), State: passcode.NoCard}
	first, again := s.Changed(sheet.View(time.Time{})), s.Changed(sheet.View(time.Time{}))
	sheet.State = passcode.Ready
	third := s.Changed(sheet.View(time.Time{}))
	if !strings.Contains(first, "Insert your smartcard") || again != "" || !strings.Contains(third, "Rhys Pritchard") || !strings.Contains(third, "last try") {
		t.Errorf("said %q, %q, %q", first, again, third)
	}
}

// Requirement: lock keys are mentioned only where they spoil a passcode of this
// card. Turned red by: a Caps Lock warning above a field for digits.
func TestLockHint(t *testing.T) {
	digits, letters := passcode.Question{DigitsOnly: true}, passcode.Question{}
	for i, got := range []string{
		digits.Hint(passcode.Locks{Caps: true, Num: true}, true),
		digits.Hint(passcode.Locks{}, false),
		letters.Hint(passcode.Locks{Num: true}, true),
	} {
		if got != "" {
			t.Errorf("%d: %q", i, got)
		}
	}
	if !strings.Contains(letters.Hint(passcode.Locks{Caps: true, Num: true}, true), "Caps Lock") || !strings.Contains(digits.Hint(passcode.Locks{}, true), "Num Lock") {
		t.Error("no hint")
	}
}
