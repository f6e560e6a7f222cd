package fault

// logoutTokenNeverSent is the fault provider.logout-token-never-sent: the logout token is never sent.
var logoutTokenNeverSent = Info{
	ID:       "provider.logout-token-never-sent",
	Title:    "The logout token is never sent",
	Why:      "A firewall lets nothing out; real providers try once.",
	Source:   "OpenID Connect Back-Channel Logout 1.0 section 2.5",
	Owes:     survive("end sessions by its own clock too"),
	At:       []string{Backchannel},
	Delivery: func(_ *Call, d *Delivery) { d.Times = 0 },
}
