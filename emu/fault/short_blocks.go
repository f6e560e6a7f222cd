package fault

import (
	"context"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// shortBlocks never fills a whole answer.
var shortBlocks = Fault{
	Info: Info{
		ID:       "card.short-blocks",
		Title:    "no answer carries more than so many bytes, the rest is left to fetch",
		Why:      "Cards and readers with small buffers: Idemia cards on Alcor AU9540 need C0, other drivers limit themselves to 233 (libelectronic-id, EstEID drivers); a client that takes the first block for all has half a certificate.",
		Protocol: "T=1",
		Params:   []Param{number("max", 128, 16, 255, "bytes of data in one answer")},
		Owes:     nothing("in more pieces"),
	},
	With: func(f *Fault, v Values) {
		f.Wire = func(next Link) Link {
			return func(ctx context.Context, command []byte) ([]byte, error) {
				c, err := iso7816.ParseCommand(command)
				if err == nil && c.Le > v["max"] {
					c.Le = v["max"]
					if shorter, err := c.Bytes(); err == nil {
						command = shorter
					}
				}
				return next(ctx, command)
			}
		}
	},
}
