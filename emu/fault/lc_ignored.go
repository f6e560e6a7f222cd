package fault

import "context"

// lcIgnored never counts.
var lcIgnored = Fault{
	Info: Info{
		ID:       "card.lc-ignored",
		Title:    "a T=1 command shorter than its Lc is taken as it is",
		Why:      "A parser that trusts the frame and not the length inside it: the next one may do the opposite.",
		Owes:     nothing("as its lengths are right"),
		Protocol: "T=1",
	},
	Wire: takenShort,
}

// takenShort takes a command with fewer data bytes than its length byte says as
// if it said so.
func takenShort(next Link) Link {
	return func(ctx context.Context, command []byte) ([]byte, error) {
		if n := len(command) - 5; n > 0 && n < int(command[4]) {
			command = append([]byte(nil), command...)
			command[4] = byte(n)
		}
		return next(ctx, command)
	}
}
