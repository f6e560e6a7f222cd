package fault

import "net/url"

// StateInvented is the fault provider.state-invented: the redirect has a state though none was sent.
var StateInvented = Info{
	ID:     "provider.state-invented",
	Title:  "The redirect has a state though none was sent",
	Why:    "Older libraries insist on one, and the provider makes one up.",
	MustDo: "ignore it",
	Out: func(x *Exchange) {
		x.Home(func(q url.Values) {
			if !q.Has("state") {
				q.Set("state", "none-was-sent")
			}
		})
	},
}
