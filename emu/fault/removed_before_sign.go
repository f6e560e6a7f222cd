package fault

import "context"

// removedBeforeSign leaves a verified passcode and no card to use it on.
var removedBeforeSign = Fault{
	Info: Info{
		ID:     "card.removed-before-sign",
		Title:  "the card is pulled out right after the n-th right passcode",
		Why:    "The moment between passcode and signature must not leave a half-finished sign-in.",
		Params: []Param{nth(1, "right passcode")},
		Owes:   Owes{Status: "CARD_REMOVED", Text: "says that the card was taken out too early; nobody is signed in"},
	},
	With: func(f *Fault, v Values) {
		f.Wire = func(next Link) Link {
			count, leave := turn{n: v["n"]}, false
			return func(ctx context.Context, command []byte) ([]byte, error) {
				if leave {
					leave = false
					return nil, ErrRemoved
				}
				response, err := next(ctx, command)
				leave = len(command) > 5 && command[1] == 0x20 && good(response) && count.now()
				return response, err
			}
		}
	},
}
