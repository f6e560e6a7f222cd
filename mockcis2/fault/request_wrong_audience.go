package fault

import "time"

// RequestWrongAudience is the fault provider.request-wrong-audience: the request is for another program.
var RequestWrongAudience = Info{
	ID:      "provider.request-wrong-audience",
	Title:   "The request is for another program",
	Why:     "A token made for one purpose is used for another (RFC 8725 section 2.8).",
	Owes:    agent("refuse with REQUEST_REFUSED before asking anybody"),
	At:      []string{Request},
	Request: func(c map[string]any, _ time.Time) { c["aud"] = "another-program" },
}
