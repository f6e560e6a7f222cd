package reader

import (
	"context"
	"errors"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// wrong is a passcode of the right shape that is not the card's.
func wrong(t *target.Target) target.Answer {
	p := []byte(t.Passcode)
	p[0] = '0' + (p[0]-'0'+1)%10
	return target.Answer{Passcode: string(p)}
}

var onKeypad = restored(func(ctx context.Context, t *target.Target) error {
	if err := bench(t.Desk.Keypad(ctx, wrong(t), target.Answer{Hang: true}, right(t))); err != nil {
		return err
	}
	a, err := begin(ctx, t, target.Answer{Hang: true})
	if err != nil {
		return err
	}
	if err := a.signedIn(ctx); err != nil {
		return fmt.Errorf("with a keypad: %w", err)
	}
	if err := a.told(ctx, "on the reader's keypad"); err != nil {
		return err
	}
	if err := notAsked(ctx, t); err != nil {
		return err
	}
	return shown(ctx, t, 2)
})

var keypadCancelled = restored(func(ctx context.Context, t *target.Target) error {
	if err := bench(t.Desk.Keypad(ctx, target.Answer{Cancel: true})); err != nil {
		return err
	}
	if _, err := ends(ctx, t, journey.Cancelled, target.Answer{Hang: true}); err != nil {
		return err
	}
	return first(notAsked(ctx, t), shown(ctx, t, 0))
})

// notAsked wants no question for a passcode on the screen.
func notAsked(ctx context.Context, t *target.Target) error {
	forms, err := t.Person.Saw(ctx)
	if err != nil {
		return bench(err)
	}
	for _, f := range forms {
		if f.Command == "GETPIN" {
			return errors.New("the screen asks for the passcode beside the keypad")
		}
	}
	return nil
}
