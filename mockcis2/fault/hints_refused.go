package fault

import "net/http"

// hintsRefused is the fault provider.hints-refused: optional parameters of OpenID Connect are refused.
var hintsRefused = Info{
	ID:    "provider.hints-refused",
	Title: "Optional parameters of OpenID Connect are refused",
	Why:   "Strict gateways check against a list that somebody made short.",
	Owes:  noticed("report the error"),
	At:    []string{Authorize},
	Out: func(x *Exchange) {
		if x.Form.Has("display") || x.Form.Has("ui_locales") || x.Form.Has("claims_locales") || x.Form.Has("login_hint") || x.Form.Has("id_token_hint") || x.Form.Has("claims") {
			x.Say(http.StatusBadRequest, map[string]any{"error": "invalid_request", "error_description": "There is a parameter that is not allowed."})
		}
	},
}
