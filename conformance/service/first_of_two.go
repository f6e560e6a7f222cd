package service

import (
	"context"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// firstOfTwo guesses.
var firstOfTwo = Fault{
	ID:    "reader.first-of-two",
	Title: "of two cards the first is taken",
	Why:   "Most programs take the first reader that has a card, and spend the tries of whoever left theirs in.",
	Between: func(s *Service) reader.System {
		return layer{System: s, ask: func(_ context.Context, next func() ([]reader.State, error)) ([]reader.State, error) {
			states, err := next()
			for i, r := range states {
				if r.Present {
					return states[i : i+1], err
				}
			}
			return states, err
		}}
	},
}
