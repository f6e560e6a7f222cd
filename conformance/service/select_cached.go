package service

import (
	"bytes"
	"context"
	"sync"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// selectCached believes that what it selected stays selected.
var selectCached = Fault{
	ID:    "reader.select-cached",
	Title: "a SELECT that the card has had is answered from memory",
	// After a reset a PIV card has its application selected anyhow.
	Applet: "authentic",
	Why:    "Other middleware selects its own application; who does not select again reads there, and tries the passcode there.",
	Between: func(s *Service) reader.System {
		var mu sync.Mutex
		had := map[string][]byte{}
		return sending(s, func(_ context.Context, command []byte, next func([]byte) ([]byte, error)) ([]byte, error) {
			if command[1] != 0xA4 {
				return next(command)
			}
			mu.Lock()
			defer mu.Unlock()
			if answer, ok := had[string(command)]; ok {
				return bytes.Clone(answer), nil
			}
			answer, err := next(command)
			if err == nil {
				had[string(command)] = bytes.Clone(answer)
			}
			return answer, err
		})
	},
}
