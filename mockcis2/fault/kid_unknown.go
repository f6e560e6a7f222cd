package fault

// kidUnknown is the fault provider.kid-unknown: the ID token names a key that is not published.
var kidUnknown = Info{
	ID:     "provider.kid-unknown",
	Title:  "The ID token names a key that is not published",
	Why:    "Two machines of a provider were given different names for one key.",
	Source: "OpenID Connect Core section 10.1",
	Owes:   refuse("refuse after fetching the keys once more"),
	At:     []string{Token},
	Sealed: func(c *Call, t *JWT) { t.Header["kid"] = "nobody-knows-this" },
}
