package fault

// tokenTypeCase is the fault provider.token-type-case: token_type is written in small letters.
var tokenTypeCase = Info{
	ID:     "provider.token-type-case",
	Title:  "token_type is written in small letters",
	Why:    "Many providers do; it is not case-sensitive.",
	Source: "RFC 6749 section 5.1",
	RPTest: "fapi2-security-profile-final-client-test-token-type-case-insensitivity",
	Owes:   survive("accept it"),
	At:     []string{Token},
	Answer: func(_ *Call, a *Answer) { a.edit(func(m map[string]any) { m["token_type"] = "bearer" }) },
}
