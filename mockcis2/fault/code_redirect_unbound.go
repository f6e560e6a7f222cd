package fault

// CodeRedirectUnbound is the fault provider.code-redirect-unbound: a code is given out whatever the redirect_uri of the token request.
var CodeRedirectUnbound = Info{
	ID:     "provider.code-redirect-unbound",
	Title:  "A code is given out whatever the redirect_uri of the token request",
	Why:    "Providers forget the comparison.",
	MustDo: "nothing; a provider check must notice (RFC 6749 section 4.1.3)",
}
