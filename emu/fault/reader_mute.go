package fault

import "context"

// readerMute stops answering and stays plugged in.
var readerMute = Fault{
	Info: Info{
		ID:    "reader.mute",
		Title: "the reader stops answering at the third command",
		Why:   "A reader that hangs, as some do after sleep: a run with it is inconclusive.",
		Owes:  Owes{Text: "the bench is broken: a run with it is inconclusive"},
		Bench: true,
	},
	Wire: func(next Link) Link {
		n := 0
		return func(ctx context.Context, command []byte) ([]byte, error) {
			if n++; n >= vanishAt {
				return nil, ErrMute
			}
			return next(ctx, command)
		}
	},
}
