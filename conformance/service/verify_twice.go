package service

import (
	"context"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// verifyTwice makes sure.
var verifyTwice = Fault{
	ID:    "reader.verify-twice",
	Title: "each VERIFY is sent twice",
	Why:   "A layer that repeats commands to be safe spends two tries for one wrong passcode.",
	Between: func(s *Service) reader.System {
		return sending(s, func(_ context.Context, command []byte, next func([]byte) ([]byte, error)) ([]byte, error) {
			if Verifies(command) {
				if answer, err := next(command); err != nil {
					return answer, err
				}
			}
			return next(command)
		})
	},
}

// Verifies says whether a command shows the card a passcode (ISO/IEC 7816-4
// §11.6.6).
func Verifies(command []byte) bool { return len(command) > 5 && command[1] == 0x20 }
