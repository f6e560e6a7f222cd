package record

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// The first line of every recording is first and its form's number. A script's is
// in the first form, a conversation, which has events beside its exchanges, in
// the second.
const (
	first  = "# hil recording "
	second = 2
)

// MaxExchanges is more than any script needs; a longer recording of one is none.
const MaxExchanges = 4096

// MaxConversation is the same for conversations.
const MaxConversation = 1 << 20

// ErrRecording is wrapped by every error about a file that is no recording or a
// damaged one. It names the line.
var ErrRecording = errors.New("the recording cannot be read")

// Recording is what was said to a card.
type Recording struct {
	Reader    string
	Script    string
	Cell      string // of a run of the conformance program: the cell's ID
	Seed      int64  // and what fixed its chance
	Serial    string // of the card, where it was asked
	Date      time.Time
	ATR       []byte
	Protocol  iso7816.Protocol
	Exchanges []Exchange
	Events    []Event // a conversation has some, a script none
	Stopped   string  // why the script did not run to its end, or empty
}

// Exchange is a command and its answer in hexadecimal, blanked bytes as xx.
type Exchange struct {
	Reset    bool // no command: the card was restarted here
	Command  string
	Secret   string // what its blanked bytes are: "pin", "puk" or a number for each; empty where nobody looked
	Answered bool   // false: the card was gone before
	Answer   string
	Took     time.Duration
	line     int
}

// Write writes the recording as text.
func (r Recording) Write(out io.Writer) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s%d\n# reader: %s\n# script: %s\n# date: %s\n", first, r.form(), oneLine(r.Reader), oneLine(r.Script), r.Date.UTC().Format(time.RFC3339))
	if r.Cell != "" {
		fmt.Fprintf(&b, "# cell: %s\n# seed: %d\n", oneLine(r.Cell), r.Seed)
	}
	if r.Serial != "" {
		fmt.Fprintf(&b, "# serial: %s\n", oneLine(r.Serial))
	}
	fmt.Fprintf(&b, "atr %X\nprotocol %v\n", r.ATR, r.Protocol)
	n, events := 0, r.Events
	for i, e := range r.Exchanges {
		for ; len(events) > 0 && events[0].Before <= i; events = events[1:] {
			events[0].text(&b)
		}
		if e.Reset {
			b.WriteString("reset\n")
			continue
		}
		n++
		b.WriteString("> " + e.Command)
		if e.Secret != "" {
			b.WriteString(" # secret " + e.Secret)
		}
		b.WriteString("\n")
		if e.Answered {
			fmt.Fprintf(&b, "< %s # %.3f ms\n", e.Answer, float64(e.Took.Microseconds())/1000)
		}
	}
	for _, e := range events {
		e.text(&b)
	}
	if r.Stopped != "" {
		fmt.Fprintf(&b, "# stopped: %s\n", oneLine(r.Stopped))
	}
	fmt.Fprintf(&b, "# end: %d exchanges\n", n)
	_, err := out.Write(b.Bytes())
	return err
}

