package record

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// first is the first line of every recording; another number is another form.
const first = "# hil recording 1"

// MaxExchanges is more than any script needs; a longer recording is none.
const MaxExchanges = 4096

// ErrRecording is wrapped by every error about a file that is no recording or a
// damaged one. It names the line.
var ErrRecording = errors.New("the recording cannot be read")

// Recording is what was said to a card.
type Recording struct {
	Reader    string
	Script    string
	Date      time.Time
	ATR       []byte
	Protocol  iso7816.Protocol
	Exchanges []Exchange
	Stopped   string // why the script did not run to its end, or empty
}

// Exchange is a command and its answer in hexadecimal, blanked bytes as xx.
type Exchange struct {
	Reset    bool // no command: the card was restarted here
	Command  string
	Answered bool // false: the card was gone before
	Answer   string
	Took     time.Duration
	line     int
}

// Write writes the recording as text.
func (r Recording) Write(out io.Writer) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n# reader: %s\n# script: %s\n# date: %s\natr %X\nprotocol %v\n",
		first, oneLine(r.Reader), oneLine(r.Script), r.Date.UTC().Format(time.RFC3339), r.ATR, r.Protocol)
	n := 0
	for _, e := range r.Exchanges {
		if e.Reset {
			b.WriteString("reset\n")
			continue
		}
		n++
		fmt.Fprintf(&b, "> %s\n", e.Command)
		if e.Answered {
			fmt.Fprintf(&b, "< %s # %.3f ms\n", e.Answer, float64(e.Took.Microseconds())/1000)
		}
	}
	if r.Stopped != "" {
		fmt.Fprintf(&b, "# stopped: %s\n", oneLine(r.Stopped))
	}
	fmt.Fprintf(&b, "# end: %d exchanges\n", n)
	_, err := out.Write(b.Bytes())
	return err
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// reading is a recording being read.
type reading struct {
	Recording
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
	case n == 1 && text != first:
		return fmt.Errorf("a recording begins with %q", first)
	case n == 1, text == "":
		return nil
	case len(r.Exchanges) > MaxExchanges:
		return fmt.Errorf("more than %d exchanges", MaxExchanges)
	case r.ended:
		return errors.New("something follows the end line")
	}
	if comment, ok := strings.CutPrefix(text, "# "); ok {
		return r.header(comment)
	}
	line, comment, _ := strings.Cut(text, " # ")
	word, rest, _ := strings.Cut(line, " ")
	if err := r.word(n, word, rest, comment); err != nil {
		return err
	}
	r.seen[word] = true
	return nil
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
		r.Exchanges = append(r.Exchanges, Exchange{Command: rest, line: n})
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
	ms, err := strconv.ParseFloat(number, 64)
	if !ok || err != nil || !(ms >= 0 && ms < 1e9) {
		return errors.New("an answer without its time in ms")
	}
	e := &r.Exchanges[len(r.Exchanges)-1]
	e.Answered, e.Answer, e.Took = true, rest, time.Duration(ms*float64(time.Millisecond))
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
