package fault

import "context"

// restartsBeforeSign is a dip in the supply when the crypto processor starts.
var restartsBeforeSign = Fault{
	Info: Info{
		ID:     "card.restarts-before-sign",
		Title:  "the card restarts by itself before its n-th signature and has forgotten the passcode",
		Why:    "A worn contact or a weak reader lets the supply dip under the load of RSA; the reader notices nothing and the key wants the passcode again.",
		Params: []Param{nth(1, "signature")},
		Owes:   unreadable("says that the card cannot be read; the passcode is not shown a second time"),
	},
	With: func(f *Fault, v Values) {
		f.Wire = func(next Link) Link {
			count := turn{n: v["n"]}
			return func(ctx context.Context, command []byte) ([]byte, error) {
				if signs(command) && count.now() {
					return nil, ErrRestart
				}
				return next(ctx, command)
			}
		}
	},
}
