package fault

import "context"

// partialReadRefused gives an object whole or not at all.
var partialReadRefused = Fault{
	Info: Info{
		ID:       "card.partial-read-refused",
		Title:    "asked for fewer bytes than an object has, the card says 6Cxx instead of giving them",
		Why:      "OpenSC reads the first eight bytes of an object to learn its length; cards that insist on the right one cost it a round.",
		Owes:     nothing("as it asks for whole objects"),
		Applet:   "piv",
		Protocol: "T=1",
	},
	Wire: func(next Link) Link {
		return func(ctx context.Context, command []byte) ([]byte, error) {
			response, err := next(ctx, command)
			n := len(response)
			if err != nil || n <= 2 || len(command) < 6 || command[1] != 0xCB || response[n-2] != 0x61 || n-2 >= 256 {
				return response, err
			}
			return []byte{0x6C, byte(n-2) + response[n-1]}, nil
		}
	},
}
