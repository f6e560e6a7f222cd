package record

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Kind is what happened beside commands and resets in a conversation.
type Kind string

// The kinds, as they are written.
const (
	Insert   Kind = "insert"    // the card went into the reader
	Remove   Kind = "remove"    // it came out, or the reader let go of it
	PowerOn  Kind = "power-on"  // the reader powered it
	PowerOff Kind = "power-off" // and cut the power
	ATR      Kind = "atr-now"   // it answers to reset otherwise from here on: hexadecimal
	Spec     Kind = "spec"      // a check begins: its ID
	Ended    Kind = "ended"     // and has ended: ID and verdict
	Cannot   Kind = "cannot"    // this check cannot be played again: ID and reason
	Door     Kind = "door"      // something was asked of the bench: a Call as JSON
)

// Event is something that happened, at its place in a conversation.
type Event struct {
	Before int           // how many exchanges came first: an index into them
	Kind   Kind          //
	Text   string        // as the kind says
	At     time.Duration // since the conversation began
}

// Call is what was asked of a bench over its side door, and what it said.
type Call struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Body   string `json:"body,omitempty"`
	Status int    `json:"status"`
	Answer string `json:"answer,omitempty"`
}

// Text is the call as a Door event has it.
func (c Call) Text() string {
	raw, err := json.Marshal(c)
	if err != nil { // strings and a number: it cannot fail
		return "{}"
	}
	return string(raw)
}

// Call reads a Door event.
func (e Event) Call() (c Call, err error) {
	d := json.NewDecoder(strings.NewReader(e.Text))
	d.DisallowUnknownFields()
	return c, d.Decode(&c)
}

// check refuses an event whose text is not what its kind says.
func (e Event) check() error {
	words := len(strings.Fields(e.Text))
	switch e.Kind {
	case Insert, Remove, PowerOn, PowerOff:
		if words != 0 {
			return fmt.Errorf("%s takes nothing", e.Kind)
		}
	case ATR:
		_, err := hex.DecodeString(e.Text)
		return err
	case Spec:
		if words != 1 {
			return errors.New("a spec has one ID")
		}
	case Ended, Cannot:
		if words < 2 {
			return fmt.Errorf("%s needs an ID, and what became of it", e.Kind)
		}
	case Door:
		_, err := e.Call()
		return err
	default:
		return fmt.Errorf("unknown word %q", e.Kind)
	}
	return nil
}

// text is the event as a line. What a door said may hold anything but a line's
// end, so its time stands in front.
func (e Event) text(b *bytes.Buffer) {
	fmt.Fprintf(b, "%s %s", millis(e.At), e.Kind)
	if e.Text != "" {
		b.WriteString(" " + strings.NewReplacer("\n", " ", "\r", " ").Replace(e.Text))
	}
	b.WriteString("\n")
}

func millis(d time.Duration) string {
	return fmt.Sprintf("@%.3f", float64(d.Microseconds())/1000)
}

// event reads "@12.500 insert", whose word begins with @.
func (r *reading) event(word, rest string) error {
	if r.form < second {
		return fmt.Errorf("unknown word %q", word)
	}
	at, err := parseMillis(strings.TrimPrefix(word, "@"))
	if err != nil {
		return err
	}
	kind, text, _ := strings.Cut(rest, " ")
	e := Event{Before: len(r.Exchanges), Kind: Kind(kind), Text: text, At: at}
	r.Events = append(r.Events, e)
	return e.check()
}

func parseMillis(text string) (time.Duration, error) {
	ms, err := strconv.ParseFloat(text, 64)
	if err != nil || !(ms >= 0 && ms < 1e9) {
		return 0, errors.New("not a time in ms")
	}
	return time.Duration(ms * float64(time.Millisecond)), nil
}
