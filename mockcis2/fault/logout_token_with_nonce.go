package fault

// logoutTokenWithNonce is the fault provider.logout-token-with-nonce: the logout token has a nonce.
var logoutTokenWithNonce = Info{
	ID:          "provider.logout-token-with-nonce",
	Title:       "The logout token has a nonce",
	Why:         "An ID token is dressed up as one.",
	Source:      "OpenID Connect Back-Channel Logout 1.0 section 2.6, 6",
	Owes:        survive("refuse with 400: a logout token has none; the session goes on"),
	At:          []string{Backchannel},
	LogoutToken: func(_ *Call, t *JWT) { t.Claims["nonce"] = "a-nonce-that-must-not-be-here" },
}
