package fault

// KeyWithoutUse is the fault provider.key-without-use: the published keys do not say what they are for.
var KeyWithoutUse = Info{
	ID:    "provider.key-without-use",
	Title: "The published keys do not say what they are for",
	Why:   "use is optional in RFC 7517, and many leave it out.",
	Owes:  lax("RFC 7517 section 4.2"),
	At:    []string{JWKS},
}
