package fault

// jwksDuplicateKid is the fault provider.jwks-duplicate-kid: two keys have one name.
var jwksDuplicateKid = Info{
	ID:     "provider.jwks-duplicate-kid",
	Title:  "Two keys have one name",
	Why:    "A key was renewed under its old name.",
	Source: "RFC 7517 section 4.5",
	Owes:   survive("try both"),
	At:     []string{JWKS},
	Answer: func(c *Call, a *Answer) {
		a.keys(func(list []any) []any {
			_, kid := c.Key(c.Alg)
			return append([]any{c.strange(c.Alg, kid)}, list...)
		})
	},
}
