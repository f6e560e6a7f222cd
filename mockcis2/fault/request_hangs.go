package fault

import "net/http"

// RequestHangs is the fault provider.request-hangs: the request endpoint never answers.
var RequestHangs = Info{
	ID:      "provider.request-hangs",
	Title:   "The request endpoint never answers",
	Why:     "Overloaded services and dropped packets.",
	Source:  "agent protocol section 5",
	Owes:    agent("give up within 10 s with PROVIDER_UNREACHABLE"),
	At:      []string{Request},
	Instead: func(c *Call, _ http.ResponseWriter) bool { <-c.request.Context().Done(); return true },
}
