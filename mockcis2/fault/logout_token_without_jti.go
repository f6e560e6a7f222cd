package fault

// logoutTokenWithoutJti is the fault provider.logout-token-without-jti: the logout token has no jti.
var logoutTokenWithoutJti = Info{
	ID:          "provider.logout-token-without-jti",
	Title:       "The logout token has no jti",
	Why:         "It is left out where nobody looks for replays.",
	Source:      "OpenID Connect Back-Channel Logout 1.0 section 2.4",
	Owes:        survive("refuse with 400: it could be played again and again; the session goes on"),
	At:          []string{Backchannel},
	LogoutToken: func(_ *Call, t *JWT) { delete(t.Claims, "jti") },
}
