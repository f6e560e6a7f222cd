package fault

// jwksStrangeKeys is the fault provider.jwks-strange-keys: keys of kinds nobody knows are among the others.
var jwksStrangeKeys = Info{
	ID:     "provider.jwks-strange-keys",
	Title:  "Keys of kinds nobody knows are among the others",
	Why:    "New kinds of keys come, post-quantum ones first.",
	Source: "RFC 7517 section 5",
	Owes:   survive("ignore them"),
	At:     []string{JWKS},
	Answer: func(_ *Call, a *Answer) {
		a.keys(func(list []any) []any {
			strange := map[string]any{"kty": "LATTICE", "kid": "strange", "use": "sig", "alg": "ML-DSA-65", "pub": "AAAA"}
			return append([]any{strange}, list...)
		})
	},
}