// form is the number of the form that the recording needs.
func (r Recording) form() int {
	if len(r.Events) > 0 {
		return second
	}
	return 1
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// reading is a recording being read.
type reading struct {
	Recording
	form  int
	ended bool
	seen  map[string]bool
}

// Read reads a recording strictly. Errors wrap ErrRecording.
func Read(in io.Reader) (Recording, error) {
	r := reading{seen: map[string]bool{}}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	n := 0
	for lines.Scan() {
		n++
		if err := r.line(n, lines.Text()); err != nil {
			return Recording{}, fmt.Errorf("%w: line %d: %w", ErrRecording, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return Recording{}, fmt.Errorf("%w: line %d: %w", ErrRecording, n+1, err)
	}
	if !r.ended {
		return Recording{}, fmt.Errorf("%w: line %d: it was cut short: the end line is missing", ErrRecording, n+1)
	}
	return r.Recording, nil
}

func (r *reading) line(n int, text string) error {
	switch {
	case n == 1:
		return r.begins(text)
	case text == "":
		return nil
	case len(r.Exchanges) > r.most() || len(r.Events) > MaxConversation:
		return fmt.Errorf("more than %d exchanges", r.most())
	case r.ended:
		return errors.New("something follows the end line")
	}
	if comment, ok := strings.CutPrefix(text, "# "); ok {
		return r.header(comment)
	}
	if word, rest, _ := strings.Cut(text, " "); strings.HasPrefix(word, "@") {
		return r.event(word, rest)
	}
	line, comment, _ := strings.Cut(text, " # ")
	word, rest, _ := strings.Cut(line, " ")
	if err := r.word(n, word, rest, comment); err != nil {
		return err
	}
	r.seen[word] = true
	return nil
}

// begins reads the first line.
func (r *reading) begins(text string) error {
	number, ok := strings.CutPrefix(text, first)
	if r.form = map[string]int{"1": 1, "2": second}[number]; !ok || r.form == 0 {
		return fmt.Errorf("a recording begins with %q and the number of a form that is known", first)
	}
	return nil
}

func (r *reading) most() int {
	if r.form == second {
		return MaxConversation
	}
	return MaxExchanges
}

// header takes what is known of the lines that are comments to others.
func (r *reading) header(comment string) (err error) {
	key, value, _ := strings.Cut(comment, ": ")
	switch key {
	case "reader":
		r.Reader = value
	case "script":
		r.Script = value
	case "date":
		r.Date, err = time.Parse(time.RFC3339, value)
	case "cell":
		r.Cell = value
	case "seed":
		r.Seed, err = strconv.ParseInt(value, 10, 64)
	case "serial":
		r.Serial = value
	case "stopped":
		r.Stopped = value
	case "end":
		r.ended = true
		return r.checkEnd(value)
	}
	return err
}

func (r *reading) checkEnd(value string) error {
	n := 0
	for _, e := range r.Exchanges {
		if !e.Reset {
			n++
		}
	}
	if value != fmt.Sprintf("%d exchanges", n) {
		return fmt.Errorf("there are %d exchanges, the end line says %q", n, value)
	}
	if !r.seen["atr"] || !r.seen["protocol"] {
		return errors.New("atr or protocol is missing")
	}
	return nil
}

func (r *reading) word(n int, word, rest, comment string) (err error) {
	once := word == "atr" || word == "protocol"
	if once && (r.seen[word] || len(r.Exchanges) > 0) {
		return fmt.Errorf("%s is here twice, or after the first command", word)
	}
	switch word {
	case "atr":
		r.ATR, err = hex.DecodeString(rest)
	case "protocol":
		r.Protocol, err = iso7816.ParseProtocol(rest)
	case "reset":
		r.Exchanges = append(r.Exchanges, Exchange{Reset: true, line: n})
	case ">":
		secret, _ := strings.CutPrefix(comment, "secret ")
		r.Exchanges = append(r.Exchanges, Exchange{Command: rest, Secret: secret, line: n})
		err = checkBytes(rest, 4)
	case "<":
		err = r.answer(rest, comment)
	default:
		err = fmt.Errorf("unknown word %q", word)
	}
	return err
}

func (r *reading) answer(rest, comment string) error {
	if len(r.Exchanges) == 0 || r.Exchanges[len(r.Exchanges)-1].Reset || r.Exchanges[len(r.Exchanges)-1].Answered {
		return errors.New("an answer without a command")
	}
	number, ok := strings.CutSuffix(comment, " ms")
	took, err := parseMillis(number)
	if !ok || err != nil {
		return errors.New("an answer without its time in ms")
	}
	e := &r.Exchanges[len(r.Exchanges)-1]
	e.Answered, e.Answer, e.Took = true, rest, took
	return checkBytes(rest, 0)
}

// checkBytes wants bytes in hexadecimal, or blanked, and at least so many.
func checkBytes(text string, least int) error {
	b, err := hex.DecodeString(strings.ReplaceAll(text, "xx", "00"))
	if err != nil || strings.Count(text, "xx")*2 != strings.Count(text, "x") {
		return errors.New("not hexadecimal")
	}
	if len(b) < least {
		return fmt.Errorf("%d bytes, at least %d are needed", len(b), least)
	}
	return nil
}

// ReadFile reads the recording in a file; errors name it.
func ReadFile(path string) (Recording, error) {
	f, err := os.Open(path)
	if err != nil {
		return Recording{}, err
	}
	defer func() { _ = f.Close() }()
	r, err := Read(f)
	if err != nil {
		return Recording{}, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}
