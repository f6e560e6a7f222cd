package fault

import "context"

// readerVanished is a USB cable pulled out.
var readerVanished = Fault{
	Info: Info{
		ID:     "reader.vanished",
		Title:  "the reader is unplugged before the n-th command and stays away",
		Why:    "A broken bench, not a broken product: a run with it is inconclusive.",
		Params: []Param{nth(3, "command")},
		Owes:   Owes{Text: "the bench is broken: a run with it is inconclusive"},
		Bench:  true,
	},
	With: func(f *Fault, v Values) { f.Wire = from(v["n"], ErrReader) },
}

// from fails every exchange from the n-th on.
func from(n int, failure error) func(Link) Link {
	return func(next Link) Link {
		seen := 0
		return func(ctx context.Context, command []byte) ([]byte, error) {
			if seen++; seen >= n {
				return nil, failure
			}
			return next(ctx, command)
		}
	}
}
