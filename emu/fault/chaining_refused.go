package fault

import (
	"context"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// chainingRefused cannot take a command in parts.
var chainingRefused = Fault{
	Info: Info{
		ID:     "card.chaining-refused",
		Title:  "commands in chained parts are refused",
		Why:    "Applets that count on extended length do without chaining; a signature's 266 bytes then fit no short command.",
		Applet: "piv",
		Params: []Param{status(0x6884, "the answer to a part")},
		Owes:   unreadable("says that the card cannot be read; the passcode is not shown a second time"),
	},
	With: func(f *Fault, v Values) {
		f.Wire = func(next Link) Link {
			return func(ctx context.Context, command []byte) ([]byte, error) {
				if len(command) > 4 && command[0]&0x10 != 0 {
					return word(iso7816.SW(v["sw"])), nil
				}
				return next(ctx, command)
			}
		}
	},
}

// word is a status word as it travels.
func word(sw iso7816.SW) []byte { return []byte{byte(sw >> 8), byte(sw)} }
