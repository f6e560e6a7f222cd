package fault

import "time"

// RequestStale is the fault provider.request-stale: the request ended ten minutes ago.
var RequestStale = Info{
	ID:    "provider.request-stale",
	Title: "The request ended ten minutes ago",
	Why:   "An old request is replayed.",
	Owes:  agent("refuse with REQUEST_REFUSED before asking anybody"),
	At:    []string{Request},
	Request: func(c map[string]any, now time.Time) {
		c["iat"] = now.Add(-20 * time.Minute).Unix()
		c["exp"] = now.Add(-10 * time.Minute).Unix()
	},
}
