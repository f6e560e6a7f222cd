package fault

import (
	"net/http"
	"strings"
)

// scopeOrder is the fault provider.scope-order: the scope openid must come first.
var scopeOrder = Info{
	ID:    "provider.scope-order",
	Title: "The scope openid must come first",
	Why:   "A comparison of strings instead of lists.",
	Owes:  noticed("report the error"),
	At:    []string{Authorize},
	Out: func(x *Exchange) {
		if !strings.HasPrefix(x.Form.Get("scope"), "openid") {
			x.Say(http.StatusBadRequest, map[string]any{"error": "invalid_request", "error_description": "openid must come first."})
		}
	},
}
