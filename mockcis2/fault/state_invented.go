package fault

import "net/url"

// stateInvented is the fault provider.state-invented: the redirect has a state though none was sent.
var stateInvented = Info{
	ID:    "provider.state-invented",
	Title: "The redirect has a state though none was sent",
	Why:   "Older libraries insist on one, and the provider makes one up.",
	Owes:  noticed("ignore it"),
	At:    []string{Callback},
	Out: func(x *Exchange) {
		x.Home(func(q url.Values) {
			if !q.Has("state") {
				q.Set("state", "none-was-sent")
			}
		})
	},
}
