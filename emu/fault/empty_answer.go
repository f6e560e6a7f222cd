package fault

import "context"

// emptyAnswer has neither data nor status word.
var emptyAnswer = Fault{
	Info: Info{
		ID:     "card.empty-answer",
		Title:  "the n-th answer has no bytes at all",
		Why:    "A frame of length zero is what some drivers hand up for a lost block; a virtual reader's driver hangs on it, others index before the beginning.",
		Params: []Param{nth(2, "exchange")},
		Owes:   unreadable("says that the card cannot be read"),
	},
	With: func(f *Fault, v Values) {
		f.Wire = at(v["n"], func(context.Context, Link, []byte) ([]byte, error) { return []byte{}, nil })
	},
}
