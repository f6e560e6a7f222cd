package fault

import (
	"net/http"
	"strings"
)

// redirectPortFixed is the fault provider.redirect-port-fixed: the port of a loopback redirect_uri must be the registered one.
var redirectPortFixed = Info{
	ID:    "provider.redirect-port-fixed",
	Title: "The port of a loopback redirect_uri must be the registered one",
	Why:   "Exact comparison without the exception for native applications.",
	Owes:  noticed("register its port"),
	At:    []string{Authorize},
	Out: func(x *Exchange) {
		if !strings.Contains(x.Form.Get("redirect_uri"), ":4180/") {
			x.Say(http.StatusBadRequest, map[string]any{"error": "invalid_request", "error_description": "redirect_uri is not registered."})
		}
	},
}
