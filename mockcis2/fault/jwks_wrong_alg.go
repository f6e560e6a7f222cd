package fault

// jwksWrongAlg is the fault provider.jwks-wrong-alg: the published key is for another algorithm.
var jwksWrongAlg = Info{
	ID:     "provider.jwks-wrong-alg",
	Title:  "The published key is for another algorithm",
	Why:    "Rows were swapped in a table.",
	Source: "RFC 7517 section 4.4",
	Owes:   refuse("refuse: a key is for one algorithm"),
	At:     []string{JWKS},
	Answer: func(_ *Call, a *Answer) { a.each(func(key map[string]any) { key["alg"] = "RS512" }) },
}
