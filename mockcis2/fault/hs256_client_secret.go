package fault

// hs256ClientSecret is the fault provider.hs256-client-secret: the ID token is sealed with the client's secret.
var hs256ClientSecret = Info{
	ID:     "provider.hs256-client-secret",
	Title:  "The ID token is sealed with the client's secret",
	Why:    "Discovery of CIS2 lists HS256 beside RS256, and whoever has the secret could make such a token.",
	Source: "OpenID Connect Core section 3.1.3.7, 7",
	RPTest: "fapi2-security-profile-final-client-test-invalid-alternate-alg",
	Owes:   refuse("refuse: RS256 was agreed"),
	At:     []string{Token},
	Sealed: func(c *Call, t *JWT) { t.Header["alg"], t.Sign = "HS256", hs256([]byte(c.Secret(c.Client))) },
}
