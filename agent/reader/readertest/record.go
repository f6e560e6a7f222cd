package readertest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// A conversation as text: comments after #, then "atr HEX", "protocol T=1", and
// per exchange "> HEX" and "< HEX", "reset" between them. The data of commands
// that carry a passcode is written as xx, a byte each.

// carriesSecret holds for VERIFY, CHANGE REFERENCE DATA and RESET RETRY COUNTER
// (ISO/IEC 7816-4 §11.5.6, .7, .9) with data.
func carriesSecret(command []byte) bool {
	return len(command) > 5 && (command[1] == 0x20 || command[1] == 0x24 || command[1] == 0x2C)
}

// spell is a command as text, its secrets blanked.
func spell(command []byte) string {
	if !carriesSecret(command) {
		return strings.ToUpper(hex.EncodeToString(command))
	}
	return strings.ToUpper(hex.EncodeToString(command[:5])) + strings.Repeat("xx", len(command)-5)
}

// Recorder passes everything on to a card and writes the conversation down.
type Recorder struct {
	reader.Card
	out io.Writer
}

// Record makes a Recorder that writes to out, beginning with ATR and protocol.
func Record(c reader.Card, out io.Writer) (*Recorder, error) {
	_, err := fmt.Fprintf(out, "atr %X\nprotocol %v\n", c.ATR(), c.Protocol())
	return &Recorder{c, out}, err
}

// Transmit is reader.Card's. A command without answer is written too.
func (r *Recorder) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	said := spell(command)
	answer, err := r.Card.Transmit(ctx, command)
	_, failed := fmt.Fprintf(r.out, "> %s\n", said)
	if err == nil {
		_, failed = fmt.Fprintf(r.out, "< %X\n", answer)
	}
	return answer, errors.Join(err, failed)
}

// Reset is reader.Card's.
func (r *Recorder) Reset(ctx context.Context) error {
	_, failed := fmt.Fprintln(r.out, "reset")
	return errors.Join(r.Card.Reset(ctx), failed)
}

// ErrScript is wrapped by what a Player answers when it is not played as
// recorded.
var ErrScript = errors.New("readertest: not as recorded")

// Player is a reader.Card that plays a recorded conversation, strictly: every
// command must be the next one recorded, byte for byte but for blanked bytes.
type Player struct {
	atr      []byte
	protocol iso7816.Protocol
	mu       sync.Mutex
	steps    []step
}

// step is one exchange or, with an empty command, a reset.
type step struct {
	command string
	answer  []byte // nil where the recording has none: the card went away
}

// Play reads a conversation. Errors name the line.
func Play(recording io.Reader) (*Player, error) {
	p := &Player{}
	lines := bufio.NewScanner(recording)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line, _, _ := strings.Cut(lines.Text(), "#")
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if err := p.line(word, strings.TrimSpace(rest)); err != nil {
			return nil, fmt.Errorf("readertest: line %d: %w", n, err)
		}
	}
	if len(p.atr) == 0 || p.protocol == 0 {
		return nil, errors.New("readertest: a conversation begins with atr and protocol")
	}
	return p, lines.Err()
}

func (p *Player) line(word, rest string) (err error) {
	switch word {
	case "":
	case "atr":
		p.atr, err = hex.DecodeString(rest)
	case "protocol":
		p.protocol, err = iso7816.ParseProtocol(rest)
	case "reset":
		p.steps = append(p.steps, step{})
	case ">":
		p.steps = append(p.steps, step{command: rest})
	case "<":
		if len(p.steps) == 0 || p.steps[len(p.steps)-1].answer != nil {
			return errors.New("an answer without a command")
		}
		p.steps[len(p.steps)-1].answer, err = hex.DecodeString(rest)
	default:
		err = fmt.Errorf("unknown word %q", word)
	}
	return err
}

// ATR is the recorded one.
func (p *Player) ATR() []byte { return bytes.Clone(p.atr) }

// Protocol is the recorded one.
func (p *Player) Protocol() iso7816.Protocol { return p.protocol }

// Transmit answers the next recorded command.
func (p *Player) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	next, err := p.take(spell(command))
	if err != nil {
		return nil, err
	}
	if next.answer == nil {
		return nil, reader.ErrRemoved
	}
	return bytes.Clone(next.answer), nil
}

// Reset must have been recorded here too.
func (p *Player) Reset(ctx context.Context) error {
	_, err := p.take("")
	return errors.Join(ctx.Err(), err)
}

func (p *Player) take(said string) (step, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.steps) == 0 {
		return step{}, fmt.Errorf("%w: %q after the end", ErrScript, said)
	}
	next := p.steps[0]
	if !strings.EqualFold(next.command, said) {
		return step{}, fmt.Errorf("%w: got %q, recorded is %q", ErrScript, said, next.command)
	}
	p.steps = p.steps[1:]
	return next, nil
}

// Begin always succeeds: nobody else plays.
func (p *Player) Begin(ctx context.Context) (func() error, error) {
	return func() error { return nil }, ctx.Err()
}

// Close does nothing; see Rest.
func (p *Player) Close() error { return nil }

// Rest is how many recorded exchanges have not been played.
func (p *Player) Rest() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.steps)
}
