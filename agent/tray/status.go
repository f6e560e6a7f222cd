package tray

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// Status is how the agent stands at one moment. The zero value has just begun.
type Status struct {
	Version string
	Port    int            // where browsers reach the agent; 0 is not known
	Readers []reader.State // as the smartcard service sees them
	// ReaderError is why Readers cannot be had.
	ReaderError error
	Last        Ending // the last sign-in since the agent began
	// Settings says where the settings come from, SettingsProblem what of them
	// is ignored.
	Settings, SettingsProblem string
	// Warning is how long before a card's certificate ends people are warned.
	Warning time.Duration
	// HelpdeskText and HelpdeskLink are whom to ask, by policy.
	HelpdeskText, HelpdeskLink string
}

// Ending is a sign-in that is over. The zero value is none.
type Ending struct {
	When        time.Time
	Application string    // who asked
	Problem     string    // a sentence, empty when the person was signed in
	Code        string    // for the helpdesk, empty when the person was signed in
	Expires     time.Time // when the card's certificate ends; zero when no card was read
}

// Line is one fact in words.
type Line struct {
	ID    string // what it is about: version, reader, card, port, sign-in, settings, certificate, helpdesk
	Title string // the same for people
	Text  string
	OK    bool // false wants somebody to do something
}

// Lines are everything a Status says, in the order people read it.
func (s Status) Lines(now time.Time) []Line {
	lines := []Line{{"version", "Version", s.Version, true}, s.reader(), s.card(), s.port(), s.last(),
		{"settings", "Settings", strings.TrimSpace(or(s.Settings, "the built-in ones") + problem(s.SettingsProblem)), s.SettingsProblem == ""}}
	if c, ok := s.certificate(now); ok {
		lines = append(lines, c)
	}
	if help := strings.TrimSpace(s.HelpdeskText + " " + s.HelpdeskLink); help != "" {
		lines = append(lines, Line{"helpdesk", "Helpdesk", help, true})
	}
	return lines
}

func problem(text string) string {
	if text == "" {
		return ""
	}
	return "; " + text
}

func (s Status) reader() Line {
	names := make([]string, len(s.Readers))
	for i, r := range s.Readers {
		names[i] = r.Name
	}
	switch {
	case errors.Is(s.ReaderError, reader.ErrNoService):
		return Line{"reader", "Reader", "the smartcard service does not run", false}
	case s.ReaderError != nil:
		return Line{"reader", "Reader", s.ReaderError.Error(), false}
	case len(names) == 0:
		return Line{"reader", "Reader", "none; connect one", false}
	}
	return Line{"reader", "Reader", strings.Join(names, ", "), true}
}

func (s Status) card() Line {
	n, mute := 0, false
	for _, r := range s.Readers {
		if r.Present {
			n++
			mute = mute || r.Mute
		}
	}
	switch {
	case mute:
		return Line{"card", "Card", "does not answer: is it upside down?", false}
	case n == 0:
		return Line{"card", "Card", "not inserted", true}
	case n == 1:
		return Line{"card", "Card", "inserted", true}
	}
	return Line{"card", "Card", fmt.Sprintf("%d are inserted; leave one in", n), false}
}

func (s Status) port() Line {
	if s.Port == 0 {
		return Line{"port", "Port", "not listening", false}
	}
	return Line{"port", "Port", fmt.Sprint(s.Port), true}
}

func (s Status) last() Line {
	if s.Last.When.IsZero() {
		return Line{"sign-in", "Last sign-in", "none since this program began", true}
	}
	text := s.Last.When.Local().Format("2 January 15:04")
	if s.Last.Application != "" {
		text += ", " + s.Last.Application
	}
	if s.Last.Problem == "" {
		return Line{"sign-in", "Last sign-in", text + ": signed in", true}
	}
	return Line{"sign-in", "Last sign-in", fmt.Sprintf("%s: %s (%s)", text, s.Last.Problem, s.Last.Code), false}
}

// certificate is the line about the card that signed in last.
func (s Status) certificate(now time.Time) (Line, bool) {
	end := s.Last.Expires
	if end.IsZero() {
		return Line{}, false
	}
	date := end.Local().Format("2 January 2006")
	switch left := end.Sub(now); {
	case left <= 0:
		return Line{"certificate", "Certificate", "expired on " + date + "; the card must be renewed", false}, true
	case left < s.Warning:
		return Line{"certificate", "Certificate", fmt.Sprintf("expires on %s, %s; have the card renewed", date, days(left)), false}, true
	}
	return Line{"certificate", "Certificate", "valid until " + date, true}, true
}

func days(left time.Duration) string {
	switch n := int(left.Hours() / 24); n {
	case 0:
		return "in less than a day"
	case 1:
		return "in 1 day"
	default:
		return fmt.Sprintf("in %d days", n)
	}
}

// ExpiryWarning is what to tell the person about a card that expires soon, with
// whom to ask; empty when there is nothing to tell.
func (s Status) ExpiryWarning(now time.Time) string {
	c, ok := s.certificate(now)
	if !ok || c.OK {
		return ""
	}
	return strings.TrimSpace("Your smartcard " + c.Text + ". " + s.HelpdeskText + " " + s.HelpdeskLink)
}

// Text is all lines as one text.
func (s Status) Text(now time.Time) string {
	var all strings.Builder
	for _, l := range s.Lines(now) {
		fmt.Fprintf(&all, "%s: %s\n", l.Title, l.Text)
	}
	return all.String()
}

// tipRoom is what Windows shows of a tip, its end included (NOTIFYICONDATA).
const tipRoom = 127

// Tip is the icon's, which has little room: the first thing that wants
// somebody, or the card.
func (s Status) Tip(now time.Time) string {
	about := s.card()
	for _, l := range s.Lines(now) {
		if !l.OK {
			about = l
			break
		}
	}
	tip := utf16.Encode([]rune("Smartcard Connect\n" + about.Title + ": " + about.Text))
	return strings.TrimSuffix(string(utf16.Decode(tip[:min(len(tip), tipRoom)])), "\uFFFD")
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
