package fault

import "context"

// truncatedResponse cuts long answers to one byte, less than a status word.
var truncatedResponse = Fault{
	Info: Info{
		ID:     "card.truncated-response",
		Title:  "long answers arrive as a single byte, without a status word",
		Why:    "A bad contact or a broken reader driver; the answer is no answer at all.",
		Params: []Param{each("long answer")},
		Owes:   unreadable("says that the card cannot be read, and asks for no passcode"),
	},
	With: func(f *Fault, v Values) {
		f.Wire = func(next Link) Link {
			count := turn{n: v["n"]}
			return func(ctx context.Context, command []byte) ([]byte, error) {
				response, err := next(ctx, command)
				if err == nil && len(response) > 64 && count.now() {
					return response[:1], nil
				}
				return response, err
			}
		}
	},
}
