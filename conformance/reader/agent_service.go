package reader

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// bench marks an error of what was done to the desk.
func bench(err error) error {
	if err == nil {
		return nil
	}
	return suite.Broken{Err: err}
}

var serviceRestarted = restored(func(ctx context.Context, t *target.Target) error {
	if err := signIn(ctx, t); err != nil {
		return fmt.Errorf("before: %w", err)
	}
	if err := bench(t.Service.Stop(ctx)); err != nil {
		return err
	}
	if err := bench(t.Service.Start(ctx)); err != nil {
		return err
	}
	if err := signIn(ctx, t); err != nil {
		return fmt.Errorf("after the service came back: %w", err)
	}
	return shown(ctx, t, 2)
})

var serviceAway = restored(func(ctx context.Context, t *target.Target) error {
	if err := signIn(ctx, t); err != nil {
		return fmt.Errorf("before: %w", err)
	}
	if err := bench(t.Service.Stop(ctx)); err != nil {
		return err
	}
	a, err := begin(ctx, t, right(t))
	if err != nil {
		return err
	}
	if err := a.told(ctx, "service is not running"); err != nil {
		return err
	}
	return a.afterStart(ctx, 2)
})

var serviceDuringForm = restored(func(ctx context.Context, t *target.Target) error {
	a, err := begin(ctx, t, target.Answer{Hang: true}, right(t))
	if err != nil {
		return err
	}
	if err := a.asked(ctx, 1); err != nil {
		return err
	}
	if err := bench(t.Service.Stop(ctx)); err != nil {
		return err
	}
	if err := a.told(ctx, "service is not running"); err != nil {
		return err
	}
	return a.afterStart(ctx, 1)
})

// afterStart starts the service and wants the sign-in to end well, with so many
// VERIFYs in all.
func (a *attempt) afterStart(ctx context.Context, verifies int) error {
	if err := bench(a.t.Service.Start(ctx)); err != nil {
		return err
	}
	if err := a.signedIn(ctx); err != nil {
		return fmt.Errorf("after the service came back: %w", err)
	}
	return shown(ctx, a.t, verifies)
}

var serviceMissing = restored(func(ctx context.Context, t *target.Target) error {
	if err := bench(t.Service.Stop(ctx)); err != nil {
		return err
	}
	return t.Hurried(ctx, func(t *target.Target) error {
		message, err := ends(ctx, t, journey.NoReader, right(t))
		if err == nil && !strings.Contains(message, "service that is missing") {
			err = fmt.Errorf("the message does not say that the service is missing: %q", message)
		}
		return err
	})
})

// exclusiveTime is how long other middleware was seen to hold a card.
const exclusiveTime = 3 * time.Second

var exclusive = restored(func(ctx context.Context, t *target.Target) error {
	letGo, err := t.Service.Hold(ctx)
	if err != nil {
		return bench(err)
	}
	enough := time.After(exclusiveTime)
	a, err := begin(ctx, t, right(t))
	if err == nil {
		err = a.told(ctx, "Another program")
	}
	<-enough
	if failed := bench(letGo()); failed != nil || err != nil {
		return first(err, failed)
	}
	if err := a.signedIn(ctx); err != nil {
		return fmt.Errorf("after the other program let go: %w", err)
	}
	return shown(ctx, t, 1)
})

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
