package record

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// What Record refuses with, besides errors of the reader.
var (
	// ErrInterlock is a script that could harm a card that is no test card.
	ErrInterlock = errors.New("not sent: this could harm the card")
	// ErrTries is a script that was stopped to save the card's last tries.
	ErrTries = errors.New("stopped to save the card's last tries")
)

// patience is for one command. Making a key takes an old card two minutes.
const patience = 5 * time.Minute

// Recorder runs a script against one card. Card, Reader and Now must be set.
type Recorder struct {
	Card        reader.Card
	Reader      string // its name, kept without what stands in parentheses, often a serial number
	Now         func() time.Time
	Secrets     Secrets
	TestCards   []string // numbers of cards that may be written to, as Serial has them
	SpendTries  bool     // on those, VERIFY and its kin may be sent too
	LengthsOnly bool     // of answers only lengths and status words are kept
	// Permit, if set, is asked besides before a listed card is sent what may
	// write or spend tries; done hears how it ended.
	Permit func(serial string, writes, tries int) (done func(how string) error, err error)
}

// run is one recording being made.
type run struct {
	Recorder
	blank blank
	out   Recording
	tries
}

// Record restarts the card, runs the script in one transaction and restarts the
// card again, so that nobody inherits a verified passcode. Before anything is
// sent it refuses a script that the card is not listed for, or whose secrets are
// missing. A script that stops on the way leaves its recording so far, with the
// reason, beside the error. Errors wrap ErrInterlock, ErrScript, ErrTries or the
// reader's.
func (r Recorder) Record(ctx context.Context, s Script) (out Recording, err error) {
	end, err := r.Card.Begin(ctx)
	if err != nil {
		return Recording{}, err
	}
	defer func() { _ = end() }()
	defer func() { _ = r.Card.Reset(context.WithoutCancel(ctx)) }()
	if err := r.check(s); err != nil {
		return Recording{}, err
	}
	done, err := r.interlock(ctx, s)
	if err != nil {
		return Recording{}, err
	}
	defer func() { err = errors.Join(err, done(ended(err))) }()
	if err := r.Card.Reset(ctx); err != nil {
		return Recording{}, err
	}
	x := &run{Recorder: r, blank: blank{all: r.LengthsOnly}, tries: newTries()}
	x.out = Recording{Reader: withoutSerial(r.Reader), Script: s.Name, Date: r.Now(), ATR: r.Card.ATR(), Protocol: r.Card.Protocol()}
	for _, step := range s.Steps {
		if err := x.step(ctx, step); err != nil {
			err = fmt.Errorf("line %d: %w", step.Line, err)
			x.out.Stopped = err.Error()
			return x.out, err
		}
	}
	return x.out, nil
}

// parenthesised is where PC/SC's reader names have serial numbers.
var parenthesised = regexp.MustCompile(`\s*\([^)]*\)`)

func withoutSerial(name string) string { return parenthesised.ReplaceAllString(name, "") }

// check finds what cannot be sent before anything is.
func (r Recorder) check(s Script) error {
	for _, step := range s.Steps {
		if step.Reset {
			continue
		}
		command, err := step.command(r.Secrets)
		clear(command)
		if c, bad := iso7816.ParseCommand(step.shape()); bad == nil && !step.Raw && r.Card.Protocol() == iso7816.T0 && c.Le > iso7816.MaxShort {
			err = errors.New("T=0 has no extended lengths")
		}
		if err != nil {
			return fmt.Errorf("%w: line %d: %w", ErrScript, step.Line, err)
		}
	}
	return nil
}

// interlock lets scripts that do more than look run on listed cards only.
func (r Recorder) interlock(ctx context.Context, s Script) (done func(how string) error, err error) {
	class, line := s.worst()
	if class == Harmless {
		return func(string) error { return nil }, nil
	}
	what := "may write to the card"
	if class == Spends {
		what = "may spend a try of a passcode or key"
	}
	if class == Spends && !r.SpendTries {
		return nil, fmt.Errorf("%w: line %d %s, and spending tries was not asked for", ErrInterlock, line, what)
	}
	serial, err := Serial(ctx, r.Card, r.Card.Protocol())
	if err != nil {
		return nil, err
	}
	if serial == "" {
		return nil, fmt.Errorf("%w: line %d %s, and this card does not say which one it is", ErrInterlock, line, what)
	}
	if !listed(serial, r.TestCards) {
		return nil, fmt.Errorf("%w: line %d %s, and card %s is not listed as a test card", ErrInterlock, line, what, serial)
	}
	return r.permitted(serial, s)
}

