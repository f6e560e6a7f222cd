package fault

import "net/http"

// error502 is the fault provider.error-502: an endpoint answers 502 with a page.
var error502 = Info{
	ID:      "provider.error-502",
	Title:   "An endpoint answers 502 with a page",
	Why:     "The gateway finds nobody behind it.",
	Source:  "RFC 9110 section 15.6.3",
	Params:  []Param{endpoint},
	Owes:    refuse("say that signing in failed; show nothing of the page"),
	At:      anywhere,
	Instead: htmlError(http.StatusBadGateway),
}
