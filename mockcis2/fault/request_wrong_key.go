package fault

// RequestWrongKey is the fault provider.request-wrong-key: the request is signed by an unpublished key.
var RequestWrongKey = Info{
	ID:     "provider.request-wrong-key",
	Title:  "The request is signed by an unpublished key",
	Why:    "Somebody between agent and provider.",
	Source: "agent protocol section 5",
	Owes:   agent("refuse with REQUEST_REFUSED before asking anybody"),
	At:     []string{Request},
	Answer: func(c *Call, a *Answer) { a.reseal(c, func(t *JWT) { t.byStray(c, "not-published") }) },
}
