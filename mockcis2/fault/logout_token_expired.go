package fault

// logoutTokenExpired is the fault provider.logout-token-expired: the logout token ended an hour ago.
var logoutTokenExpired = Info{
	ID:          "provider.logout-token-expired",
	Title:       "The logout token ended an hour ago",
	Why:         "A queue in front of the application is emptied late.",
	Source:      "OpenID Connect Back-Channel Logout 1.0 section 2.6, 3",
	Owes:        survive("refuse with 400; the session goes on"),
	At:          []string{Backchannel},
	LogoutToken: func(_ *Call, t *JWT) { later(t.Claims, "iat", -3600); later(t.Claims, "exp", -3600) },
}
