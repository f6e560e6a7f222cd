package fault

// scopeReduced is the fault provider.scope-reduced: only openid was granted.
var scopeReduced = Info{
	ID:     "provider.scope-reduced",
	Title:  "Only openid was granted",
	Why:    "A scope was not switched on for the client.",
	Source: "RFC 6749 section 5.1",
	Owes:   survive("read scope, and go on without what was not granted"),
	At:     []string{Token},
	Also:   []string{UserInfo},
	Answer: func(c *Call, a *Answer) {
		a.edit(func(m map[string]any) {
			if c.Endpoint == UserInfo {
				clear(m)
				m["sub"] = c.Memory.Get("sub")
				return
			}
			m["scope"] = "openid"
			id, _ := m["id_token"].(string)
			c.Memory.Swap("sub", unsealed(id)["sub"])
		})
	},
}
