package fault

// logoutTokenTwice is the fault provider.logout-token-twice: the logout token is sent twice.
var logoutTokenTwice = Info{
	ID:       "provider.logout-token-twice",
	Title:    "The logout token is sent twice",
	Why:      "An answer was lost, and the sender tries again.",
	Source:   "OpenID Connect Back-Channel Logout 1.0 section 2.5",
	Owes:     refuse("end the session at the first, and let the second do no harm"),
	At:       []string{Backchannel},
	Delivery: func(_ *Call, d *Delivery) { d.Times = 2 },
}
