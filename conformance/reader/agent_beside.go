package reader

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// commands are what other middleware asks of a card it knows nothing about: its
// own applications by name (PIV; AuthentIC; a card manager's), and an object.
func commands() [][]byte {
	return [][]byte{
		{0x00, 0xA4, 0x04, 0x00, 0x05, 0xA0, 0x00, 0x00, 0x03, 0x08},
		{0x00, 0xA4, 0x04, 0x00, 0x08, 0xA0, 0x00, 0x00, 0x00, 0x77, 0x01, 0x00, 0x00},
		{0x00, 0xA4, 0x04, 0x00, 0x08, 0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00, 0x00},
		{0x00, 0xCA, 0x01, 0x01, 0x00},
	}
}

// visit is what a minidriver does when a card was put in: it opens the card
// shared, selects, reads, and resets it when it lets go.
func visit(ctx context.Context, t *target.Target) error {
	c, err := t.Connect(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	for _, command := range commands() {
		if _, err := c.Transmit(ctx, command); err != nil {
			return err
		}
	}
	return c.Reset(ctx)
}

var otherApplication = restored(func(ctx context.Context, t *target.Target) error {
	a, err := gated(ctx, t)
	if err != nil {
		return err
	}
	if err := first(bench(visit(ctx, t)), a.answer()); err != nil {
		return err
	}
	if err := a.signedIn(ctx); err != nil {
		return fmt.Errorf("after another program had the card: %w", err)
	}
	return shown(ctx, t, 1)
})

// Middleware in a hurry, and how often a card is put in beside it.
const (
	pace   = 100 * time.Millisecond
	rounds = 3
)

var besideMiddleware = restored(func(ctx context.Context, t *target.Target) error {
	var m middleware
	stop := m.start(ctx, t)
	defer stop()
	for range rounds {
		if err := bench(putAgain(ctx, t)); err != nil {
			return err
		}
		if err := besideIt(ctx, t); err != nil {
			return err
		}
	}
	if m.visits.Load() > 0 {
		return nil
	}
	// An agent that is quick left it no time (under Wine it is refused, and does not
	// wait, while the agent has the card).
	if err := first(bench(putAgain(ctx, t)), m.through(ctx)); err != nil {
		return err
	}
	return besideIt(ctx, t)
})

// putAgain takes the card out and puts it in.
func putAgain(ctx context.Context, t *target.Target) error {
	if err := t.Rig.Remove(ctx); err != nil {
		return err
	}
	return t.Rig.Insert(ctx)
}

// besideIt signs in.
func besideIt(ctx context.Context, t *target.Target) error {
	if err := signIn(ctx, t); err != nil {
		return fmt.Errorf("beside another program: %w", err)
	}
	return shown(ctx, t, 1)
}

// middleware visits the card again and again.
type middleware struct{ visits atomic.Int64 } // those that got through

// start begins, until stop.
func (m *middleware) start(ctx context.Context, t *target.Target) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			if visit(ctx, t) == nil {
				m.visits.Add(1)
			}
			select {
			case <-time.After(pace):
			case <-ctx.Done():
			}
		}
	}()
	return func() { cancel(); <-ended }
}

// through waits until it has got through once.
func (m *middleware) through(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	for m.visits.Load() == 0 {
		select {
		case <-ctx.Done():
			return suite.Broken{Err: errors.New("the other program never had the card")}
		case <-time.After(pace):
		}
	}
	return nil
}
