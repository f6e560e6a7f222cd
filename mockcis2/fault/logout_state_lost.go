package fault

import "net/url"

// logoutStateLost is the fault provider.logout-state-lost: the way back from signing out has no state.
var logoutStateLost = Info{
	ID:    "provider.logout-state-lost",
	Title: "The way back from signing out has no state",
	Why:   "The parameter is optional, and was forgotten.",
	Owes:  noticed("not rely on it"),
	At:    []string{Logout},
	Out: func(x *Exchange) {
		if to, err := url.Parse(x.Header.Get("Location")); err == nil && to.Host != "" {
			to.RawQuery = ""
			x.Header.Set("Location", to.String())
		}
	},
}
