package fault

// accessTokenAsIDToken is the fault provider.access-token-as-id-token: the access token stands where the ID token should.
var accessTokenAsIDToken = Info{
	ID:     "provider.access-token-as-id-token",
	Title:  "The access token stands where the ID token should",
	Why:    "Both are JWTs of one issuer, sealed by one key.",
	Source: "RFC 8725 section 3.12",
	Owes:   refuse("refuse: it has no aud and no nonce"),
	At:     []string{Token},
	Answer: func(_ *Call, a *Answer) { a.edit(func(m map[string]any) { m["id_token"] = m["access_token"] }) },
}
