package fault

import "net/http"

// ChallengeDemanded is the fault provider.challenge-demanded: a request without code_challenge is refused.
var ChallengeDemanded = Info{
	ID:     "provider.challenge-demanded",
	Title:  "A request without code_challenge is refused",
	Why:    "OAuth 2.1 demands PKCE; CIS2 does not.",
	MustDo: "send one",
	Out: func(x *Exchange) {
		if x.Endpoint == "/authorize" && (x.Form.Get("code_challenge") == "") {
			x.Say(http.StatusBadRequest, map[string]any{"error": "invalid_request", "error_description": "code_challenge is missing."})
		}
	},
}
