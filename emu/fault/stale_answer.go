package fault

import "context"

// staleAnswer repeats itself.
var staleAnswer = Fault{
	Info: Info{
		ID:     "card.stale-answer",
		Title:  "the n-th command gets the answer of the one before",
		Why:    "A reader driver that lost step, or a block that was sent twice, hands out the previous answer; it is well formed and wrong.",
		Params: []Param{nth(3, "exchange")},
		Owes:   unreadable("says that the card cannot be read"),
	},
	With: func(f *Fault, v Values) {
		f.Wire = func(next Link) Link {
			count, last := turn{n: max(v["n"], 2)}, []byte(nil)
			return func(ctx context.Context, command []byte) ([]byte, error) {
				response, err := next(ctx, command)
				if count.now() && err == nil {
					return append([]byte(nil), last...), nil
				}
				last = append([]byte(nil), response...)
				return response, err
			}
		}
	},
}
