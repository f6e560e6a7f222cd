package service

import (
	"context"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// statusSpins trusts the service to wait.
var statusSpins = Fault{
	ID:      "reader.status-spins",
	Title:   "while nothing changes the readers are asked about without a pause",
	Why:     "SCardGetStatusChange returns at once under Wine and on some terminal servers: 206,000 calls in 9 seconds were counted.",
	Between: func(s *Service) reader.System { return spinning{s} },
}

type spinning struct{ *Service }

// Wait is reader.System's.
func (s spinning) Wait(ctx context.Context, known []reader.State) ([]reader.State, error) {
	for {
		now, err := s.Readers(ctx)
		changed := !slices.EqualFunc(now, known, func(a, b reader.State) bool {
			return a.Name == b.Name && a.Present == b.Present && a.Mute == b.Mute && a.Insertion == b.Insertion
		})
		if err != nil || changed {
			return now, err
		}
	}
}
