package fault

// RequestUnsigned is the fault provider.request-unsigned: the request has alg none.
var RequestUnsigned = Info{
	ID:     "provider.request-unsigned",
	Title:  "The request has alg none",
	Why:    "The oldest attack on JWT libraries.",
	Source: "agent protocol section 5",
	Owes:   agent("refuse with REQUEST_REFUSED before asking anybody"),
	At:     []string{Request},
	Answer: func(c *Call, a *Answer) {
		a.reseal(c, func(t *JWT) { t.Sign, t.Header = nil, map[string]any{"alg": "none", "typ": t.Header["typ"]} })
	},
}
