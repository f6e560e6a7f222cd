package reader

import (
	"context"

	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// typedEarly is a person who types before the card is there: the form keeps
// it, says for whose card it will be used and how many tries are left, and the
// card is shown it once.
var typedEarly = restored(func(ctx context.Context, t *target.Target) error {
	if err := bench(t.Rig.Remove(ctx)); err != nil {
		return err
	}
	early := right(t)
	early.Early = true
	a, err := begin(ctx, t, early)
	if err != nil {
		return err
	}
	if err := a.told(ctx, "is kept until then"); err != nil {
		return err
	}
	if err := bench(t.Rig.Insert(ctx)); err != nil {
		return err
	}
	if err := a.told(ctx, "is about to be used for this card"); err != nil {
		return err
	}
	if err := a.signedIn(ctx); err != nil {
		return err
	}
	return shown(ctx, t, 1)
})
