package emu

import (
	"context"
	"fmt"
	"time"

	"github.com/smartcard-connect/smartcard-connect/emu/timing"
)

// pace is how long an exchange takes this card.
type pace func(command, response []byte) time.Duration

// paceOf is the pace of a card as the options say; nil is as fast as the
// machine. An answer to reset with a speed that no reader knows leaves the card
// at the slowest, as it would leave a real one.
func paceOf(o Options, b body) (pace, error) {
	if o.Timing == "" {
		return nil, nil
	}
	p, err := timing.Find(o.Timing)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOptions, err)
	}
	ta1, err := timing.TA1(b.atr)
	if err != nil {
		o.Log.Warn("the card stays at the slowest speed", "error", err)
	}
	m, err := p.Model(b.speaks, ta1)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOptions, err)
	}
	return func(command, response []byte) time.Duration { return m.Duration(command, response, o.Seed) }, nil
}

// answer is what a card worked out, before it is there.
type answer struct {
	response []byte
	takes    time.Duration   // until it is there
	pulled   <-chan struct{} // closed when the card leaves; nil is no card at all
}

// wait lets the time pass. It fails at once with ErrRemoved when the card is
// pulled out meanwhile, or with the context's error.
func (a answer) wait(ctx context.Context, clock timing.Clock) error {
	if a.takes == 0 {
		return nil
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		select {
		case <-a.pulled:
			stop()
		case <-ctx.Done():
		}
	}()
	err := clock.Sleep(ctx, a.takes)
	select {
	case <-a.pulled:
		return ErrRemoved
	default:
		return err
	}
}
