package fault

// logoutTokenAlgNone is the fault provider.logout-token-alg-none: the logout token is not signed.
var logoutTokenAlgNone = Info{
	ID:          "provider.logout-token-alg-none",
	Title:       "The logout token is not signed",
	Why:         "A library takes the algorithm from the token.",
	Source:      "OpenID Connect Back-Channel Logout 1.0 section 2.6, 2; RFC 8725 section 3.1",
	Owes:        survive("refuse with 400: RS256 was agreed; the session goes on"),
	At:          []string{Backchannel},
	LogoutToken: func(_ *Call, t *JWT) { t.Sign, t.Header = nil, map[string]any{"alg": "none", "typ": t.Header["typ"]} },
}
