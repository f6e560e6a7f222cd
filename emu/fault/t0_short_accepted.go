package fault

import "context"

// t0ShortAccepted makes do with what came.
var t0ShortAccepted = Fault{
	Info: Info{
		ID:       "card.t0-short-accepted",
		Title:    "a T=0 frame with fewer bytes than P3 says is taken as it is",
		Why:      "Virtual readers pass such frames; a real card would wait for the rest.",
		Owes:     nothing("as its frames have the right length"),
		Protocol: "T=0",
	},
	Wire: func(next Link) Link {
		return func(ctx context.Context, command []byte) ([]byte, error) {
			if n := len(command) - 5; n > 0 && n < int(command[4]) {
				command = append([]byte(nil), command...)
				command[4] = byte(n)
			}
			return next(ctx, command)
		}
	},
}
