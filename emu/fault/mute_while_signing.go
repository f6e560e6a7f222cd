package fault

import "context"

// muteWhileSigning makes the signature, and nobody is there to hear of it.
var muteWhileSigning = Fault{
	Info: Info{
		ID:     "card.mute-while-signing",
		Title:  "the n-th signature takes longer than anybody waits",
		Why:    "A card must ask for more time while it computes (ISO/IEC 7816-3 §11.4.3); one that does not is given up by its reader, with the passcode already shown.",
		Params: []Param{nth(1, "signature")},
		Owes:   unreadable("gives the card up after its own time, resets it, and says that it cannot be read"),
	},
	With: func(f *Fault, v Values) {
		f.Wire = func(next Link) Link {
			count := turn{n: v["n"]}
			return func(ctx context.Context, command []byte) ([]byte, error) {
				response, err := next(ctx, command)
				if err == nil && signs(command) && count.now() {
					return nil, ErrMute
				}
				return response, err
			}
		}
	},
}
