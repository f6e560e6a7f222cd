package fault

import "context"

// t0Case4Accepted takes frames that T=0 cannot carry.
var t0Case4Accepted = Fault{
	Info: Info{
		ID:       "card.t0-case4-accepted",
		Title:    "a T=0 frame with a byte too many is taken without it",
		Why:      "Virtual readers pass such frames; on a real one the card would wait for ever, and the mistake of the program goes unseen.",
		Owes:     nothing("as its frames have the right length"),
		Protocol: "T=0",
	},
	Wire: func(next Link) Link {
		return func(ctx context.Context, command []byte) ([]byte, error) {
			if len(command) > 5 && len(command) > 5+int(command[4]) {
				command = command[:5+int(command[4])]
			}
			return next(ctx, command)
		}
	},
}
