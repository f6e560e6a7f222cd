package fault

import "net/http"

// challengeDemanded is the fault provider.challenge-demanded: a request without code_challenge is refused.
var challengeDemanded = Info{
	ID:    "provider.challenge-demanded",
	Title: "A request without code_challenge is refused",
	Why:   "OAuth 2.1 demands PKCE; CIS2 does not.",
	Owes:  noticed("send one"),
	At:    []string{Authorize},
	Out: func(x *Exchange) {
		if x.Form.Get("code_challenge") == "" {
			x.Say(http.StatusBadRequest, map[string]any{"error": "invalid_request", "error_description": "code_challenge is missing."})
		}
	},
}
