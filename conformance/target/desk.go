package target

import (
	"context"
	"time"

	"github.com/smartcard-connect/smartcard-connect/conformance/service"
	"github.com/smartcard-connect/smartcard-connect/emu"
)

// Desk is the readers on the table and their habits. The rig's Restore brings
// back the reader with the card under test, and no habits.
type Desk interface {
	// SecondCard plugs in another reader, with another card in it.
	SecondCard(ctx context.Context) error
	// OneCard takes that reader away again.
	OneCard(ctx context.Context) error
	// Unplug takes every reader away.
	Unplug(ctx context.Context) error
	// Plug plugs in a reader of this name, with the card under test in it;
	// empty is the name it had.
	Plug(ctx context.Context, name string) error
	// UnplugAtVerify takes the reader away when the card is about to be shown a
	// passcode.
	UnplugAtVerify(ctx context.Context) error
	// UpsideDown puts the card in the wrong way up.
	UpsideDown(ctx context.Context) error
	// Slow makes every answer about readers take so long.
	Slow(ctx context.Context, by time.Duration) error
	// OtherResets lets another program reset the card before each of the next
	// n transactions.
	OtherResets(ctx context.Context, n int) error
	// Keypad gives the reader keys, on which the person does this: Cancel is
	// the reader's cancel key, Hang nothing until its time is up.
	Keypad(ctx context.Context, typed ...Answer) error
	// Questions is how often readers were asked about since the last call.
	Questions() int
}

// Service is the smartcard service and who else uses it. The rig's Restore
// starts it and ends the hold.
type Service interface {
	// Stop ends the service, with every connection there is.
	Stop(ctx context.Context) error
	// Start brings it back, readers, card and all.
	Start(ctx context.Context) error
	// Hold lets another program have the card for itself until let go.
	Hold(ctx context.Context) (letGo func() error, err error)
}

// otherReader is the name of the reader that SecondCard plugs in.
const otherReader = "Shelf 01 00"

// SecondCard plugs in another reader with a card of the default series.
func (r *shelfRig) SecondCard(context.Context) error {
	c, err := emu.New(emu.Options{})
	if err == nil {
		r.shelf.Insert(otherReader, c)
	}
	return err
}

// OneCard takes it away.
func (r *shelfRig) OneCard(context.Context) error {
	r.shelf.Vanish(otherReader)
	return nil
}

// Unplug takes all readers away.
func (r *shelfRig) Unplug(ctx context.Context) error {
	states, err := r.shelf.Readers(ctx)
	for _, s := range states {
		r.shelf.Vanish(s.Name)
	}
	r.moved = true
	return err
}

// Plug plugs one in.
func (r *shelfRig) Plug(_ context.Context, name string) error {
	if name == "" {
		name = r.name
	}
	r.card.Insert()
	r.shelf.Insert(name, plugged{r.card, r})
	return nil
}

// UnplugAtVerify waits for a VERIFY.
func (r *shelfRig) UnplugAtVerify(context.Context) error {
	r.moved = true
	r.service.UnplugAt(service.Verifies)
	return nil
}

// mute is a card that does not answer to power.
type mute struct{ *emu.Card }

// ATR is nothing.
func (mute) ATR() []byte { return nil }

// UpsideDown turns the card.
func (r *shelfRig) UpsideDown(context.Context) error {
	r.moved = true
	r.shelf.Insert(r.name, mute{r.card})
	return nil
}

// Slow makes the service slow.
func (r *shelfRig) Slow(_ context.Context, by time.Duration) error {
	r.service.Slow(by)
	return nil
}

// OtherResets is the service's Resets.
func (r *shelfRig) OtherResets(_ context.Context, n int) error {
	r.service.Resets(n)
	return nil
}

// Keypad gives the service's readers keys. What is not a passcode is the
// reader's own word (CCID 1.1 §6.2.6; PC/SC part 10 §2.5.2).
func (r *shelfRig) Keypad(_ context.Context, typed ...Answer) error {
	var keys [][]byte
	for _, a := range typed {
		switch {
		case a.Cancel:
			keys = append(keys, []byte{0x64, 0x01})
		case a.Hang:
			keys = append(keys, []byte{0x64, 0x00})
		default:
			keys = append(keys, []byte(a.Passcode))
		}
	}
	r.service.Keypad(keys...)
	return nil
}

// Questions is the service's.
func (r *shelfRig) Questions() int { return r.service.Questions() }

// clear takes what a check put on the desk.
func (r *shelfRig) clear() {
	r.service.Calm()
	states, _ := r.shelf.Readers(context.Background())
	for _, s := range states {
		if s.Name != r.name {
			r.shelf.Vanish(s.Name)
		}
	}
	r.moved = false
}

// Stop is the service's.
func (r *shelfRig) Stop(context.Context) error {
	r.service.Stop()
	return nil
}

// Start is the service's.
func (r *shelfRig) Start(context.Context) error {
	r.service.Start()
	return nil
}

// Hold is the service's.
func (r *shelfRig) Hold(context.Context) (func() error, error) {
	r.service.Hold(true)
	return func() error { r.service.Hold(false); return nil }, nil
}
