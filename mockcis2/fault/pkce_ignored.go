package fault

// PKCEIgnored is the fault provider.pkce-ignored: the code verifier is not looked at.
var PKCEIgnored = Info{
	ID:    "provider.pkce-ignored",
	Title: "The code verifier is not looked at",
	Why:   "Several mocks skip PKCE.",
	Owes:  lax("RFC 7636 section 4.6"),
	At:    []string{Token},
}
