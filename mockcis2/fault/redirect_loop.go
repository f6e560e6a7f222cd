package fault

import "net/http"

// redirectLoop is the fault provider.redirect-loop: an endpoint redirects to itself.
var redirectLoop = Info{
	ID:     "provider.redirect-loop",
	Title:  "An endpoint redirects to itself",
	Why:    "Two proxies disagree about https.",
	Source: "RFC 9110 section 15.4",
	Params: []Param{endpoint},
	Owes:   refuse("stop after a few and say so"),
	At:     anywhere,
	Instead: func(c *Call, w http.ResponseWriter) bool {
		w.Header().Set("Location", c.request.URL.RequestURI())
		w.WriteHeader(http.StatusTemporaryRedirect)
		return true
	},
}
