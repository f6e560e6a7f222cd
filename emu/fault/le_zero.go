package fault

import (
	"context"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// leZero takes Le 00 by its letter.
var leZero = Fault{
	Info: Info{
		ID:       "card.le-zero",
		Title:    "an expected length of 00 is taken for none at all",
		Why:      "ISO/IEC 7816-3 §12.1.3 has 00 stand for 256; firmware that hands the byte on as a count answers nothing.",
		Protocol: "T=1",
		Owes:     unreadable("says that the card cannot be read"),
	},
	Wire: func(next Link) Link {
		return func(ctx context.Context, command []byte) ([]byte, error) {
			response, err := next(ctx, command)
			c, bad := iso7816.ParseCommand(command)
			if n := len(response); err == nil && bad == nil && c.Le == iso7816.MaxShort && n > 2 {
				return []byte{0x90, 0x00}, nil
			}
			return response, err
		}
	},
}
