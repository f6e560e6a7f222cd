package fault

// logoutTokenWrongIss is the fault provider.logout-token-wrong-iss: the logout token is of another issuer.
var logoutTokenWrongIss = Info{
	ID:          "provider.logout-token-wrong-iss",
	Title:       "The logout token is of another issuer",
	Why:         "Test and live are mixed up behind one address.",
	Source:      "OpenID Connect Back-Channel Logout 1.0 section 2.6, 3",
	Owes:        survive("refuse with 400; the session goes on"),
	At:          []string{Backchannel},
	LogoutToken: func(_ *Call, t *JWT) { t.Claims["iss"] = "https://am.elsewhere.test/openam/oauth2" },
}
