package fault

// AssertionAudUnchecked is the fault provider.assertion-aud-unchecked: a client assertion for anybody is accepted.
var AssertionAudUnchecked = Info{
	ID:    "provider.assertion-aud-unchecked",
	Title: "A client assertion for anybody is accepted",
	Why:   "Most providers are lenient about aud.",
	Owes:  lax("RFC 7523 section 3"),
	At:    []string{Token, PAR, Introspect, Revoke},
}
