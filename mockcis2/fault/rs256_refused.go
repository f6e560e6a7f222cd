package fault

// RS256Refused is the fault provider.rs256-refused: client assertions with RS256 are refused.
var RS256Refused = Info{
	ID:    "provider.rs256-refused",
	Title: "Client assertions with RS256 are refused",
	Why:   "A provider that follows one guide to the letter takes RS512 alone.",
	Owes:  lax("NHS CIS2 client authentication"),
	At:    []string{Token, PAR, Introspect, Revoke},
}
