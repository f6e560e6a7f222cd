package fault

import "context"

// removedBeforeSign leaves a verified passcode and no card to use it on.
var removedBeforeSign = Fault{
	Info: Info{
		ID:    "card.removed-before-sign",
		Title: "the card is pulled out right after the first right passcode",
		Why:   "The moment between passcode and signature must not leave a half-finished sign-in.",
		Owes:  Owes{Status: "CARD_REMOVED", Text: "says that the card was taken out too early; nobody is signed in"},
	},
	Wire: func(next Link) Link {
		verified, done := false, false
		return func(ctx context.Context, command []byte) ([]byte, error) {
			if verified && !done {
				done = true
				return nil, ErrRemoved
			}
			response, err := next(ctx, command)
			if len(command) > 5 && command[1] == 0x20 && good(response) {
				verified = true
			}
			return response, err
		}
	},
}
