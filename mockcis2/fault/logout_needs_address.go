package fault

import "net/http"

// logoutNeedsAddress is the fault provider.logout-needs-address: signing out without an address is refused.
var logoutNeedsAddress = Info{
	ID:    "provider.logout-needs-address",
	Title: "Signing out without an address is refused",
	Why:   "The provider has no page for it.",
	Owes:  noticed("send one"),
	At:    []string{Logout},
	Out: func(x *Exchange) {
		if x.Form.Get("post_logout_redirect_uri") == "" {
			x.Say(http.StatusBadRequest, map[string]any{"error": "invalid_request"})
		}
	},
}
