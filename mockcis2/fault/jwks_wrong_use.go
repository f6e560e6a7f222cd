package fault

// jwksWrongUse is the fault provider.jwks-wrong-use: the published key is for encryption.
var jwksWrongUse = Info{
	ID:     "provider.jwks-wrong-use",
	Title:  "The published key is for encryption",
	Why:    "Rows were swapped in a table.",
	Source: "RFC 7517 section 4.2",
	Owes:   refuse("refuse: a key is for what it says"),
	At:     []string{JWKS},
	Answer: func(_ *Call, a *Answer) { a.each(func(key map[string]any) { key["use"] = "enc" }) },
}
