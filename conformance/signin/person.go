package signin

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

func cancelled(ctx context.Context, t *target.Target) error {
	if err := will(ctx, t, target.Answer{Cancel: true}); err != nil {
		return err
	}
	return fails(ctx, t, browser.JSON, journey.Cancelled, "access_denied")
}

func notStarted(ctx context.Context, t *target.Target) error {
	if err := will(ctx, t, target.Answer{NotStarted: true}); err != nil {
		return err
	}
	return fails(ctx, t, browser.JSON, journey.NotStarted, "access_denied")
}

// restored runs a check that changes the card and brings the card back.
func restored(ctx context.Context, t *target.Target, body func() error) error {
	err := suite.Blame(ctx, t, body())
	if failed := t.Rig.Restore(context.WithoutCancel(ctx)); failed != nil {
		return errors.Join(err, suite.Broken{Err: failed})
	}
	return err
}

// wrong is a passcode of the right shape that is not the card's.
func wrong(t *target.Target) target.Answer {
	p := []byte(t.Passcode)
	p[0] = '0' + (p[0]-'0'+1)%10
	return target.Answer{Passcode: string(p)}
}

func wrongThenRight(ctx context.Context, t *target.Target) error {
	return restored(ctx, t, func() error {
		if err := will(ctx, t, wrong(t), right(t)); err != nil {
			return err
		}
		if _, _, err := journey.SignIn(ctx, t, browser.JSON, journey.Options{}); err != nil {
			return err
		}
		asked, err := questions(ctx, t)
		if err != nil {
			return err
		}
		if len(asked) != 2 {
			return fmt.Errorf("the person was asked %d times, not twice", len(asked))
		}
		if !strings.Contains(asked[0].Text, "Tries left: 3") || !strings.Contains(asked[1].Text, "Tries left: 2") {
			return fmt.Errorf("the tries left were not 3 and then 2: %q and %q", asked[0].Text, asked[1].Text)
		}
		if !strings.Contains(strings.ToLower(asked[1].Text), "wrong") {
			return fmt.Errorf("the second form does not say that the passcode was wrong: %q", asked[1].Text)
		}
		return nil
	})
}

func lastTryWarns(ctx context.Context, t *target.Target) error {
	return restored(ctx, t, func() error {
		if err := t.Rig.Fault(ctx, "card.last-try"); err != nil {
			return suite.Broken{Err: err}
		}
		if err := will(ctx, t, target.Answer{Cancel: true}); err != nil {
			return err
		}
		if err := fails(ctx, t, browser.JSON, journey.Cancelled, ""); err != nil {
			return err
		}
		asked, err := questions(ctx, t)
		if err != nil {
			return err
		}
		if len(asked) != 1 || !strings.Contains(strings.ToLower(asked[0].Text), "last try") {
			return fmt.Errorf("the person is not warned before the last try: %v", asked)
		}
		return nil
	})
}

// shortPasscode types two that no card of the series takes, and then the right
// one: the form says so, and the tries stay.
func shortPasscode(ctx context.Context, t *target.Target) error {
	return restored(ctx, t, func() error {
		if err := will(ctx, t, target.Answer{Passcode: "12"}, target.Answer{Passcode: "123456789"}, right(t)); err != nil {
			return err
		}
		if _, _, err := journey.SignIn(ctx, t, browser.JSON, journey.Options{}); err != nil {
			return err
		}
		asked, err := questions(ctx, t)
		if err != nil {
			return err
		}
		for _, f := range asked {
			if !strings.Contains(f.Text, "Tries left: 3") {
				return fmt.Errorf("a try was spent on a passcode of the wrong length: %q", f.Text)
			}
		}
		if len(asked) != 3 {
			return fmt.Errorf("the person was asked %d times, not three times", len(asked))
		}
		return nil
	})
}

func badArgument(ctx context.Context, t *target.Target) error {
	b := browser.New(t.HTTP)
	for _, argument := range []string{"", "not base64 !", browser.Argument(map[string]any{"version": 2, "id": "AAAAAAAAAAAAAAAAAAAAAA"}), browser.Argument(map[string]any{"version": 1, "id": "../../authorize"})} {
		reply, err := b.HandRaw(ctx, journey.Knock(t), argument)
		if err != nil {
			return fmt.Errorf("argument %q: %w", argument, err)
		}
		if err := status(reply, journey.BadArgument); err != nil {
			return fmt.Errorf("argument %q: %w", argument, err)
		}
	}
	return nil
}
