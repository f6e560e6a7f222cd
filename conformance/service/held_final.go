package service

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// heldFinal takes one refusal for an answer.
var heldFinal = Fault{
	ID:    "reader.held-for-good",
	Title: "a card that another program held once counts as held for ever",
	Why:   "SCARD_E_SHARING_VIOLATION is gone a second later; a program that does not try again sends the person away.",
	Between: func(s *Service) reader.System {
		var held atomic.Bool
		return layer{System: s, connect: func(ctx context.Context, name string) (reader.Card, error) {
			if held.Load() {
				return nil, reader.ErrBusy
			}
			c, err := s.Connect(ctx, name)
			held.Store(errors.Is(err, reader.ErrBusy))
			return c, err
		}}
	},
}
