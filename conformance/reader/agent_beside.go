package reader

import (
	"context"
	"errors"
	"fmt"
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
	stop := middleware(ctx, t)
	err := inRounds(ctx, t)
	visits := stop()
	if err == nil && visits == 0 {
		return suite.Broken{Err: errors.New("the other program never had the card")}
	}
	return err
})

func inRounds(ctx context.Context, t *target.Target) error {
	for n := range rounds {
		if err := first(bench(t.Rig.Remove(ctx)), bench(t.Rig.Insert(ctx))); err != nil {
			return err
		}
		if err := signIn(ctx, t); err != nil {
			return fmt.Errorf("beside another program, time %d: %w", n+1, err)
		}
		if err := shown(ctx, t, 1); err != nil {
			return err
		}
	}
	return nil
}

// middleware visits the card again and again until stop, which says how often
// it got through.
func middleware(ctx context.Context, t *target.Target) (stop func() int) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan int, 1)
	go func() {
		n := 0
		for ctx.Err() == nil {
			if visit(ctx, t) == nil {
				n++
			}
			select {
			case <-time.After(pace):
			case <-ctx.Done():
			}
		}
		ended <- n
	}()
	return func() int { cancel(); return <-ended }
}
