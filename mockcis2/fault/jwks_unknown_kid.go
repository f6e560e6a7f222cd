package fault

// jwksUnknownKid is the fault provider.jwks-unknown-kid: the published key has another name.
var jwksUnknownKid = Info{
	ID:     "provider.jwks-unknown-kid",
	Title:  "The published key has another name",
	Why:    "Names of keys are made up at every start.",
	Source: "OpenID Connect Core section 10.1",
	Owes:   refuse("refuse after fetching the keys once more"),
	At:     []string{JWKS},
	Answer: func(_ *Call, a *Answer) { a.each(func(key map[string]any) { key["kid"] = "renamed" }) },
}
