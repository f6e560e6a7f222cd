package fault

// logoutTokenAsIDToken is the fault provider.logout-token-as-id-token: the token says that it is a logout token.
var logoutTokenAsIDToken = Info{
	ID:     "provider.logout-token-as-id-token",
	Title:  "The token says that it is a logout token",
	Why:    "One token is taken for another where one key signs both.",
	Source: "RFC 8725 section 3.11",
	Owes:   refuse("refuse: typ says what a token is for"),
	At:     []string{Token},
	Sealed: func(c *Call, t *JWT) { t.Header["typ"] = "logout+jwt" },
}
