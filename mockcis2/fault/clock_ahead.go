package fault

// clockAhead is the fault provider.clock-ahead: the provider's clock is ten minutes ahead.
var clockAhead = Info{
	ID:     "provider.clock-ahead",
	Title:  "The provider's clock is ten minutes ahead",
	Why:    "Clocks in hospitals drift; providers are many machines.",
	Source: "OpenID Connect Core section 3.1.3.7, 10",
	Params: []Param{milliseconds(600_000, "how far")},
	Owes:   either("allow for drift, or refuse and say that clocks differ"),
	At:     []string{Token},
	Sealed: func(c *Call, t *JWT) {
		seconds := float64(c.values.number("ms")) / 1000
		for _, name := range []string{"iat", "exp", "auth_time", "nbf"} {
			later(t.Claims, name, seconds)
		}
	},
}
