package fault

import (
	"context"
	"time"
)

// slow answers late and rightly.
var slow = Fault{
	Info: Info{
		ID:     "card.slow",
		Title:  "every answer comes late",
		Why:    "Old chips and contactless couplers take their time, a virtual reader waits eight seconds without complaint, and a client with a short timeout of its own gives up a good card.",
		Params: []Param{number("ms", 30, 1, 60000, "milliseconds before each answer"), each("exchange")},
		Owes:   nothing("only later"),
	},
	With: func(f *Fault, v Values) {
		delay := time.Duration(v["ms"]) * time.Millisecond
		f.Wire = at(v["n"], func(ctx context.Context, next Link, command []byte) ([]byte, error) {
			select {
			case <-time.After(delay):
				return next(ctx, command)
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		})
	},
}
