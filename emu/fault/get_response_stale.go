package fault

import "context"

// getResponseStale hands out sixteen bytes of an old buffer.
var getResponseStale = Fault{
	Info: Info{
		ID:    "card.get-response-stale",
		Title: "GET RESPONSE with nothing pending gives old bytes",
		Why:   "A card that does not clear its buffer shows one program what it told the last one.",
		Owes:  nothing("as it fetches only what was announced"),
	},
	Wire: func(next Link) Link {
		return func(ctx context.Context, command []byte) ([]byte, error) {
			response, err := next(ctx, command)
			if err == nil && len(command) == 5 && command[1] == 0xC0 && refused(response) {
				return append(make([]byte, 16), 0x90, 0x00), nil
			}
			return response, err
		}
	},
}

// refused reports whether a response is nothing but the status word of an
// error: not 61xx, nor 6Cxx, which ask for a repeat.
func refused(response []byte) bool {
	return len(response) == 2 && !good(response) && response[0] != 0x61 && response[0] != 0x6C
}
