package contact

import (
	"context"
	"errors"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// letting is how long the service may take to see that whoever had the card before
// has let it go; settle is how often it is asked meanwhile.
const (
	letting = 3 * time.Second
	settle  = 100 * time.Millisecond
)

// With takes the card in the named reader for one thing, with power afresh, and
// lets it go; do may be nil. The lease says that nobody else may have it: a program
// that holds it still is on its way out, and is waited for, for three seconds. Errors
// are Take's and do's.
func With(ctx context.Context, reader string, p iso7816.Protocol, do func(*Card) error) error {
	c, err := taken(ctx, func() (*Card, error) { return Take(ctx, reader, p) })
	if err != nil {
		return err
	}
	if do != nil {
		err = do(c)
	}
	return errors.Join(err, c.Close())
}

// taken takes until nobody else has the card.
func taken(ctx context.Context, take func() (*Card, error)) (c *Card, err error) {
	for range letting / settle {
		if c, err = take(); !errors.Is(err, ErrTaken) {
			break
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), err)
		case <-time.After(settle):
		}
	}
	return c, err
}
