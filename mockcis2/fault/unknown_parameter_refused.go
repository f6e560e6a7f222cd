package fault

import "net/http"

// unknownParameterRefused is the fault provider.unknown-parameter-refused: a request with a parameter that nobody knows is refused.
var unknownParameterRefused = Info{
	ID:    "provider.unknown-parameter-refused",
	Title: "A request with a parameter that nobody knows is refused",
	Why:   "Strict gateways check against a list.",
	Owes:  noticed("report the error"),
	At:    []string{Authorize},
	Out: func(x *Exchange) {
		if x.Form.Has("unknown_parameter") {
			x.Say(http.StatusBadRequest, map[string]any{"error": "invalid_request", "error_description": "unknown_parameter is not allowed."})
		}
	},
}
