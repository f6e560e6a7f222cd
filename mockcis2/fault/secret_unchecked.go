package fault

// SecretUnchecked is the fault provider.secret-unchecked: any client secret is accepted.
var SecretUnchecked = Info{
	ID:    "provider.secret-unchecked",
	Title: "Any client secret is accepted",
	Why:   "Mocks take whatever secret is configured.",
	Owes:  lax("RFC 6749 section 5.2"),
	At:    []string{Token, PAR, Introspect, Revoke},
}
