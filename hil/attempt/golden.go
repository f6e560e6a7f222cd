package attempt

import (
	"context"
	"fmt"
	"strings"
)

// Golden is a check of a reader with a card that is known to work, for package
// health: it is brought, seen, is itself, and takes power at its protocol. The
// place must be nobody else's meanwhile. A card without a serial is not asked.
func Golden(p Place, serial string) func(context.Context) error {
	return func(ctx context.Context) error {
		for _, step := range []func(context.Context) error{p.Route, p.Detect} {
			if err := step(ctx); err != nil {
				return err
			}
		}
		if serial == "" {
			return p.Power(ctx)
		}
		got, err := p.Identify(ctx)
		if err != nil {
			return err
		}
		if !strings.EqualFold(got, serial) {
			return fmt.Errorf("%w: the golden card says %q, not %q", ErrCard, got, serial)
		}
		return p.Power(ctx)
	}
}
