package fault

// AssertionAudUnchecked is the fault provider.assertion-aud-unchecked: a client assertion for anybody is accepted.
var AssertionAudUnchecked = Info{
	ID:     "provider.assertion-aud-unchecked",
	Title:  "A client assertion for anybody is accepted",
	Why:    "Most providers are lenient about aud.",
	MustDo: "nothing; a provider check must notice (RFC 7523 section 3)",
}
