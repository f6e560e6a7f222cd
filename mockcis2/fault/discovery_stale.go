package fault

// discoveryStale is the fault provider.discovery-stale: discovery names endpoints that have moved.
var discoveryStale = Info{
	ID:     "provider.discovery-stale",
	Title:  "Discovery names endpoints that have moved",
	Why:    "A copy is kept for a day where an hour was meant.",
	Source: "OpenID Connect Discovery section 4",
	Owes:   refuse("fail and say which endpoint does not answer"),
	At:     []string{Discovery},
	Answer: func(_ *Call, a *Answer) {
		a.edit(func(m map[string]any) {
			for _, name := range []string{"token_endpoint", "jwks_uri", "userinfo_endpoint"} {
				m[name] = m["issuer"].(string) + "/moved"
			}
		})
	},
}
