package fault

// DiscoveryOtherIssuer is the fault provider.discovery-other-issuer: discovery names another issuer.
var DiscoveryOtherIssuer = Info{
	ID:     "provider.discovery-other-issuer",
	Title:  "Discovery names another issuer",
	Why:    "A provider behind a proxy takes its name from the inner host.",
	MustDo: "refuse the provider (OpenID Connect Discovery section 4.3)",
}
