package emu

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/fault"
	"github.com/smartcard-connect/smartcard-connect/emu/profile"
)

// What Transmit fails with besides the context's error.
var (
	// ErrRemoved is a card that is not in the reader, or leaves it now.
	ErrRemoved = fault.ErrRemoved
	// ErrReader is a reader that is gone for good.
	ErrReader = fault.ErrReader
	// ErrReset is a card that another program has reset: the command did not
	// reach it.
	ErrReset = fault.ErrReset
)

// Fault is one way a card can be wrong.
type Fault = fault.Fault

// Faults lists every fault there is.
func Faults() []fault.Info {
	var out []fault.Info
	for _, f := range fault.All {
		out = append(out, f.Listed())
	}
	return out
}

// Find is the fault with this ID, which may carry parameters:
// "card.removed-at:n=7". The error wraps ErrOptions and says what is allowed.
func Find(id string) (Fault, error) {
	f, err := fault.Parse(id)
	if err != nil {
		return f, fmt.Errorf("%w: %w", ErrOptions, err)
	}
	return f, nil
}

// Card is a powered card in a reader. Its methods may be used by many
// goroutines; commands run one after the other.
type Card struct {
	options Options
	profile profile.Profile
	turn    chan struct{} // held by whoever is in a transaction

	mu     sync.Mutex // guards what follows
	faults []Fault
	body   body
	absent bool
	noLink bool // the reader is gone
	warm   bool // the last reset was a warm one
	trace  trace
}

// New makes a card and puts it in. Errors wrap ErrOptions.
func New(o Options) (*Card, error) {
	o, p, err := o.complete()
	if err != nil {
		return nil, err
	}
	c := &Card{options: o, profile: p, turn: make(chan struct{}, 1)}
	for _, id := range o.Faults {
		f, err := Find(id)
		if err != nil {
			return nil, err
		}
		c.faults = append(c.faults, f)
	}
	c.body, err = personalise(o, p, c.faults)
	return c, err
}

// ATR is the answer to reset.
func (c *Card) ATR() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.warm && c.body.warmATR != nil {
		return append([]byte(nil), c.body.warmATR...)
	}
	return append([]byte(nil), c.body.atr...)
}

// Protocol is what the card speaks.
func (c *Card) Protocol() iso7816.Protocol {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.body.speaks
}

// Series is the number printed on the back: "8", "9".
func (c *Card) Series() string { return c.profile.Series }

// Transmit runs one command, encoded for Protocol, and returns the answer with
// its status word. It fails with ErrRemoved, ErrReader, ErrReset or the
// context's error.
func (c *Card) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	response, left, err := c.exchange(ctx, command)
	if left && c.options.OnRemove != nil {
		c.options.OnRemove()
	}
	if errors.Is(err, fault.ErrMute) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return response, err
}

// exchange is Transmit under the lock; left says that the card went now.
func (c *Card) exchange(ctx context.Context, command []byte) (response []byte, left bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.gone(); err != nil {
		return nil, false, err
	}
	response, err = c.body.link(ctx, command)
	if errors.Is(err, fault.ErrRestart) {
		c.body.adaptor.Reset()
		response, err = c.body.link(ctx, command)
	}
	e := c.trace.add(command, response)
	if c.options.OnMessage != nil {
		c.options.OnMessage(e)
	}
	left = errors.Is(err, ErrRemoved)
	c.absent = left
	c.noLink = errors.Is(err, ErrReader)
	if left || c.noLink || errors.Is(err, ErrReset) {
		c.body.adaptor.Reset()
	}
	return response, left, err
}

// gone is why there is no card to talk to, or nil. The lock is held.
func (c *Card) gone() error {
	switch {
	case c.noLink:
		return ErrReader
	case c.absent:
		return ErrRemoved
	}
	return nil
}

// Begin keeps other users of this Card out until end is called.
func (c *Card) Begin(ctx context.Context) (end func() error, err error) {
	select {
	case c.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	var once sync.Once
	return func() error { once.Do(func() { <-c.turn }); return nil }, nil
}

// Reset restarts the card warm: volatile state is gone, counters stay.
func (c *Card) Reset(context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.gone(); err != nil {
		return err
	}
	c.body.adaptor.Reset()
	c.warm = true
	return nil
}

// PowerOff is the cold Reset. The next command finds the card powered again.
func (c *Card) PowerOff() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.body.adaptor.Reset()
	c.warm = false
}

// Close lets go of the card and leaves it as it is.
func (c *Card) Close() error { return nil }

// Remove takes the card out: Transmit fails with ErrRemoved until Insert.
func (c *Card) Remove() {
	c.mu.Lock()
	was := c.absent
	c.absent, c.warm = true, false
	c.body.adaptor.Reset()
	c.mu.Unlock()
	if !was && c.options.OnRemove != nil {
		c.options.OnRemove()
	}
}

// Insert puts the card back in, freshly powered.
func (c *Card) Insert() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.absent = false
}

// Present reports whether the card is in a reader.
func (c *Card) Present() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.absent && !c.noLink
}

// TriesLeft is the passcode's counter, without asking the card: 0 is blocked.
func (c *Card) TriesLeft() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.body.applet.TriesLeft()
}

// Trace is what was said so far, oldest first, secrets blanked.
func (c *Card) Trace() []Exchange {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Exchange{}, c.trace.list...)
}

// ForgetTrace empties the trace.
func (c *Card) ForgetTrace() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trace.list = nil
}

// Inject adds a fault and makes the card anew with it: passcode, counters and
// state are as personalised.
func (c *Card) Inject(f Fault) error { return c.remake(append(c.active(), f)) }

// Restore makes the card anew as personalised, in the reader and powered. The
// faults stay and start over.
func (c *Card) Restore() error { return c.remake(c.active()) }

// Heal takes all faults off and makes the card anew.
func (c *Card) Heal() error { return c.remake(nil) }

// Active lists the faults that are on.
func (c *Card) Active() []fault.Info {
	var out []fault.Info
	for _, f := range c.active() {
		out = append(out, f.Info)
	}
	return out
}

func (c *Card) active() []Fault {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Fault(nil), c.faults...)
}

func (c *Card) remake(faults []Fault) error {
	b, err := personalise(c.options, c.profile, faults)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults, c.body, c.absent, c.noLink, c.warm = faults, b, false, false, false
	return nil
}
