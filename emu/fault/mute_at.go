package fault

import "context"

// muteAt hangs once; the next command is answered again.
var muteAt = Fault{
	Info: Info{
		ID:     "card.mute-at",
		Title:  "the n-th command is never answered",
		Why:    "A card that waits for something inside, or an answer of zero bytes, blocks a virtual reader's driver for ever: it has no timeout anywhere.",
		Params: []Param{nth(4, "exchange")},
		Owes:   unreadable("gives the card up after its own time and says that it cannot be read"),
	},
	With: func(f *Fault, v Values) {
		f.Wire = at(v["n"], func(context.Context, Link, []byte) ([]byte, error) { return nil, ErrMute })
	},
}
