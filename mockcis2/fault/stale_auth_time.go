package fault

import "time"

// staleAuthTime is the fault provider.stale-auth-time: the person signed in ten hours ago.
var staleAuthTime = Info{
	ID:      "provider.stale-auth-time",
	Title:   "The person signed in ten hours ago",
	Why:     "prompt and max_age travel through the browser, where a person can change them.",
	Source:  "OpenID Connect Core section 3.1.3.7, 13",
	Owes:    refuse("refuse: auth_time must be within the max_age that was sent"),
	At:      []string{Token},
	IDToken: func(c map[string]any, _ time.Time) { later(c, "auth_time", -36000) },
}
