package fault

// AnyClient is the fault provider.any-client: a client that is not registered is accepted.
var AnyClient = Info{
	ID:    "provider.any-client",
	Title: "A client that is not registered is accepted",
	Why:   "Mocks register clients on first sight.",
	Owes:  lax("RFC 6749 section 4.1.2.1"),
	At:    []string{Authorize, PAR},
}
