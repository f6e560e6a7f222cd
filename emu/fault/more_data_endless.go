package fault

import "context"

// moreDataEndless promises more data for ever.
var moreDataEndless = Fault{
	Info: Info{
		ID:    "card.more-data-endless",
		Title: "after the first long answer there is always more to fetch",
		Why:   "A broken or hostile card must not keep a program fetching for ever.",
		Owes:  unreadable("stops fetching and says that the card cannot be read"),
	},
	Wire: func(next Link) Link {
		return func(ctx context.Context, command []byte) ([]byte, error) {
			if len(command) == 5 && command[1] == 0xC0 {
				return append(make([]byte, 16), 0x61, 0x10), nil
			}
			response, err := next(ctx, command)
			if err == nil && len(response) > 64 {
				response[len(response)-2], response[len(response)-1] = 0x61, 0x10
			}
			return response, err
		}
	},
}
