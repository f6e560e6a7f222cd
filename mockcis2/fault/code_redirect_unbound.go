package fault

// CodeRedirectUnbound is the fault provider.code-redirect-unbound: a code is given out whatever the redirect_uri of the token request.
var CodeRedirectUnbound = Info{
	ID:    "provider.code-redirect-unbound",
	Title: "A code is given out whatever the redirect_uri of the token request",
	Why:   "Providers forget the comparison.",
	Owes:  lax("RFC 6749 section 4.1.3"),
	At:    []string{Token},
}
