package fault

import "context"

// longAnswer gives more than was asked for.
var longAnswer = Fault{
	Info: Info{
		ID:     "card.long-answer",
		Title:  "long answers carry sixteen bytes more than asked for",
		Why:    "Readers pass answers of 300 and of 65535 bytes to a client that asked for 256; fixed buffers overflow, and glued blocks no longer fit.",
		Params: []Param{each("long answer")},
		Owes:   unreadable("says that the card cannot be read"),
	},
	With: func(f *Fault, v Values) {
		f.Wire = func(next Link) Link {
			count := turn{n: v["n"]}
			return func(ctx context.Context, command []byte) ([]byte, error) {
				response, err := next(ctx, command)
				n := len(response) - 2
				if err != nil || n < 128 || !count.now() {
					return response, err
				}
				return append(append(append([]byte(nil), response[:n]...), make([]byte, 16)...), response[n:]...), nil
			}
		}
	},
}
