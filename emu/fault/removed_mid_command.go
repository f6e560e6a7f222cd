package fault

import "context"

// removedMidCommand: people pull the card as soon as they have typed.
var removedMidCommand = Fault{
	Info: Info{
		ID:     "card.removed-mid-command",
		Title:  "the card is pulled out while it makes its n-th signature",
		Why:    "People take the card out as soon as they have typed; a signature takes a fifth of a second.",
		Params: []Param{nth(1, "signature")},
		Owes:   Owes{Status: "CARD_REMOVED", Text: "says that the card was taken out too early; nobody is signed in"},
	},
	With: func(f *Fault, v Values) {
		f.Wire = func(next Link) Link {
			count := turn{n: v["n"]}
			return func(ctx context.Context, command []byte) ([]byte, error) {
				response, err := next(ctx, command)
				if err == nil && signs(command) && count.now() {
					return nil, ErrRemoved
				}
				return response, err
			}
		}
	},
}
