package fault

import "time"

// logoutTokenLate is the fault provider.logout-token-late: the logout token is sent when it has ended.
var logoutTokenLate = Info{
	ID:       "provider.logout-token-late",
	Title:    "The logout token is sent when it has ended",
	Why:      "A queue is stuck; the provider tries again for hours.",
	Source:   "OpenID Connect Back-Channel Logout 1.0 section 2.5",
	Owes:     survive("refuse with 400 what has ended, and end sessions by its own clock too"),
	At:       []string{Backchannel},
	Params:   []Param{milliseconds(180_000, "how late")},
	Delivery: func(c *Call, d *Delivery) { d.After = time.Duration(c.values.number("ms")) * time.Millisecond },
}
