package fault

// RS512Refused is the fault provider.rs512-refused: client assertions with RS512 are refused.
var RS512Refused = Info{
	ID:    "provider.rs512-refused",
	Title: "Client assertions with RS512 are refused",
	Why:   "Libraries often allow RS256 alone.",
	Owes:  lax("NHS CIS2 client authentication"),
	At:    []string{Token, PAR, Introspect, Revoke},
}
