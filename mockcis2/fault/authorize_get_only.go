package fault

import "net/http"

// authorizeGetOnly is the fault provider.authorize-get-only: the authorization endpoint does not take POST.
var authorizeGetOnly = Info{
	ID:    "provider.authorize-get-only",
	Title: "The authorization endpoint does not take POST",
	Why:   "A router lists GET only.",
	Owes:  noticed("send GET"),
	At:    []string{Authorize},
	Out: func(x *Exchange) {
		if x.Request.Method == http.MethodPost {
			x.Say(http.StatusMethodNotAllowed, map[string]any{"error": "invalid_request"})
		}
	},
}
