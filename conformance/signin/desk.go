package signin

import (
	"context"

	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// atDesk changes what is on the table, signs in with the person's answer and
// wants one status, the application's access_denied, and nobody asked for a
// passcode.
func atDesk(change func(context.Context, *target.Target) error, answer target.Answer, want journey.Status) func(context.Context, *target.Target) error {
	return func(ctx context.Context, t *target.Target) error {
		return restored(ctx, t, func() error {
			if err := change(ctx, t); err != nil {
				return suite.Broken{Err: err}
			}
			if err := will(ctx, t, answer); err != nil {
				return err
			}
			if err := fails(ctx, t, browser.JSON, want, "access_denied"); err != nil {
				return err
			}
			return notAsked(ctx, t)
		})
	}
}

// hurried runs a check with an agent whose form ends after a second.
func hurried(body func(context.Context, *target.Target) error) func(context.Context, *target.Target) error {
	return func(ctx context.Context, t *target.Target) error {
		return t.Hurried(ctx, func(t *target.Target) error { return body(ctx, t) })
	}
}

func cardOut(ctx context.Context, t *target.Target) error    { return t.Rig.Remove(ctx) }
func secondCard(ctx context.Context, t *target.Target) error { return t.Desk.SecondCard(ctx) }
func unplugged(ctx context.Context, t *target.Target) error  { return t.Desk.Unplug(ctx) }

// formTimeUp leaves the form open and types nothing.
func formTimeUp(ctx context.Context, t *target.Target) error {
	if err := will(ctx, t, target.Answer{Hang: true}); err != nil {
		return err
	}
	return fails(ctx, t, browser.JSON, journey.TimeUpForm, "access_denied")
}
