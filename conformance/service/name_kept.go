package service

import (
	"cmp"
	"context"
	"sync"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// nameKept connects to the reader by the name it had first.
var nameKept = Fault{
	ID:    "reader.name-kept",
	Title: "a reader is looked for by the name it had the first time",
	Why:   "Redirected readers have another name in each session, and pcsc-lite numbers readers as they are plugged in.",
	Between: func(s *Service) reader.System {
		var mu sync.Mutex
		first := ""
		return layer{System: s, connect: func(ctx context.Context, name string) (reader.Card, error) {
			mu.Lock()
			first = cmp.Or(first, name)
			name = first
			mu.Unlock()
			return s.Connect(ctx, name)
		}}
	},
}
