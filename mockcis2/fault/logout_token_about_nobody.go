package fault

// logoutTokenAboutNobody is the fault provider.logout-token-about-nobody: the logout token has neither sid nor sub.
var logoutTokenAboutNobody = Info{
	ID:     "provider.logout-token-about-nobody",
	Title:  "The logout token has neither sid nor sub",
	Why:    "A claim mapping leaves both out.",
	Source: "OpenID Connect Back-Channel Logout 1.0 section 2.6, 4",
	Owes:   survive("refuse with 400; no session ends, and not all of them either"),
	At:     []string{Backchannel},
	LogoutToken: func(_ *Call, t *JWT) {
		delete(t.Claims, "sid")
		delete(t.Claims, "sub")
	},
}
