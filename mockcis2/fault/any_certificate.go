package fault

// AnyCertificate is the fault provider.any-certificate: the signing certificate signs people in.
var AnyCertificate = Info{
	ID:    "provider.any-certificate",
	Title: "The signing certificate signs people in",
	Why:   "Both certificates of a card chain to the same root.",
	Owes:  lax("PROTOCOL section 6"),
	At:    []string{Assertion},
}
