package fault

import "context"

// t06CExecutes has moved on when the command comes again.
var t06CExecutes = Fault{
	Info: Info{
		ID:       "card.t0-6c-executes",
		Title:    "after 6Cxx the repeated command is answered 6985: the first one was carried out",
		Why:      "A 6Cxx must be without effect; a card that carries the command out first cannot do so twice.",
		Owes:     Owes{Status: "CARD_UNREADABLE", Except: map[string]string{"piv": "OK"}, Text: "from AuthentIC it reads nothing and says so; of PIV it asks for no length the card corrects, and signs in"},
		Protocol: "T=0",
	},
	Wire: func(next Link) Link {
		corrected := false
		return func(ctx context.Context, command []byte) ([]byte, error) {
			response, err := next(ctx, command)
			if corrected && err == nil {
				corrected = false
				return []byte{0x69, 0x85}, nil
			}
			corrected = err == nil && len(response) == 2 && response[0] == 0x6C
			return response, err
		}
	},
}
