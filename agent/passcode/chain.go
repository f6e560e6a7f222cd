package passcode

import (
	"context"
	"errors"
	"fmt"
)

// Chain asks through the first of its prompters that works here. Only
// ErrUnavailable moves it on: a person's no is final.
type Chain []Prompter

// Ask is Prompter.Ask.
func (c Chain) Ask(ctx context.Context, q Question) (answer []byte, err error) {
	err = c.first(func(p Prompter) error {
		answer, err = p.Ask(ctx, q)
		return err
	})
	return answer, err
}

// Show is Prompter.Show.
func (c Chain) Show(ctx context.Context, n Notice) error {
	return c.first(func(p Prompter) error { return p.Show(ctx, n) })
}

func (c Chain) first(use func(Prompter) error) error {
	var failures []error
	for _, p := range c {
		err := use(p)
		if !errors.Is(err, ErrUnavailable) {
			return err
		}
		failures = append(failures, err)
	}
	if len(failures) == 0 {
		return fmt.Errorf("%w: no way to ask is configured", ErrUnavailable)
	}
	return errors.Join(failures...)
}
