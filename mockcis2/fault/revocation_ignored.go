package fault

// RevocationIgnored is the fault provider.revocation-ignored: revoked cards are accepted.
var RevocationIgnored = Info{
	ID:    "provider.revocation-ignored",
	Title: "Revoked cards are accepted",
	Why:   "Revocation lists that cannot be fetched are often ignored.",
	Owes:  lax("PROTOCOL section 6"),
	At:    []string{Assertion},
}
