package fault

// idtokenSigNone is the fault provider.idtoken-sig-none: the ID token has no signature.
var idtokenSigNone = Info{
	ID:     "provider.idtoken-sig-none",
	Title:  "The ID token has no signature",
	Why:    "alg none is in the standard, and some libraries accept it.",
	Source: "OpenID Connect Core section 3.1.3.7, 6",
	RPTest: "oidcc-client-test-idtoken-sig-none",
	Owes:   refuse("refuse: RS256 was agreed"),
	At:     []string{Token},
	Sealed: func(c *Call, t *JWT) { t.Sign, t.Header = nil, map[string]any{"alg": "none"} },
}
