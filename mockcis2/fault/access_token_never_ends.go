package fault

// AccessTokenNeverEnds is the fault provider.access-token-never-ends: an access token does not expire.
var AccessTokenNeverEnds = Info{
	ID:    "provider.access-token-never-ends",
	Title: "An access token does not expire",
	Why:   "Mocks keep tokens for ever.",
	Owes:  lax("RFC 6749 section 5.1"),
	At:    []string{UserInfo, Introspect},
}
