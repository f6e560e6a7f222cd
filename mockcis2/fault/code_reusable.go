package fault

// CodeReusable is the fault provider.code-reusable: a code can be spent again.
var CodeReusable = Info{
	ID:    "provider.code-reusable",
	Title: "A code can be spent again",
	Why:   "Popular mocks accept any code twice.",
	Owes:  lax("RFC 6749 section 4.1.2"),
	At:    []string{Token},
}
