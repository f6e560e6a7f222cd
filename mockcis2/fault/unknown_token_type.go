package fault

// unknownTokenType is the fault provider.unknown-token-type: token_type is one that nobody knows.
var unknownTokenType = Info{
	ID:     "provider.unknown-token-type",
	Title:  "token_type is one that nobody knows",
	Why:    "MAC tokens were drafted, and some gateways say JWT.",
	Source: "RFC 6749 section 7.1",
	Owes:   refuse("refuse: an access token of an unknown type must not be used"),
	At:     []string{Token},
	Answer: func(_ *Call, a *Answer) { a.edit(func(m map[string]any) { m["token_type"] = "mac" }) },
}
