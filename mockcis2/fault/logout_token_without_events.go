package fault

// logoutTokenWithoutEvents is the fault provider.logout-token-without-events: the logout token has no events.
var logoutTokenWithoutEvents = Info{
	ID:          "provider.logout-token-without-events",
	Title:       "The logout token has no events",
	Why:         "An ID token is sent instead: both are JWTs of one issuer.",
	Source:      "OpenID Connect Back-Channel Logout 1.0 section 2.6, 5",
	Owes:        survive("refuse with 400: it is no logout token; the session goes on"),
	At:          []string{Backchannel},
	LogoutToken: func(_ *Call, t *JWT) { delete(t.Claims, "events") },
}
