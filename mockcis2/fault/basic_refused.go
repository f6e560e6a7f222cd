package fault

import "net/http"

// basicRefused is the fault provider.basic-refused: client_secret_basic is refused.
var basicRefused = Info{
	ID:    "provider.basic-refused",
	Title: "client_secret_basic is refused",
	Why:   "The credentials are not read from the header.",
	Owes:  noticed("send them in the form, where discovery says so"),
	At:    []string{Token},
	Out: func(x *Exchange) {
		if _, _, basic := x.Request.BasicAuth(); basic {
			x.Say(http.StatusUnauthorized, map[string]any{"error": "invalid_client", "error_description": "No client authentication was sent."})
		}
	},
}
