package fault

import (
	"context"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// extendedOnly speaks the long form alone.
var extendedOnly = Fault{
	Info: Info{
		ID:       "card.extended-only",
		Title:    "commands with a short expected length are refused: 6700",
		Why:      "Applets tried with one reader at extended APDU level; a quarter of the readers on the public list carry short ones only, and T=0 can carry no other.",
		Protocol: "T=1",
		Params:   []Param{status(0x6700, "the answer to a short command")},
		Owes:     unreadable("says that the card cannot be read"),
	},
	With: func(f *Fault, v Values) {
		f.Wire = func(next Link) Link {
			return func(ctx context.Context, command []byte) ([]byte, error) {
				c, err := iso7816.ParseCommand(command)
				if short := len(command) > 4 && command[4] != 0 || len(command) == 5; err == nil && c.Le > 0 && short {
					return word(iso7816.SW(v["sw"])), nil
				}
				return next(ctx, command)
			}
		}
	},
}
