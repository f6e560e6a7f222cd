package service

import (
	"context"
	"sync"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// contextDead keeps its first context, which the service says is valid.
var contextDead = Fault{
	ID:    "reader.context-dead",
	Title: "after the service was stopped once it is never found again",
	Why:   "SCardIsValidContext says yes to contexts that died with pcscd; programs that ask it stay dead until they are restarted.",
	Between: func(s *Service) reader.System {
		first := sync.OnceValue(s.Epoch)
		dead := func() bool { return first() != s.Epoch() }
		return layer{System: s,
			ask: func(_ context.Context, next func() ([]reader.State, error)) ([]reader.State, error) {
				if dead() {
					return nil, reader.ErrNoService
				}
				return next()
			},
			connect: func(ctx context.Context, name string) (reader.Card, error) {
				if dead() {
					return nil, reader.ErrNoService
				}
				return s.Connect(ctx, name)
			}}
	},
}
