package service

import (
	"context"
	"sync"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// muteKept never looks at a mute reader again.
var muteKept = Fault{
	ID:    "reader.mute-kept",
	Title: "a reader whose card was mute once has a mute card for ever",
	Why:   "A program that marks a reader as broken at the first card put in upside down needs a restart.",
	Between: func(s *Service) reader.System {
		var mu sync.Mutex
		mute := map[string]bool{}
		return layer{System: s, ask: func(ctx context.Context, next func() ([]reader.State, error)) ([]reader.State, error) {
			states, err := next()
			mu.Lock()
			defer mu.Unlock()
			for i, r := range states {
				if mute[r.Name] = mute[r.Name] || r.Mute; mute[r.Name] && !r.Mute && r.Present {
					states[i].Mute, states[i].ATR = true, nil
					if sleep(ctx, calm) != nil {
						return nil, ctx.Err()
					}
				}
			}
			return states, err
		}}
	},
}
