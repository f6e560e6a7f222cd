package fault

// idTokenReplayed is the fault provider.id-token-replayed: the first ID token is given again and again.
var idTokenReplayed = Info{
	ID:     "provider.id-token-replayed",
	Title:  "The first ID token is given again and again",
	Why:    "A cache in front of the token endpoint; a stolen token is played again.",
	Source: "OpenID Connect Core section 3.1.3.7, 11",
	Owes:   refuse("refuse: its nonce is of another request"),
	At:     []string{Token},
	Sealed: func(c *Call, t *JWT) {
		if before, ok := c.Memory.Get("token").(string); ok {
			t.Raw = before
			return
		}
		c.Memory.Swap("token", t.compact())
	},
}
