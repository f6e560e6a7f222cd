package signin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// lying runs a body while the provider has a fault, and takes the fault off.
func lying(ctx context.Context, t *target.Target, id string, body func() error) error {
	if t.Side == nil {
		return suite.Broken{Err: errors.New("the provider has no side door")}
	}
	err := t.Side.Fault(ctx, id)
	if err != nil { // it may be on all the same
		err = suite.Broken{Err: err}
	} else {
		err = body()
	}
	if failed := t.Side.Restore(context.WithoutCancel(ctx)); failed != nil {
		return errors.Join(err, suite.Broken{Err: failed})
	}
	return err
}

// forged is a provider whose requests must be refused unseen.
func forged(id string) func(context.Context, *target.Target) error {
	return func(ctx context.Context, t *target.Target) error {
		return lying(ctx, t, id, func() error {
			if err := will(ctx, t, right(t)); err != nil {
				return err
			}
			if err := fails(ctx, t, browser.JSON, journey.RequestRefused, ""); err != nil {
				return err
			}
			return notAsked(ctx, t)
		})
	}
}

func providerDown(ctx context.Context, t *target.Target) error {
	return lying(ctx, t, "provider.request-500", func() error {
		if err := will(ctx, t, right(t)); err != nil {
			return err
		}
		if err := fails(ctx, t, browser.JSON, journey.ProviderUnreachable, ""); err != nil {
			return err
		}
		return notAsked(ctx, t)
	})
}

func receiptForged(ctx context.Context, t *target.Target) error {
	return lying(ctx, t, "provider.receipt-forged", func() error {
		_, reply, err := handed(ctx, t, right(t))
		if err != nil {
			return err
		}
		if reply.StatusCode == 0 || reply.Ticket != "" {
			return fmt.Errorf("the agent takes a forged receipt for a success: status %d, and a ticket of %d characters", reply.StatusCode, len(reply.Ticket))
		}
		return nil
	})
}

// replayed hands over an id whose sign-in is complete.
func replayed(ctx context.Context, t *target.Target) error {
	j, _, err := healthy(ctx, t, browser.JSON, journey.Options{})
	if err != nil {
		return err
	}
	return refusedUnseen(ctx, t, j.Browser, j.ID)
}

func unknownID(ctx context.Context, t *target.Target) error {
	return refusedUnseen(ctx, t, browser.New(t.HTTP), "AAAAAAAAAAAAAAAAAAAAAA")
}

func refusedUnseen(ctx context.Context, t *target.Target, b *browser.Browser, id string) error {
	if err := will(ctx, t, right(t)); err != nil {
		return err
	}
	reply, err := journey.Hand(ctx, t, b, browser.JSON, id)
	if err != nil {
		return err
	}
	if err := status(reply, journey.RequestRefused); err != nil {
		return err
	}
	return notAsked(ctx, t)
}

// untilAsked waits for the form to be on the screen.
func untilAsked(ctx context.Context, t *target.Target) error {
	for {
		asked, err := questions(ctx, t)
		if err != nil || len(asked) > 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.New("no passcode form comes up")
		case <-time.After(20 * time.Millisecond):
		}
	}
}
