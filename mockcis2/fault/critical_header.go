package fault

// criticalHeader is the fault provider.critical-header: the ID token says that something unknown is critical.
var criticalHeader = Info{
	ID:     "provider.critical-header",
	Title:  "The ID token says that something unknown is critical",
	Why:    "An extension is used that was never agreed.",
	Source: "RFC 7515 section 4.1.11",
	Owes:   refuse("refuse: what is critical must be understood"),
	At:     []string{Token},
	Sealed: func(c *Call, t *JWT) {
		t.Header["crit"], t.Header["urn:example:unheard-of"] = []any{"urn:example:unheard-of"}, true
	},
}
