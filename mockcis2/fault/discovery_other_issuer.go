package fault

// DiscoveryOtherIssuer is the fault provider.discovery-other-issuer: discovery names another issuer.
var DiscoveryOtherIssuer = Info{
	ID:     "provider.discovery-other-issuer",
	Title:  "Discovery names another issuer",
	Why:    "A provider behind a proxy takes its name from the inner host.",
	Source: "OpenID Connect Discovery section 4.3",
	RPTest: "oidcc-client-test-discovery-issuer-mismatch",
	Owes:   refuse("refuse the provider"),
	At:     []string{Discovery},
	Answer: func(_ *Call, a *Answer) {
		a.edit(func(m map[string]any) { m["issuer"] = "https://am.elsewhere.test/openam/oauth2" })
	},
}
