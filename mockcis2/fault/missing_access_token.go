package fault

// missingAccessToken is the fault provider.missing-access-token: there is no access token.
var missingAccessToken = Info{
	ID:     "provider.missing-access-token",
	Title:  "There is no access token",
	Why:    "Home-made providers know ID tokens only.",
	Source: "RFC 6749 section 5.1",
	Owes:   refuse("refuse: the answer is malformed"),
	At:     []string{Token},
	Answer: func(_ *Call, a *Answer) { a.edit(func(m map[string]any) { delete(m, "access_token") }) },
}
