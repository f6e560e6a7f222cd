// Package station is a real reader of a bench file as the place of an attempt: what
// moves there, moves by the host's daemon, which has the lease; what is asked of the
// card goes over this machine's smartcard service, exclusively.
package station

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
	"github.com/smartcard-connect/smartcard-connect/hil/attempt"
	"github.com/smartcard-connect/smartcard-connect/hil/contact"
	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/host"
	"github.com/smartcard-connect/smartcard-connect/hil/inventory"
	"github.com/smartcard-connect/smartcard-connect/hil/record"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

var _ attempt.Place = (*Station)(nil)

// ErrOccupied is wrapped when a card is in the reader that nobody knows, and that
// therefore no gadget can take out.
var ErrOccupied = errors.New("the reader has a card in it that the bench file does not have")

// Station is one reader and one card. All but Port and Patience must be set. It is
// for one goroutine.
type Station struct {
	Rig    rig.Rig
	Reader rig.Reader
	Card   rig.Card // Protocol is the one that is wanted
	System reader.System
	// Ask has the daemon move a device of the attempt; see host.Ask.
	Ask    func(ctx context.Context, q host.Request) (string, error)
	Device farm.Device // the reader, as it is leased
	Port   farm.Device // its power port; no kind is none
	// Run is the conformance process, with the reader as PC/SC names it now.
	Run      func(ctx context.Context, name string) result.Cell
	Patience time.Duration // for a card to be seen; 0 is 20 s

	name  string // as PC/SC calls it
	found result.Cell
}

// settle is how often a reader is looked at again while something is awaited.
const settle = 100 * time.Millisecond

// now is the reader as it is, and as PC/SC calls it. Which one it is, is asked once,
// and again when its name is gone. Errors wrap inventory.ErrNotHere.
func (s *Station) now(ctx context.Context) (reader.State, error) {
	states, err := s.System.Readers(ctx)
	if err != nil {
		return reader.State{}, err
	}
	called := func(state reader.State) bool { return s.name != "" && state.Name == s.name }
	i := slices.IndexFunc(states, called)
	if i < 0 {
		list, err := inventory.Look{System: s.System, NoCards: true}.Readers(ctx)
		if err != nil {
			return reader.State{}, err
		}
		seen, err := inventory.Find(list, s.Reader)
		if err != nil {
			return reader.State{}, err
		}
		s.name = seen.Name
		i = slices.IndexFunc(states, called)
	}
	if i < 0 {
		return reader.State{}, fmt.Errorf("%w: %s", inventory.ErrNotHere, s.name)
	}
	return states[i], nil
}

// Route brings the card, unless it is there. Another card of the bench is taken out
// first.
func (s *Station) Route(ctx context.Context) error {
	state, err := s.now(ctx)
	if err != nil {
		return err
	}
	if state.Present {
		there, err := s.occupant(ctx, state)
		if err != nil || there {
			return err
		}
	}
	return s.ask(ctx, s.Device, host.Insert, s.Card.ID)
}

// occupant says whether the card that is in the reader is the wanted one, and has
// any other taken out. A card that does not say who it is is taken for the wanted
// one where that has no serial either.
func (s *Station) occupant(ctx context.Context, state reader.State) (wanted bool, err error) {
	serial := ""
	if !state.Mute {
		if serial, err = s.serial(ctx, state.Name, 0); err != nil && !errors.Is(err, contact.ErrNoCard) {
			return false, err
		}
	}
	if rig.Serial(s.Card.Serial) == rig.Serial(serial) && err == nil {
		return true, nil
	}
	other, ok := s.Rig.CardBySerial(serial)
	if !ok {
		return false, fmt.Errorf("%w: reader %s, serial %q; take it out by hand", ErrOccupied, s.Reader.ID, serial)
	}
	if err := s.ask(ctx, s.Device, host.Remove, other.ID); err != nil {
		return false, err
	}
	return false, s.await(ctx, "card "+other.ID+" to be gone", func(state reader.State) bool { return !state.Present })
}

