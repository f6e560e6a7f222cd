package signin

import (
	"context"
	"errors"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// asking runs body while sign-ins ask the computer to prove itself, and leaves
// nobody enrolled.
func asking(ctx context.Context, t *target.Target, ask string, body func() error) error {
	before := errors.Join(t.Side.Enrol(ctx, false), t.Side.AskDevice(ctx, ask))
	if before != nil {
		return suite.Broken{Err: before}
	}
	err := body()
	after := context.WithoutCancel(ctx)
	if failed := errors.Join(t.Side.AskDevice(after, "none"), t.Side.Enrol(after, false)); failed != nil {
		return errors.Join(err, suite.Broken{Err: failed})
	}
	return err
}

// deviceEnds signs in over the JSON channel and wants one status.
func deviceEnds(ctx context.Context, t *target.Target, want journey.Status) error {
	_, reply, err := handed(ctx, t, right(t))
	if err != nil {
		return err
	}
	if got := journey.Status(reply.StatusCode); got != want {
		return fmt.Errorf("the status is %s (%q), not %s", got.String(), reply.Message, want.String())
	}
	return nil
}

func deviceUnknown(ctx context.Context, t *target.Target) error {
	return asking(ctx, t, "required", func() error { return deviceEnds(ctx, t, journey.DeviceUnknown) })
}

func deviceEnrolled(ctx context.Context, t *target.Target) error {
	return asking(ctx, t, "required", func() error {
		if err := deviceEnds(ctx, t, journey.DeviceUnknown); err != nil {
			return err
		}
		if err := t.Side.Enrol(ctx, true); err != nil {
			return suite.Broken{Err: err}
		}
		if err := deviceEnds(ctx, t, 0); err != nil {
			return fmt.Errorf("once it is enrolled: %w", err)
		}
		return nil
	})
}

func devicePreferred(ctx context.Context, t *target.Target) error {
	return asking(ctx, t, "preferred", func() error {
		if err := deviceEnds(ctx, t, 0); err != nil {
			return err
		}
		known, err := t.Side.Computers(ctx)
		if err != nil {
			return suite.Broken{Err: err}
		}
		if known != 1 {
			return fmt.Errorf("%d computers proved themselves, not 1", known)
		}
		return nil
	})
}
