package fault

// logoutTokenOtherEvent is the fault provider.logout-token-other-event: the logout token is about another event.
var logoutTokenOtherEvent = Info{
	ID:     "provider.logout-token-other-event",
	Title:  "The logout token is about another event",
	Why:    "Security events of all kinds share an address (RFC 8417).",
	Source: "OpenID Connect Back-Channel Logout 1.0 section 2.6, 5",
	Owes:   survive("refuse with 400: nobody has signed out; the session goes on"),
	At:     []string{Backchannel},
	LogoutToken: func(_ *Call, t *JWT) {
		t.Claims["events"] = map[string]any{"https://schemas.openid.net/secevent/risc/event-type/account-enabled": map[string]any{}}
	},
}