// permitted asks for leave, where somebody keeps account of what cards lose.
func (r Recorder) permitted(serial string, s Script) (func(string) error, error) {
	if r.Permit == nil {
		return func(string) error { return nil }, nil
	}
	var writes, tries int
	for _, step := range s.Steps {
		if step.Reset {
			continue
		}
		switch classify(step.shape()) {
		case Writes:
			writes++
		case Spends:
			tries++
		}
	}
	done, err := r.Permit(serial, writes, tries)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInterlock, err)
	}
	return done, nil
}

// ended says how a script went, for whoever keeps account.
func ended(err error) string {
	if err == nil {
		return "the script ran to its end"
	}
	return "the script stopped: " + err.Error()
}

// step runs one line.
func (x *run) step(ctx context.Context, s Step) error {
	if s.Reset {
		x.out.Exchanges = append(x.out.Exchanges, Exchange{Reset: true})
		return x.Card.Reset(ctx)
	}
	command, err := s.command(x.Secrets)
	if err != nil {
		return err
	}
	defer clear(command)
	if err := x.before(ctx, s, command); err != nil {
		return err
	}
	sw, err := x.send(ctx, s.Raw, command)
	if err != nil {
		return err
	}
	return x.after(s, command, sw)
}

// before saves the card's tries: what was refused is not sent again, and nothing
// is tried or asked where fewer than two remain.
func (x *run) before(ctx context.Context, s Step, command []byte) error {
	if classify(command) != Spends {
		return x.mayAsk(command)
	}
	if err := x.mayTry(s, command); err != nil {
		return err
	}
	if !x.wantsCounter(command) {
		return nil
	}
	question, err := iso7816.Encode(x.Card.Protocol(), iso7816.Command{INS: 0x20, P2: command[3]})
	if err != nil {
		return err
	}
	answer, err := x.Card.Transmit(ctx, question)
	if err != nil {
		return err
	}
	r, err := iso7816.ParseResponse(answer)
	if err != nil {
		return fmt.Errorf("%w: the card does not say how many there are: %w", ErrTries, err)
	}
	return enough(r.SW)
}

// send sends a command. Unless it is raw or a try, its answer is followed; a try
// is sent once, whatever the card says. An answer that is none is recorded and
// no reason to stop.
func (x *run) send(ctx context.Context, raw bool, command []byte) (iso7816.SW, error) {
	c, err := iso7816.ParseCommand(command)
	defer clear(c.Data)
	var r iso7816.Response
	switch {
	case raw:
		r, err = x.once(ctx, command)
	case err != nil:
	case classify(command) == Spends:
		var encoded []byte
		if encoded, err = iso7816.Encode(x.Card.Protocol(), c); err == nil {
			r, err = x.once(ctx, encoded)
			clear(encoded)
		}
	default:
		r, err = iso7816.Channel{Card: x, Protocol: x.Card.Protocol()}.Send(ctx, c)
	}
	if errors.Is(err, iso7816.ErrResponse) || errors.Is(err, iso7816.ErrEndless) {
		return 0, nil
	}
	return r.SW, err
}

func (x *run) once(ctx context.Context, command []byte) (iso7816.Response, error) {
	answer, err := x.Transmit(ctx, command)
	if err != nil {
		return iso7816.Response{}, err
	}
	return iso7816.ParseResponse(answer)
}

// Transmit is iso7816.Transmitter: one exchange, timed and written down.
func (x *run) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	if len(x.out.Exchanges) >= MaxExchanges {
		return nil, fmt.Errorf("%w: it takes more than %d exchanges", ErrScript, MaxExchanges)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	said := spell(command)
	start := x.Now()
	answer, err := x.Card.Transmit(ctx, command)
	e := Exchange{Command: said, Answered: err == nil, Took: x.Now().Sub(start)}
	if err == nil {
		e.Answer = x.blank.answer(command, answer)
	}
	x.out.Exchanges = append(x.out.Exchanges, e)
	return answer, err
}