func (s *Station) ask(ctx context.Context, on farm.Device, verb, key string) error {
	_, err := s.Ask(ctx, host.Request{Device: on, Verb: verb, Key: key})
	return err
}

// await looks until the reader is as wanted.
func (s *Station) await(ctx context.Context, what string, is func(reader.State) bool) error {
	patience := s.Patience
	if patience == 0 {
		patience = 20 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		state, err := s.now(ctx)
		if err == nil && is(state) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("reader %s: waited in vain for %s: %w", s.Reader.ID, what, errors.Join(ctx.Err(), err))
		case <-time.After(settle):
		}
	}
}

// Detect waits for the card to be seen and to answer. pcscd powers a card once when
// it sees it, and calls one mute that did not answer then until somebody connects.
func (s *Station) Detect(ctx context.Context) error {
	return s.await(ctx, "card "+s.Card.ID+" to be seen", func(state reader.State) bool {
		return state.Present && (!state.Mute || contact.With(ctx, state.Name, 0, nil) == nil)
	})
}

// Identify asks the card who it is.
func (s *Station) Identify(ctx context.Context) (string, error) {
	state, err := s.now(ctx)
	if err != nil {
		return "", err
	}
	return s.serial(ctx, state.Name, s.Card.Protocol)
}

func (s *Station) serial(ctx context.Context, name string, p iso7816.Protocol) (serial string, err error) {
	err = contact.With(ctx, name, p, func(c *contact.Card) (err error) {
		serial, err = record.Serial(ctx, c, c.Protocol())
		return err
	})
	return serial, err
}

// Power gives the card power afresh, with the wanted protocol.
func (s *Station) Power(ctx context.Context) error {
	state, err := s.now(ctx)
	if err != nil {
		return err
	}
	return contact.With(ctx, state.Name, s.Card.Protocol, nil)
}

// Tries asks a PIV card for its counter, which SP 800-73-4 part 2 §3.2.1 lets one do
// for nothing. Of other cards some take the question for a try, and none is asked.
func (s *Station) Tries(ctx context.Context) (left int, known bool, err error) {
	state, err := s.now(ctx)
	if err != nil {
		return 0, false, err
	}
	err = contact.With(ctx, state.Name, s.Card.Protocol, func(c *contact.Card) (err error) {
		left, known, err = tries(ctx, iso7816.Channel{Card: c, Protocol: c.Protocol()})
		return err
	})
	return left, known, err
}

// Commands of a PIV card.
var (
	selectPIV = iso7816.Command{INS: 0xA4, P1: 4, Data: []byte{0xA0, 0, 0, 3, 8, 0, 0, 0x10, 0, 1, 0}, Le: 256}
	askTries  = iso7816.Command{INS: 0x20, P2: 0x80}
)

func tries(ctx context.Context, ch iso7816.Channel) (left int, known bool, err error) {
	r, err := ch.Send(ctx, selectPIV)
	if err != nil || r.SW != iso7816.OK {
		return 0, false, err
	}
	if r, err = ch.Send(ctx, askTries); err != nil {
		return 0, false, err
	}
	if errors.Is(r.SW, iso7816.ErrBlocked) {
		return 0, true, nil
	}
	left, known = r.SW.Retries()
	return left, known, nil
}

// Judge runs the conformance process.
func (s *Station) Judge(ctx context.Context) error {
	state, err := s.now(ctx)
	if err == nil {
		s.found = s.Run(ctx, state.Name)
	}
	return err
}

// Collect is what was found; trace and logs are where the process left them.
func (s *Station) Collect(context.Context) (result.Cell, error) {
	if s.found.ID == "" {
		return result.Cell{}, fmt.Errorf("reader %s: nothing was judged", s.Reader.ID)
	}
	return s.found, nil
}
