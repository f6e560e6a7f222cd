package fault

// RevocationIgnored is the fault provider.revocation-ignored: revoked cards are accepted.
var RevocationIgnored = Info{
	ID:     "provider.revocation-ignored",
	Title:  "Revoked cards are accepted",
	Why:    "Revocation lists that cannot be fetched are often ignored.",
	MustDo: "nothing; a sign-in check must notice (PROTOCOL section 6)",
}
