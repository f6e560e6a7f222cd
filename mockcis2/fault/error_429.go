package fault

import "net/http"

// error429 is the fault provider.error-429: an endpoint answers 429 with a page.
var error429 = Info{
	ID:      "provider.error-429",
	Title:   "An endpoint answers 429 with a page",
	Why:     "A limit on requests counts a whole hospital as one.",
	Source:  "RFC 6585 section 4",
	Params:  []Param{endpoint},
	Owes:    refuse("say that signing in failed; show nothing of the page"),
	At:      anywhere,
	Instead: htmlError(http.StatusTooManyRequests),
}
