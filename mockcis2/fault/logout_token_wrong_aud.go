package fault

// logoutTokenWrongAud is the fault provider.logout-token-wrong-aud: the logout token is for another application.
var logoutTokenWrongAud = Info{
	ID:          "provider.logout-token-wrong-aud",
	Title:       "The logout token is for another application",
	Why:         "A token of one application is sent on to another.",
	Source:      "OpenID Connect Back-Channel Logout 1.0 section 2.6, 3",
	Owes:        survive("refuse with 400; the session goes on"),
	At:          []string{Backchannel},
	LogoutToken: func(_ *Call, t *JWT) { t.Claims["aud"] = "somebody-else.apps.national" },
}
