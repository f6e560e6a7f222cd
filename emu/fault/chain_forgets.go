package fault

import "context"

// chainForgets keeps only the last part of a chain.
var chainForgets = Fault{
	Info: Info{
		ID:    "card.chain-forgets",
		Title: "every part of a chained command but the last is answered 9000 and lost",
		Why:   "A card that ignores the chaining bit takes the last part for the whole.",
		Owes:  Owes{Status: "CARD_UNREADABLE", Except: map[string]string{"authentic": "OK"}, Text: "from PIV it gets no signature and says that the card cannot be read; AuthentIC needs no chain to sign in"},
	},
	Wire: func(next Link) Link {
		return func(ctx context.Context, command []byte) ([]byte, error) {
			if len(command) > 4 && command[0]&0x10 != 0 && command[0]&0xE0 == 0 {
				return []byte{0x90, 0x00}, nil
			}
			return next(ctx, command)
		}
	},
}
