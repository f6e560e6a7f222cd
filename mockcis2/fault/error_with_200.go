package fault

import "net/http"

// errorWith200 is the fault provider.error-with-200: an error is answered with 200.
var errorWith200 = Info{
	ID:     "provider.error-with-200",
	Title:  "An error is answered with 200",
	Why:    "Gateways hide the status of what is behind them.",
	Source: "RFC 6749 section 5.2",
	Owes:   refuse("refuse: an answer without tokens is none"),
	At:     []string{Token},
	Answer: func(_ *Call, a *Answer) {
		a.Status = http.StatusOK
		a.json(map[string]any{"error": "invalid_grant", "error_description": "The code has expired."})
	},
}
