package fault

// CardSubUnchecked is the fault provider.card-sub-unchecked: the UUID claimed counts, not the one in the certificate.
var CardSubUnchecked = Info{
	ID:    "provider.card-sub-unchecked",
	Title: "The UUID claimed counts, not the one in the certificate",
	Why:   "A name in a signed claim looks trustworthy.",
	Owes:  lax("PROTOCOL section 6"),
	At:    []string{Assertion},
}
