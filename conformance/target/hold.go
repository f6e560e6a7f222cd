//go:build cgo || windows

package target

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ebfe/scard"
)

// hold is another program that has the card for itself (PC/SC part 5,
// SCARD_SHARE_EXCLUSIVE). It waits for its turn.
func hold(ctx context.Context, name string) (letGo func() error, err error) {
	context, err := scard.EstablishContext()
	if err != nil {
		return nil, err
	}
	for {
		c, err := context.Connect(name, scard.ShareExclusive, scard.ProtocolAny)
		if err == nil {
			return func() error { return errors.Join(c.Disconnect(scard.LeaveCard), context.Release()) }, nil
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("the card is never free: %w", err), context.Release())
		case <-time.After(100 * time.Millisecond):
		}
	}
}
