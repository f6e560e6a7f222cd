// Package attempttest is a reader to try attempts on, and what every reader must
// keep: Hold is run against this one and against a real smartcard service, so that
// tests with the one say something about the other.
package attempttest

import (
	"context"
	"errors"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/hil/attempt"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

var _ attempt.Place = (*Place)(nil)

// Errors of a Place.
var (
	ErrNoCard   = errors.New("there is no card in the reader")
	ErrProtocol = errors.New("the card does not speak the wanted protocol")
)

// Place is a reader without a reader. Its zero value has a card beside it that
// says nothing and finds nothing.
type Place struct {
	Serial string
	Left   int  // passcode tries
	Mute   bool // the card speaks another protocol
	Found  result.Cell
	Judged func(ctx context.Context) // what the conformance process does

	in, seen bool
}

// Route puts the card in.
func (p *Place) Route(context.Context) error { p.in = true; return nil }

// Detect sees it.
func (p *Place) Detect(context.Context) error {
	if !p.in {
		return ErrNoCard
	}
	p.seen = true
	return nil
}

// Identify is the serial number.
func (p *Place) Identify(context.Context) (string, error) { return p.Serial, p.there() }

// Power powers the card afresh.
func (p *Place) Power(context.Context) error {
	if p.Mute {
		return ErrProtocol
	}
	return p.there()
}

// Tries are those left.
func (p *Place) Tries(context.Context) (int, bool, error) { return p.Left, true, p.there() }

// Judge runs Judged.
func (p *Place) Judge(ctx context.Context) error {
	if err := p.there(); err != nil {
		return err
	}
	if p.Judged != nil {
		p.Judged(ctx)
	}
	return nil
}

// Collect is Found.
func (p *Place) Collect(context.Context) (result.Cell, error) { return p.Found, nil }

func (p *Place) there() error {
	if !p.in || !p.seen {
		return ErrNoCard
	}
	return nil
}

// Hold is what a place must keep whose card stands beside the reader, says serial
// and has tries left. wrong has it want a protocol that the card does not speak.
func Hold(t *testing.T, p attempt.Place, serial string, tries int, wrong func(yes bool)) {
	t.Helper()
	ctx := t.Context()
	if _, err := p.Identify(ctx); err == nil {
		t.Error("a card was identified that is not in the reader")
	}
	if err := p.Power(ctx); err == nil {
		t.Error("a card was powered that is not in the reader")
	}
	for range 2 { // the second time it is in already
		if err := p.Route(ctx); err != nil {
			t.Fatal("route:", err)
		}
		if err := p.Detect(ctx); err != nil {
			t.Fatal("detect:", err)
		}
	}
	for range 2 { // nothing of the first time stands in the way of the second
		if got, err := p.Identify(ctx); err != nil || got != serial {
			t.Errorf("the card says %q, want %q; %v", got, serial, err)
		}
		if err := p.Power(ctx); err != nil {
			t.Error("power:", err)
		}
		if left, known, err := p.Tries(ctx); err != nil || !known || left != tries {
			t.Errorf("%d tries left, known %v, want %d; %v", left, known, tries, err)
		}
	}
	wrong(true)
	if err := p.Power(ctx); err == nil {
		t.Error("the card was powered at a protocol that it does not speak")
	}
	wrong(false)
	if err := p.Power(ctx); err != nil {
		t.Error("power after a refusal:", err)
	}
}
