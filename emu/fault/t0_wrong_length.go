package fault

import "context"

// t0WrongLength never agrees to the length it asked for itself.
var t0WrongLength = Fault{
	Info: Info{
		ID:       "card.t0-wrong-length",
		Title:    "GET RESPONSE is always answered with another length, 6Cxx",
		Why:      "Cards with a wrong T=0 layer exist; repeating as told must come to an end.",
		Owes:     unreadable("stops asking and says that the card cannot be read"),
		Protocol: "T=0",
	},
	Wire: func(next Link) Link {
		return func(ctx context.Context, command []byte) ([]byte, error) {
			if len(command) == 5 && command[1] == 0xC0 {
				return []byte{0x6C, command[4] + 1}, nil
			}
			return next(ctx, command)
		}
	},
}
