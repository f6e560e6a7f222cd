package fault

import "net/http"

// error503 is the fault provider.error-503: an endpoint answers 503 with a page.
var error503 = Info{
	ID:      "provider.error-503",
	Title:   "An endpoint answers 503 with a page",
	Why:     "Maintenance.",
	Source:  "RFC 9110 section 15.6.4",
	Params:  []Param{endpoint},
	Owes:    refuse("say that signing in failed; show nothing of the page"),
	At:      anywhere,
	Instead: htmlError(http.StatusServiceUnavailable),
}
