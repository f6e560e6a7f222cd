package fault

import "context"

// chainKept never gives a chain up.
var chainKept = Fault{
	Info: Info{
		ID:    "card.chain-kept",
		Title: "a chain goes on after other commands in between",
		Why:   "Data of an abandoned command becomes part of the next one, perhaps another program's.",
		Owes:  nothing("as it leaves no chain unfinished"),
	},
	Wire: func(next Link) Link {
		var parts [][]byte
		return func(ctx context.Context, command []byte) ([]byte, error) {
			response, err := next(ctx, command)
			switch {
			case len(command) < 4 || err != nil:
			case command[0]&0x10 != 0:
				parts = append(parts, append([]byte(nil), command...))
			case len(parts) > 0 && command[1] == parts[0][1]:
				parts = nil
			default:
				for _, p := range parts {
					if _, err := next(ctx, p); err != nil {
						return nil, err
					}
				}
			}
			return response, err
		}
	},
}
