package fault

// AssertionReplay is the fault provider.assertion-replay: a client assertion can be used again.
var AssertionReplay = Info{
	ID:    "provider.assertion-replay",
	Title: "A client assertion can be used again",
	Why:   "jti is often not remembered.",
	Owes:  lax("RFC 7523 section 3"),
	At:    []string{Token, PAR, Introspect, Revoke},
}
