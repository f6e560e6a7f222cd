package fault

// logoutTokenJtiReused is the fault provider.logout-token-jti-reused: every logout token has the jti of the first.
var logoutTokenJtiReused = Info{
	ID:     "provider.logout-token-jti-reused",
	Title:  "Every logout token has the jti of the first",
	Why:    "A token is caught and played again; a counter starts anew.",
	Source: "OpenID Connect Back-Channel Logout 1.0 section 2.6, 8",
	Owes:   survive("refuse with 400 what was seen before; the second session goes on"),
	At:     []string{Backchannel},
	LogoutToken: func(c *Call, t *JWT) {
		if first := c.Memory.Get("jti"); first != nil {
			t.Claims["jti"] = first
			return
		}
		c.Memory.Swap("jti", t.Claims["jti"])
	},
}
