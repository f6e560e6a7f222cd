package fault

// AssertionClaimsUnchecked is the fault provider.assertion-claims-unchecked: of a client assertion only the signature is looked at.
var AssertionClaimsUnchecked = Info{
	ID:    "provider.assertion-claims-unchecked",
	Title: "Of a client assertion only the signature is looked at",
	Why:   "A signature feels like enough.",
	Owes:  lax("RFC 7523 section 3"),
	At:    []string{Token, PAR, Introspect, Revoke},
}
