package fault

import "context"

// removedAt lets a test sweep the moment of removal over a whole conversation.
var removedAt = Fault{
	Info: Info{
		ID:     "card.removed-at",
		Title:  "the card is pulled out at the n-th exchange",
		Why:    "People pull the card whenever they like; a virtual reader that loses its card mid-command reports \"unknown data received\" and then an empty slot.",
		Params: []Param{nth(7, "exchange")},
		Owes:   Owes{Status: "CARD_REMOVED", Text: "the sign-in ends at once and says that the card was taken out too early"},
	},
	With: func(f *Fault, v Values) {
		f.Wire = at(v["n"], func(context.Context, Link, []byte) ([]byte, error) { return nil, ErrRemoved })
	},
}
