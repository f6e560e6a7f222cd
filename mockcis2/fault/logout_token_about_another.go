package fault

// logoutTokenAboutAnother is the fault provider.logout-token-about-another: the logout token is about another session of another person.
var logoutTokenAboutAnother = Info{
	ID:          "provider.logout-token-about-another",
	Title:       "The logout token is about another session of another person",
	Why:         "Two sessions are mixed up in the provider's store.",
	Source:      "OpenID Connect Back-Channel Logout 1.0 section 2.7",
	Owes:        survive("end no session but the one that is named"),
	At:          []string{Backchannel},
	LogoutToken: func(_ *Call, t *JWT) { t.Claims["sid"], t.Claims["sub"] = "another-session", "555999999999" },
}
