package fault

import "net/url"

// stateShortened is the fault provider.state-shortened: a state is cut after 64 characters.
var stateShortened = Info{
	ID:    "provider.state-shortened",
	Title: "A state is cut after 64 characters",
	Why:   "A database column is that wide.",
	Owes:  noticed("refuse the callback"),
	At:    []string{Callback},
	Out: func(x *Exchange) {
		x.Home(func(q url.Values) {
			if state := q.Get("state"); len(state) > 64 {
				q.Set("state", state[:64])
			}
		})
	},
}
