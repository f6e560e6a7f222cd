// Package interlock keeps cards from harm: only cards that the bench file lists
// as test cards, by the serial number that the card says itself, are written to
// or locked, and none more than its budget.
//
// What a card will lose is written to a ledger, and synced to disk, before
// anything is sent to it; whoever asked says afterwards how it ended. Where
// nobody did, because the program died in between, the state of the card is
// unknown: it is refused until somebody has looked at it and said so.
//
//	guard := interlock.Interlock{Rig: bench, Ledger: interlock.File(path), Now: time.Now}
//	permit, err := guard.Allow(serial, rig.Budget{Tries: 1}, "cell series9-T1-pcscd, attempt 2")
//	if err != nil {
//		return err // says what to do
//	}
//	…
//	return permit.Done("3 tries left, as before")
//
// Software cards need no permit: they are made anew for each cell.
package interlock

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/hil/record"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
)

// Errors that callers tell apart. ErrRefused is wrapped by all of them.
var (
	ErrRefused   = errors.New("not done: this could harm the card")
	ErrNotListed = fmt.Errorf("%w: it is not listed as a test card", ErrRefused)
	ErrBudget    = fmt.Errorf("%w: its budget is spent", ErrRefused)
	ErrUnsettled = fmt.Errorf("%w: how an earlier act ended is unknown", ErrRefused)
	ErrLedger    = fmt.Errorf("%w: the ledger cannot be trusted or written", ErrRefused)
)

// Ledger remembers what cards have lost. Begin must be one step: two programs
// that ask at once must not both get the last of a budget.
type Ledger interface {
	// Begin writes down, durably, what is about to be done, unless that would
	// exceed limit or the card is unsettled. It returns a key for End.
	Begin(serial string, spend, limit rig.Budget, why string, now time.Time) (key string, err error)
	// End writes down how it ended.
	End(serial, key, how string, now time.Time) error
	// Account is what is known of a card.
	Account(serial string) (Account, error)
}

// Account is one card's in the ledger.
type Account struct {
	Serial    string
	Spent     rig.Budget
	Unsettled []string // what was begun and has no end: why, and when
}

// Interlock stands between those who would harm a card and the card. All of it
// must be set.
type Interlock struct {
	Rig    rig.Rig
	Ledger Ledger
	Now    func() time.Time
}

// Permit is leave to do what was asked for, once.
type Permit struct {
	guard       Interlock
	serial, key string
}

// Allow asks for leave to do to a card what spend counts. The serial is what the
// card itself said: see Read. Errors wrap ErrRefused and say what to do.
func (g Interlock) Allow(serial string, spend rig.Budget, why string) (Permit, error) {
	serial = rig.Serial(serial)
	if spend.Writes < 0 || spend.Tries < 0 || spend.Locks < 0 || spend == (rig.Budget{}) {
		return Permit{}, fmt.Errorf("%w: say what it will lose, in whole numbers", ErrRefused)
	}
	card, err := g.listed(serial)
	if err != nil {
		return Permit{}, err
	}
	key, err := g.Ledger.Begin(serial, spend, card.Budget, why, g.Now())
	if err != nil {
		return Permit{}, fmt.Errorf("card %s (%s): %w%s", card.ID, serial, err, advice(err, card))
	}
	return Permit{g, serial, key}, nil
}

func (g Interlock) listed(serial string) (rig.Card, error) {
	if serial == "" {
		return rig.Card{}, fmt.Errorf("%w: it does not say which one it is, and so can never be one", ErrNotListed)
	}
	card, ok := g.Rig.CardBySerial(serial)
	if !ok {
		return card, fmt.Errorf("%w: card %s. If it is yours to spoil, add it to the bench file: serial: %q, test: true, and a budget", ErrNotListed, serial, serial)
	}
	if !card.Test {
		return card, fmt.Errorf("%w: card %s (%s). If it is yours to spoil, add to it in the bench file: test: true, and a budget", ErrNotListed, card.ID, serial)
	}
	return card, nil
}

// advice is what to do about a refusal.
func advice(err error, card rig.Card) string {
	switch {
	case errors.Is(err, ErrBudget):
		return fmt.Sprintf("\nRetire the card, or raise its budget in the bench file: it is %d writes, %d tries and %d locks now", card.Budget.Writes, card.Budget.Tries, card.Budget.Locks)
	case errors.Is(err, ErrUnsettled):
		return fmt.Sprintf("\nLook at the card and its counters; then: hil cards settle %s --because \"what you saw\"", card.ID)
	}
	return ""
}

// Done writes down how it ended, in a few words without secrets. Until then the
// card gets no other permit.
func (p Permit) Done(how string) error {
	return p.guard.Ledger.End(p.serial, p.key, how, p.guard.Now())
}

// Read asks a card for its serial and then for leave, as Allow. The card has to
// be reset before it is used: another application may be selected now.
func (g Interlock) Read(ctx context.Context, card iso7816.Transmitter, p iso7816.Protocol, spend rig.Budget, why string) (Permit, error) {
	serial, err := record.Serial(ctx, card, p)
	if err != nil {
		return Permit{}, err
	}
	return g.Allow(serial, spend, why)
}

// Account is what a card has lost so far, and what is open.
func (g Interlock) Account(serial string) (Account, error) {
	return g.Ledger.Account(rig.Serial(serial))
}

// Settle ends all that is open for a card, because somebody looked at it.
func (g Interlock) Settle(serial, because string) error {
	return g.Ledger.End(rig.Serial(serial), "", because, g.Now())
}
