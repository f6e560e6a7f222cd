package fault

import "context"

// leStrict wants Le exactly where an answer comes.
var leStrict = Fault{
	Info: Info{
		ID:       "card.le-strict",
		Title:    "a missing or superfluous Le is answered 6700",
		Why:      "piv-go leaves Le out and yubico-piv-tool puts one too many; the cards they were made for do not mind.",
		Owes:     nothing("as it sends the length each command has"),
		Protocol: "T=1",
	},
	Wire: func(next Link) Link {
		return func(ctx context.Context, command []byte) ([]byte, error) {
			if len(command) > 5 && command[4] != 0 {
				le := len(command) > 5+int(command[4])
				if (command[1] == 0xCB && !le) || (command[1] == 0x20 && le) {
					return []byte{0x67, 0x00}, nil
				}
			}
			return next(ctx, command)
		}
	},
}
