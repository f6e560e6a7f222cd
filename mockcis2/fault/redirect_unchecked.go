package fault

// RedirectUnchecked is the fault provider.redirect-unchecked: any redirect_uri is accepted.
var RedirectUnchecked = Info{
	ID:    "provider.redirect-unchecked",
	Title: "Any redirect_uri is accepted",
	Why:   "Several mocks do not check it.",
	Owes:  lax("RFC 9700 section 2.1"),
	At:    []string{Authorize, PAR},
	Also:  []string{Login, Complete, Role}, // where the answer leaves: it is looked at again there
}
