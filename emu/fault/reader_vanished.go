package fault

import "context"

// vanishAt is the command before which the reader goes: late enough that a
// program has begun to use the card.
const vanishAt = 3

// readerVanished is a USB cable pulled out.
var readerVanished = Fault{
	Info: Info{
		ID:    "reader.vanished",
		Title: "the reader is unplugged before the third command and stays away",
		Why:   "A broken bench, not a broken product: a run with it is inconclusive.",
		Owes:  Owes{Text: "the bench is broken: a run with it is inconclusive"},
		Bench: true,
	},
	Wire: func(next Link) Link {
		n := 0
		return func(ctx context.Context, command []byte) ([]byte, error) {
			if n++; n >= vanishAt {
				return nil, ErrReader
			}
			return next(ctx, command)
		}
	},
}
