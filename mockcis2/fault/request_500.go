package fault

import "net/http"

// Request500 is the fault provider.request-500: the request endpoint answers 500.
var Request500 = Info{
	ID:     "provider.request-500",
	Title:  "The request endpoint answers 500",
	Why:    "A service restarts.",
	Source: "agent protocol section 5",
	Owes:   agent("say PROVIDER_UNREACHABLE; ask nobody for a passcode"),
	At:     []string{Request},
	Instead: func(_ *Call, w http.ResponseWriter) bool {
		http.Error(w, "out of order on request", http.StatusInternalServerError)
		return true
	},
}
