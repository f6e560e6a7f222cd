package service

import (
	"context"
	"slices"
	"sync"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// unplugFinal strikes readers off its list for good.
var unplugFinal = Fault{
	ID:    "reader.unplugged-for-good",
	Title: "a reader that was unplugged is not seen when it comes back",
	Why:   "A program that lists readers at its start and only takes names off misses every reader that is plugged in anew.",
	Between: func(s *Service) reader.System {
		var mu sync.Mutex
		gone, seen := map[string]bool{}, map[string]bool{}
		return layer{System: s, ask: func(ctx context.Context, next func() ([]reader.State, error)) ([]reader.State, error) {
			states, err := next()
			if err != nil {
				return nil, err
			}
			mu.Lock()
			defer mu.Unlock()
			for name := range seen {
				gone[name] = gone[name] || !slices.ContainsFunc(states, func(r reader.State) bool { return r.Name == name })
			}
			for _, r := range states {
				seen[r.Name] = true
			}
			before := len(states)
			states = slices.DeleteFunc(states, func(r reader.State) bool { return gone[r.Name] })
			if before != len(states) && sleep(ctx, calm) != nil { // it is not for this fault to spin
				return nil, ctx.Err()
			}
			return states, nil
		}}
	},
}
