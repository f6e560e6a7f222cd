package fault

import "context"

// emptyAnswer has neither data nor status word.
var emptyAnswer = Fault{
	Info: Info{
		ID:     "card.empty-answer",
		Title:  "the n-th answer has no status word: no byte at all, or one",
		Why:    "A frame of length zero is what some drivers hand up for a lost block; a virtual reader's driver hangs on it, others index before the beginning.",
		Params: []Param{nth(2, "exchange"), number("bytes", 0, 0, 1, "how many bytes of the answer arrive")},
		Owes:   unreadable("says that the card cannot be read"),
	},
	With: func(f *Fault, v Values) {
		f.Wire = at(v["n"], func(ctx context.Context, next Link, command []byte) ([]byte, error) {
			response, err := next(ctx, command)
			return response[:min(v["bytes"], len(response))], err
		})
	},
}
