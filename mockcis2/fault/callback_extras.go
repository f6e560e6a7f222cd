package fault

import "net/url"

// callbackExtras is the fault provider.callback-extras: the redirect has parameters nobody knows.
var callbackExtras = Info{
	ID:     "provider.callback-extras",
	Title:  "The redirect has parameters nobody knows",
	Why:    "Session state, tracking and what the next release adds.",
	Source: "RFC 6749 section 4.1.2",
	Owes:   survive("ignore them"),
	At:     []string{Callback},
	Answer: func(_ *Call, a *Answer) {
		a.home(func(q url.Values) { q.Set("session_state", "x.y"); q.Set("scope", "openid"); q.Set("utm_source", "") })
	},
}
