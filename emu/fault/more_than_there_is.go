package fault

import "context"

// moreThanThereIs always announces 256 bytes.
var moreThanThereIs = Fault{
	Info: Info{
		ID:    "card.more-than-there-is",
		Title: "whatever is left to fetch is announced as 6100, 256 bytes or more",
		Why:   "Cards that answer 6100 for any rest leave it to the host to find out (OpenSC #1190, #1731, node-pcsclite #84); one that counts on 256 goes on fetching.",
		Owes:  nothing("as the answer to GET RESPONSE says when it is complete"),
	},
	Wire: func(next Link) Link {
		return func(ctx context.Context, command []byte) ([]byte, error) {
			response, err := next(ctx, command)
			if n := len(response); err == nil && n >= 2 && response[n-2] == 0x61 {
				response[n-1] = 0
			}
			return response, err
		}
	},
}
