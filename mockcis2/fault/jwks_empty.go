package fault

// jwksEmpty is the fault provider.jwks-empty: no key is published.
var jwksEmpty = Info{
	ID:     "provider.jwks-empty",
	Title:  "No key is published",
	Why:    "A store of keys was not mounted.",
	Source: "OpenID Connect Core section 10.1",
	Owes:   refuse("refuse the ID token: nothing verifies it"),
	At:     []string{JWKS},
	Answer: func(_ *Call, a *Answer) { a.keys(func([]any) []any { return []any{} }) },
}
