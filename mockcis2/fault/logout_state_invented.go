package fault

import "net/url"

// logoutStateInvented is the fault provider.logout-state-invented: the way back from signing out has a state that nobody sent.
var logoutStateInvented = Info{
	ID:    "provider.logout-state-invented",
	Title: "The way back from signing out has a state that nobody sent",
	Why:   "A template has it in it.",
	Owes:  noticed("ignore it"),
	At:    []string{Logout},
	Out: func(x *Exchange) {
		if to, err := url.Parse(x.Header.Get("Location")); err == nil && to.Host != "" && !to.Query().Has("state") {
			to.RawQuery = "state=none-was-sent"
			x.Header.Set("Location", to.String())
		}
	},
}
