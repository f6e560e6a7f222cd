package emu

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu/fault"
	"github.com/smartcard-connect/smartcard-connect/emu/profile"
)

// What Transmit fails with besides the context's error.
var (
	// ErrRemoved is a card that is not in the reader, or leaves it now.
	ErrRemoved = fault.ErrRemoved
	// ErrReader is a reader that is gone for good.
	ErrReader = fault.ErrReader
	// ErrMute is a card that no reader can power: it does not answer to
	// reset, or its answer is none.
	ErrMute = errors.New("emu: the card does not answer to reset")
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

// find is the faults with these IDs.
func find(ids []string) (faults []Fault, err error) {
	for _, id := range ids {
		f, err := Find(id)
		if err != nil {
			return nil, err
		}
		faults = append(faults, f)
	}
	return faults, nil
}

// Card is a powered card in a reader. Its methods may be used by many
// goroutines; commands run one after the other.
type Card struct {
	options Options
	profile profile.Profile
	turn    chan struct{} // held by whoever is in a transaction
	line    chan struct{} // held by the command under way

	mu     sync.Mutex // guards what follows; never held while the card takes its time
	faults []Fault
	body   body
	life   life
	pace   pace          // nil is as fast as the machine
	pulled chan struct{} // closed when the card leaves the reader
	absent bool
	noLink bool    // the reader is gone
	warm   bool    // the last reset was a warm one
	closed bool    // the image was let go
	keeper *keeper // nil for a card that lives in memory
	trace  trace
}

// New makes a card that lives as long as this program and puts it in. Errors
// wrap ErrOptions. Make and Open have cards that stay.
func New(o Options) (*Card, error) {
	o, p, err := o.complete()
	if err != nil {
		return nil, err
	}
	return newCard(o, p, nil)
}

// newCard puts in the card of complete options; k is nil or has its image.
func newCard(o Options, p profile.Profile, k *keeper) (*Card, error) {
	c := &Card{options: o, profile: p, keeper: k, turn: make(chan struct{}, 1), line: make(chan struct{}, 1), pulled: make(chan struct{})}
	c.trace.most = o.Trace
	faults, err := find(o.Faults)
	if err != nil {
		return nil, err
	}
	if err := c.remake(func([]Fault) []Fault { return faults }, false); err != nil {
		return nil, err
	}
	return c, nil
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

// Title is what its profile calls the card.
func (c *Card) Title() string { return c.profile.Title }

// Transmit runs one command, encoded for Protocol, and returns the answer with
// its status word, after as long as Options.Timing says. It fails with
// ErrRemoved, ErrReader, ErrReset, ErrMute or the context's error, at once also
// while the card works.
func (c *Card) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	response, left, err := c.inTurn(ctx, command)
	if left && c.options.OnRemove != nil {
		c.options.OnRemove()
	}
	if errors.Is(err, fault.ErrMute) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return response, err
}

// queue waits for the command under way. A free card is taken at once, even by
// whoever has no time left.
func (c *Card) queue(ctx context.Context) error {
	select {
	case c.line <- struct{}{}:
		return nil
	default:
	}
	select {
	case c.line <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// inTurn is Transmit when no other command is under way; left says that the
// card went now.
func (c *Card) inTurn(ctx context.Context, command []byte) (response []byte, left bool, err error) {
	if err := c.queue(ctx); err != nil {
		return nil, false, err
	}
	defer func() { <-c.line }()
	a, err := c.exchange(ctx, command)
	if a.pulled == nil {
		return nil, false, err
	}
	if err == nil {
		err = a.wait(ctx, c.options.Clock)
	}
	if err != nil {
		a.response = nil
	}
	return a.response, c.note(a, command, err), err
}

// exchange lets the card work out its answer.
func (c *Card) exchange(ctx context.Context, command []byte) (answer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.gone(); err != nil {
		return answer{}, err
	}
	response, err := c.body.link(ctx, command)
	if errors.Is(err, fault.ErrRestart) {
		c.restart()
		response, err = c.body.link(ctx, command)
	}
	a := answer{response: response, pulled: c.pulled}
	if err == nil && c.pace != nil {
		a.takes = c.pace(command, response)
	}
	for _, late := range c.body.late {
		a.takes += late()
	}
	return a, err
}

// note keeps what was said and what became of the card; left says that it went
// now. A card that was pulled out and put in again meanwhile stays in.
func (c *Card) note(a answer, command []byte, err error) (left bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.trace.add(command, a.response)
	if c.options.OnMessage != nil {
		c.options.OnMessage(e)
	}
	left = errors.Is(err, ErrRemoved) && a.pulled == c.pulled && c.leave()
	if errors.Is(err, ErrReader) {
		c.noLink = true
	}
	if c.noLink || errors.Is(err, ErrReset) {
		c.restart()
	}
	return left
}

// leave takes the card out; it says whether it was in. The lock is held.
func (c *Card) leave() bool {
	if c.absent {
		return false
	}
	c.absent, c.warm = true, false
	close(c.pulled)
	c.restart()
	return true
}

// restart forgets all volatile state. The lock is held.
func (c *Card) restart() {
	c.body.adaptor.Reset()
	c.body = c.life.next(c.body)
}

// enter puts the card in. The lock is held.
func (c *Card) enter() {
	if c.absent {
		c.absent, c.pulled = false, make(chan struct{})
	}
}

// gone is why there is no card to talk to, or nil. The lock is held.
func (c *Card) gone() error {
	switch {
	case c.closed:
		return ErrClosed
	case c.noLink:
		return ErrReader
	case c.absent:
		return ErrRemoved
	case c.profile.Defect != nil:
		return ErrMute
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
	c.restart()
	c.warm = true
	return nil
}

// PowerOff is the cold Reset. The next command finds the card powered again.
func (c *Card) PowerOff() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.restart()
	c.warm = false
}

// Close lets go of the card and leaves it as it is. A card with an image is done
// with: others may open the image, and Transmit fails with ErrClosed.
func (c *Card) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.keeper == nil {
		return nil
	}
	c.closed = true
	return c.keeper.handle.Close()
}

// Remove takes the card out: Transmit fails with ErrRemoved until Insert, a
// command under way too.
func (c *Card) Remove() {
	c.mu.Lock()
	left := c.leave()
	c.mu.Unlock()
	if left && c.options.OnRemove != nil {
		c.options.OnRemove()
	}
}

// Insert puts the card back in, freshly powered.
func (c *Card) Insert() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.enter()
}

// Present reports whether the card is in a reader.
func (c *Card) Present() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.absent && !c.noLink
}

