package fault

// AssertionKeyUnchecked is the fault provider.assertion-key-unchecked: the signature of a client assertion is not looked at.
var AssertionKeyUnchecked = Info{
	ID:    "provider.assertion-key-unchecked",
	Title: "The signature of a client assertion is not looked at",
	Why:   "Mocks read the claims without the keys.",
	Owes:  lax("RFC 7523 section 3 item 9"),
	At:    []string{Token, PAR, Introspect, Revoke},
}
