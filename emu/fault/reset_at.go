package fault

import "context"

// resetAt is what a second program does to the first. Through a virtual reader
// the loss of state is all there is to see: the service knows of no reset.
var resetAt = Fault{
	Info: Info{
		ID:     "card.reset-at",
		Title:  "another program resets the card at the n-th exchange",
		Why:    "Certificate propagation and a second middleware share the card, and Windows resets it after five idle seconds in a transaction (SCARD_W_RESET_CARD, OpenSC #703).",
		Params: []Param{nth(3, "exchange")},
		Owes:   nothing("as what was read before the passcode is read once more"),
	},
	With: func(f *Fault, v Values) {
		f.Wire = at(v["n"], func(context.Context, Link, []byte) ([]byte, error) { return nil, ErrReset })
	},
}
