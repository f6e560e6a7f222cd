package fault

import "net/http"

// error500 is the fault provider.error-500: an endpoint answers 500 with a page.
var error500 = Info{
	ID:      "provider.error-500",
	Title:   "An endpoint answers 500 with a page",
	Why:     "A bug behind the gateway.",
	Source:  "RFC 9110 section 15.6.1",
	Params:  []Param{endpoint},
	Owes:    refuse("say that signing in failed; show nothing of the page"),
	At:      anywhere,
	Instead: htmlError(http.StatusInternalServerError),
}