// TriesLeft is the passcode's counter, without asking the card: 0 is blocked, -1
// a card of somebody else, which has no passcode of ours.
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

// Inject adds a fault. A card in memory is made anew with it: passcode, counters
// and state are as personalised. A card with an image stays as it is, unless the
// fault is one of personalising: then it is as it would have been made wrongly,
// and the image waits unchanged until the fault is off. Either way it is in the
// reader then.
func (c *Card) Inject(f Fault) error {
	return c.remake(func(on []Fault) []Fault { return append(on, f) }, false)
}

// Restore makes the card anew as personalised, in the reader and powered. The
// faults stay and start over. An image is back to the day it was made.
func (c *Card) Restore() error { return c.remake(func(on []Fault) []Fault { return on }, true) }

// Heal takes all faults off. A card in memory is made anew; one with an image is
// as the image says.
func (c *Card) Heal() error { return c.remake(func([]Fault) []Fault { return nil }, false) }

// Active lists the faults that are on.
func (c *Card) Active() []fault.Info {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []fault.Info
	for _, f := range c.faults {
		out = append(out, f.Info)
	}
	return out
}

// remake gives the card another body, in the reader, with the faults that choose
// makes of those that are on; anew is as personalised.
func (c *Card) remake(choose func(on []Fault) []Fault, anew bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return ErrClosed
	}
	faults := choose(slices.Clone(c.faults))
	b, err := personalise(c.options, c.profile, at(0, faults))
	if err != nil {
		return err
	}
	if c.keeper != nil {
		if err := c.keeper.dress(c.options, c.profile, b, anew); err != nil {
			return err
		}
	}
	odd, err := oddities(c.options, c.profile, faults)
	if err != nil {
		return err
	}
	pace, err := paceOf(c.options, b)
	if err != nil {
		return err
	}
	c.life.right, c.life.odd, c.life.apart = b, odd, c.keeper != nil
	c.faults, c.pace, c.noLink, c.warm = faults, pace, false, false
	c.body = c.life.next(b)
	c.enter()
	return nil
}

// Holder is whose card it is: the zero Holder for a card of somebody else.
func (c *Card) Holder() testpki.Holder {
	if c.profile.Applet == "foreign" {
		return testpki.Holder{}
	}
	return c.options.Identity.Holder
}

// Personality is the ID of how the card shows itself, as profiles list them.
func (c *Card) Personality() string {
	x, _ := c.options.personality(c.profile)
	return x.ID
}
