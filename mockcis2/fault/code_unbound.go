package fault

// CodeUnbound is the fault provider.code-unbound: any client can spend a code.
var CodeUnbound = Info{
	ID:    "provider.code-unbound",
	Title: "Any client can spend a code",
	Why:   "The client is authenticated but not compared.",
	Owes:  lax("RFC 6749 section 4.1.3"),
	At:    []string{Token},
}
