package fault

import "context"

// piecesLoseByte loses a byte at each step.
var piecesLoseByte = Fault{
	Info: Info{
		ID:    "card.pieces-lose-byte",
		Title: "GET RESPONSE leaves out one byte each time",
		Why:   "An error by one in a card's buffer shows only where an answer comes in pieces.",
		Owes:  Owes{Status: "CARD_UNREADABLE", Except: map[string]string{"authentic T=1": "OK"}, Text: "says that the card cannot be read; AuthentIC on T=1 is read without GET RESPONSE and signs in"},
	},
	Wire: func(next Link) Link {
		return func(ctx context.Context, command []byte) ([]byte, error) {
			response, err := next(ctx, command)
			if err == nil && len(command) == 5 && command[1] == 0xC0 && len(response) > 2 {
				return response[1:], nil
			}
			return response, err
		}
	},
}
