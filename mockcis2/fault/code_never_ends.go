package fault

// CodeNeverEnds is the fault provider.code-never-ends: a code does not expire.
var CodeNeverEnds = Info{
	ID:    "provider.code-never-ends",
	Title: "A code does not expire",
	Why:   "Mocks keep codes until they are spent.",
	Owes:  lax("RFC 6749 section 4.1.2"),
	At:    []string{Token},
}
