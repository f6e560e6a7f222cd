package fault

import (
	"context"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// wrongLengthLoop never likes the length, not even its own.
var wrongLengthLoop = Fault{
	Info: Info{
		ID:       "card.wrong-length-loop",
		Title:    "every expected length is answered with another, 6Cxx",
		Why:      "OpenSC #1731: a card and a host that correct each other's Le never come to an end.",
		Protocol: "T=1",
		Owes:     unreadable("says that the card cannot be read"),
	},
	Wire: func(next Link) Link {
		return func(ctx context.Context, command []byte) ([]byte, error) {
			c, err := iso7816.ParseCommand(command)
			if err == nil && c.Le > 1 {
				return []byte{0x6C, byte(c.Le - 1)}, nil
			}
			return next(ctx, command)
		}
	},
}
