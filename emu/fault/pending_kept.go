package fault

import "context"

// pendingKept keeps the rest of an answer for whoever asks.
var pendingKept = Fault{
	Info: Info{
		ID:    "card.pending-kept",
		Title: "GET RESPONSE gives the rest of an answer after other commands too",
		Why:   "One program fetches what was meant for another.",
		Owes:  nothing("as it fetches an answer whole, and at once"),
	},
	Wire: func(next Link) Link {
		var kept []byte
		return func(ctx context.Context, command []byte) ([]byte, error) {
			if len(command) == 5 && command[1] == 0xC0 && len(kept) > 0 {
				n := min(int(command[4]), len(kept))
				if command[4] == 0 {
					n = min(256, len(kept))
				}
				piece := append([]byte(nil), kept[:n]...)
				kept = kept[n:]
				return append(piece, announce(len(kept))...), nil
			}
			response, err := next(ctx, command)
			if n := len(response); err == nil && n >= 2 && response[n-2] == 0x61 {
				kept, err = rest(ctx, next, response[n-1])
			}
			return response, err
		}
	},
}

// announce is the status word that leaves n bytes to fetch.
func announce(n int) []byte {
	switch {
	case n == 0:
		return []byte{0x90, 0x00}
	case n >= 256:
		return []byte{0x61, 0x00}
	}
	return []byte{0x61, byte(n)}
}

// rest fetches all that a card has left to say.
func rest(ctx context.Context, next Link, more byte) ([]byte, error) {
	var out []byte
	for range 64 {
		response, err := next(ctx, []byte{0, 0xC0, 0, 0, more})
		n := len(response)
		if err != nil || n < 2 {
			return out, err
		}
		out = append(out, response[:n-2]...)
		if response[n-2] != 0x61 {
			break
		}
		more = response[n-1]
	}
	return out, nil
}
