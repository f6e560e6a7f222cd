package fault

// logoutTokenWrongKey is the fault provider.logout-token-wrong-key: the logout token is signed by an unpublished key.
var logoutTokenWrongKey = Info{
	ID:          "provider.logout-token-wrong-key",
	Title:       "The logout token is signed by an unpublished key",
	Why:         "Anybody who can reach the address signs people out.",
	Source:      "OpenID Connect Back-Channel Logout 1.0 section 2.6, 2",
	Owes:        survive("refuse with 400 after fetching the keys once more; the session goes on"),
	At:          []string{Backchannel},
	LogoutToken: func(c *Call, t *JWT) { t.byStray(c, "not-published") },
}
