package signin

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/card"
	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// withCard signs in with a card that is wrong in one way and wants the status
// that names it. asked says whether the person may have been asked by then.
func withCard(fault, want string, asked bool) func(context.Context, *target.Target) error {
	return func(ctx context.Context, t *target.Target) error {
		_, err := wrongCard(ctx, t, fault, want, asked)
		return err
	}
}

func wrongCard(ctx context.Context, t *target.Target, fault, want string, asked bool) (message string, err error) {
	err = restored(ctx, t, func() error {
		if err := t.Rig.Fault(ctx, fault); err != nil {
			return suite.Broken{Err: err}
		}
		_, reply, err := handed(ctx, t, right(t))
		if err != nil {
			return err
		}
		message = reply.Message
		if got := journey.Status(reply.StatusCode).String(); got != want {
			return fmt.Errorf("with %s the status is %s (%q), not %s", fault, got, reply.Message, want)
		}
		if asked {
			return nil
		}
		return notAsked(ctx, t)
	})
	return message, err
}

func series5(ctx context.Context, t *target.Target) error {
	message, err := wrongCard(ctx, t, "card.series-5", "CARD_UNKNOWN", false)
	if err == nil && !strings.Contains(message, "series 5") {
		err = fmt.Errorf("the message does not name series 5: %q", message)
	}
	return err
}

// pulledAfter takes the card out once the application has its session.
func pulledAfter(ctx context.Context, t *target.Target) error {
	_, s, err := healthy(ctx, t, browser.JSON, journey.Options{})
	if err != nil {
		return err
	}
	before, err := t.Side.History(ctx)
	if err != nil {
		return err
	}
	return restored(ctx, t, func() error {
		if err := t.Rig.Remove(ctx); err != nil {
			return suite.Broken{Err: err}
		}
		for range 2 {
			if _, err := s.UserInfo(ctx); err != nil {
				return fmt.Errorf("the card is out and userinfo no longer answers: %w", err)
			}
		}
		return onlyUserInfo(ctx, t, len(before))
	})
}

// onlyUserInfo wants nothing but the application's own userinfo in the
// provider's diary after its first n entries: nobody sends a logout.
func onlyUserInfo(ctx context.Context, t *target.Target, n int) error {
	after, err := t.Side.History(ctx)
	if err != nil {
		return err
	}
	for _, v := range after[min(n, len(after)):] {
		if v.Path != "" && !strings.HasSuffix(v.Path, "/userinfo") {
			return fmt.Errorf("the card is out and somebody visits %s", v.Path)
		}
	}
	return nil
}

// cardReset asks the card for a signature after the agent was done with it.
func cardReset(ctx context.Context, t *target.Target) error {
	if _, _, err := healthy(ctx, t, browser.JSON, journey.Options{}); err != nil {
		return err
	}
	signed, err := card.SignsUnasked(ctx, t)
	if err == nil && signed {
		err = errors.New("after the sign-in any program can sign: the card still holds the verified passcode")
	}
	return err
}
