package fault

import "context"

// t0AnnouncesShort counts to 255 only.
var t0AnnouncesShort = Fault{
	Info: Info{
		ID:       "card.t0-announces-short",
		Title:    "256 bytes and more are announced by 61FF",
		Why:      "61 00 stands for 256; a card that has never sent so much may not know.",
		Owes:     nothing("as what comes says how much is left"),
		Protocol: "T=0",
	},
	Wire: func(next Link) Link {
		return func(ctx context.Context, command []byte) ([]byte, error) {
			response, err := next(ctx, command)
			if n := len(response); err == nil && n >= 2 && response[n-2] == 0x61 && response[n-1] == 0 {
				response[n-1] = 0xFF
			}
			return response, err
		}
	},
}
