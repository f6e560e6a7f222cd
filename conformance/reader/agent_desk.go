package reader

import (
	"context"
	"fmt"
	"time"

	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

var unpluggedDuringForm = restored(func(ctx context.Context, t *target.Target) error {
	a, err := begin(ctx, t, target.Answer{Hang: true}, right(t))
	if err != nil {
		return err
	}
	if err := a.asked(ctx, 1); err != nil {
		return err
	}
	if err := bench(t.Desk.Unplug(ctx)); err != nil {
		return err
	}
	if err := a.told(ctx, "Connect a smartcard reader"); err != nil {
		return err
	}
	return a.afterPlug(ctx, "")
})

// afterPlug plugs a reader in and wants the sign-in to end well.
func (a *attempt) afterPlug(ctx context.Context, name string) error {
	if err := bench(a.t.Desk.Plug(ctx, name)); err != nil {
		return err
	}
	if err := a.signedIn(ctx); err != nil {
		return fmt.Errorf("after the reader was plugged in: %w", err)
	}
	return shown(ctx, a.t, 1)
}

var unpluggedDuringVerify = restored(func(ctx context.Context, t *target.Target) error {
	if err := bench(t.Desk.UnplugAtVerify(ctx)); err != nil {
		return err
	}
	if _, err := ends(ctx, t, journey.CardRemoved, right(t)); err != nil {
		return err
	}
	if err := bench(t.Desk.Plug(ctx, "")); err != nil {
		return err
	}
	if err := signIn(ctx, t); err != nil {
		return fmt.Errorf("after the reader was plugged in: %w", err)
	}
	return shown(ctx, t, 1)
})

// resetsInARow is what middleware does to a card that was just put in.
const resetsInARow = 3

var resetByOther = restored(func(ctx context.Context, t *target.Target) error {
	if err := bench(t.Desk.OtherResets(ctx, resetsInARow)); err != nil {
		return err
	}
	a, err := gated(ctx, t)
	if err == nil {
		err = bench(t.Desk.OtherResets(ctx, resetsInARow))
	}
	if err == nil {
		err = a.answer()
	}
	if err == nil {
		err = a.signedIn(ctx)
	}
	if err != nil {
		return fmt.Errorf("while another program resets the card: %w", err)
	}
	return shown(ctx, t, 1)
})

var upsideDown = restored(func(ctx context.Context, t *target.Target) error {
	if err := bench(t.Desk.UpsideDown(ctx)); err != nil {
		return err
	}
	a, err := begin(ctx, t, right(t))
	if err != nil {
		return err
	}
	if err := a.told(ctx, "which way up"); err != nil {
		return err
	}
	if err := bench(t.Rig.Insert(ctx)); err != nil {
		return err
	}
	if err := a.signedIn(ctx); err != nil {
		return fmt.Errorf("after the card was turned: %w", err)
	}
	return shown(ctx, t, 1)
})

var twoCards = restored(func(ctx context.Context, t *target.Target) error {
	if err := bench(t.Desk.SecondCard(ctx)); err != nil {
		return err
	}
	if _, err := ends(ctx, t, journey.TwoCards, right(t)); err != nil {
		return err
	}
	if err := bench(t.Desk.OneCard(ctx)); err != nil {
		return err
	}
	if err := signIn(ctx, t); err != nil {
		return fmt.Errorf("with one card taken out: %w", err)
	}
	return shown(ctx, t, 1)
})

// Names of one reader in two remote sessions.
const (
	firstSession  = "Shelf 00 00 (session 2)"
	secondSession = "Shelf 00 00 (session 3)"
)

// lag is what a status call takes over a slow line.
const lag = 500 * time.Millisecond

var redirected = restored(func(ctx context.Context, t *target.Target) error {
	if err := bench(t.Desk.Slow(ctx, lag)); err != nil {
		return err
	}
	for n, name := range []string{firstSession, secondSession} {
		if err := bench(t.Desk.Unplug(ctx)); err != nil {
			return err
		}
		a, err := begin(ctx, t, right(t))
		if err != nil {
			return err
		}
		if err := a.told(ctx, "Connect a smartcard reader"); err != nil {
			return err
		}
		if err := a.afterPlug(ctx, name); err != nil {
			return fmt.Errorf("redirected for time %d: %w", n+1, err)
		}
	}
	return nil
})

var slow = restored(func(ctx context.Context, t *target.Target) error {
	if err := bench(t.Desk.Slow(ctx, lag)); err != nil {
		return err
	}
	if err := signIn(ctx, t); err != nil {
		return fmt.Errorf("with a slow service: %w", err)
	}
	return shown(ctx, t, 1)
})

// Four questions a second are allowed, for so long.
const (
	quietTime = 2 * time.Second
	questions = 8
)

var quiet = restored(func(ctx context.Context, t *target.Target) error {
	a, err := gated(ctx, t)
	if err != nil {
		return err
	}
	t.Desk.Questions()
	time.Sleep(quietTime)
	n := t.Desk.Questions()
	if err := first(a.answer(), a.signedIn(ctx)); err != nil {
		return err
	}
	if n > questions {
		return fmt.Errorf("the service was asked about readers %d times in %v while nothing happened", n, quietTime)
	}
	return nil
})
