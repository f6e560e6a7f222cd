package passcode

import (
	"fmt"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
)

// State is what a form is doing.
type State int

const (
	// Ready waits for the passcode of a card that has been read.
	Ready State = iota
	// NoReader waits for a reader. In this and the next two states a passcode
	// may be typed already: it is kept, and used only when the card turned out
	// to be one that it can be for.
	NoReader
	// NoCard waits for a card.
	NoCard
	// Reading waits for what the card says without a passcode.
	Reading
	// Keypad waits for the passcode on the reader's own keys.
	Keypad
	// Using has handed the passcode over. Nothing can be typed or cancelled.
	Using
	// Over says how it ended, and can only be closed.
	Over
	// NoService waits for the smartcard service, as NoReader does for a reader.
	NoService
	// Mute waits for a card that answers.
	Mute
	// Held waits for another program to let go of the card.
	Held
)

// Sheet is everything a form shows at one moment. It holds no secret, so it may
// go to another process as JSON.
type Sheet struct {
	Question
	State State
	Kept  bool   // a passcode was typed before the card was read, and is kept
	End   string // how it ended, with Over
	Queue int    // requests that wait for this one to end
}

// Rule is what the card accepts.
func (q Question) Rule() card.Rule {
	return card.Rule{Min: q.Min, Max: q.Max, DigitsOnly: q.DigitsOnly}
}

// View is a sheet in words, one field for each part of a window. An empty text
// is a part that is not there. Every desktop's form shows the same.
type View struct {
	Title       string
	Banner      string // a TEST environment; stays as long as the form
	Purpose     string
	Application string // who asks
	Card        string // whose card, or what is to be done with it
	Tries       string
	Warning     bool   // Tries is the last try: make it stand out
	Problem     string // what was wrong with the last answer
	Shape       string // how long a passcode is and of what
	Clock       string // the countdown, anew every second
	End         string // how it ended: then there is only a button to close

	Entry, OK, Cancel, NotStarted bool // what may be used now
}

// View is what to show at this time.
func (s Sheet) View(now time.Time) View {
	v := View{Title: title(s.Environment), Banner: banner(s.Environment), Purpose: Clean(s.Purpose)}
	if s.State == Over {
		v.End = Sentence(s.End)
		return v
	}
	if s.Application != "" {
		v.Application = "Asked for by: " + Clean(s.Application)
	}
	v.Card, v.Problem, v.Clock = s.Advice(), Sentence(s.Problem), s.clock(now)
	if s.State == Ready || s.State == Keypad {
		v.Tries, v.Warning, v.Shape = tries(s.TriesLeft), s.TriesLeft == 1, "The passcode has "+s.shape()+"."
	}
	busy := s.State == Using
	typing := !busy && s.State != Keypad
	v.Entry, v.OK = typing && !s.Kept, typing && !s.Kept
	v.Cancel, v.NotStarted = !busy, !busy
	return v
}

// Advice says whose card it is or what the person should do about it.
func (s Sheet) Advice() string {
	line := map[State]string{
		NoReader: "Connect a smartcard reader.",
		NoCard:   "Insert your smartcard.",
		Reading:  "Your smartcard is being read. Leave it in.",

		NoService: "The smartcard service is not running. Connect a smartcard reader, or wait until the service is back.",
		Mute:      "The smartcard does not answer. Take it out, check which way up it is, and put it in again.",
		Held:      "Another program is using your smartcard. Leave it in and wait, or close that program.",
	}[s.State]
	switch {
	case line != "" && s.Kept:
		return line + " The passcode you typed is kept until then."
	case line != "":
		return line
	}
	line = "Card of: " + Clean(s.Holder)
	switch {
	case s.State == Keypad:
		line += ". Type your passcode on the reader's keypad, then press its OK key."
	case s.State == Using:
		line += ". The smartcard is working. Leave it in."
	case s.Kept:
		line += ". The passcode you typed is about to be used for this card."
	}
	return line
}

// banner is the lasting mark of everything that is not live.
func banner(environment string) string {
	if environment == "live" {
		return ""
	}
	return fmt.Sprintf("TEST: environment %q, not the live NHS", Clean(environment))
}

// clock is the countdown and what waits for its end.
func (s Sheet) clock(now time.Time) string {
	return strings.Join(append([]string{clock(s.Deadline, s.Limit, now)}, behind(s.Queue)...), ". ")
}

// clock is the countdown in words.
func clock(deadline time.Time, limit string, now time.Time) string {
	if deadline.IsZero() {
		return ""
	}
	line := "Time left: " + countdown(deadline.Sub(now))
	if limit != "" {
		line += " (" + Clean(limit) + ")"
	}
	return line
}
