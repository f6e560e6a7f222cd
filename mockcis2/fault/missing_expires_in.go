package fault

// missingExpiresIn is the fault provider.missing-expires-in: the answer does not say when the access token ends.
var missingExpiresIn = Info{
	ID:     "provider.missing-expires-in",
	Title:  "The answer does not say when the access token ends",
	Why:    "It is only recommended.",
	Source: "RFC 6749 section 5.1",
	RPTest: "fapi2-security-profile-final-client-test-token-endpoint-response-without-expires_in",
	Owes:   survive("accept it"),
	At:     []string{Token},
	Answer: func(_ *Call, a *Answer) { a.edit(func(m map[string]any) { delete(m, "expires_in") }) },
}
