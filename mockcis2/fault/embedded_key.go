package fault

// embeddedKey is the fault provider.embedded-key: the ID token brings its own key.
var embeddedKey = Info{
	ID:     "provider.embedded-key",
	Title:  "The ID token brings its own key",
	Why:    "jwk in a header is allowed, and some libraries trust it.",
	Source: "RFC 8725 section 3.10",
	Owes:   refuse("refuse: keys come from the key set only"),
	At:     []string{Token},
	Sealed: func(c *Call, t *JWT) {
		t.byStray(c, "")
		t.Header["jwk"] = c.strange(t.alg(), "own")
	},
}
