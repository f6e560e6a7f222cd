package fault

import "net/url"

// parFrontChannelWins is the fault provider.par-front-channel-wins: what is beside request_uri in the address counts.
var parFrontChannelWins = Info{
	ID:    "provider.par-front-channel-wins",
	Title: "What is beside request_uri in the address counts",
	Why:   "Both are merged, and the address comes last.",
	Mode:  "extended",
	Owes:  lax("RFC 9126 section 4"),
	At:    []string{Authorize},
	Out: func(x *Exchange) {
		if x.Form.Has("request_uri") && x.Form.Has("state") {
			x.Home(func(q url.Values) { q.Set("state", x.Form.Get("state")) })
		}
	},
}
