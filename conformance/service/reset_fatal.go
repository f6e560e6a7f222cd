package service

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// resetFatal does not reconnect.
var resetFatal = Fault{
	ID:    "reader.reset-for-good",
	Title: "after another program reset the card once, every transaction fails as reset",
	Why:   "SCARD_W_RESET_CARD goes away by SCardReconnect alone; programs that only repeat the call repeat the error.",
	Between: func(s *Service) reader.System {
		var reset atomic.Bool
		return layer{System: s, connect: func(ctx context.Context, name string) (reader.Card, error) {
			c, err := s.Connect(ctx, name)
			if err != nil {
				return nil, err
			}
			return unreconnected{c, &reset}, nil
		}}
	},
}

// unreconnected is a handle that was not made anew.
type unreconnected struct {
	reader.Card
	reset *atomic.Bool
}

// Begin is reader.Card's.
func (u unreconnected) Begin(ctx context.Context) (func() error, error) {
	if u.reset.Load() {
		return nil, reader.ErrReset
	}
	end, err := u.Card.Begin(ctx)
	u.reset.Store(errors.Is(err, reader.ErrReset))
	return end, err
}
