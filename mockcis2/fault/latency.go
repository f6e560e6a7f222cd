package fault

import "net/http"

// latency is the fault provider.latency: an endpoint is slow.
var latency = Info{
	ID:      "provider.latency",
	Title:   "An endpoint is slow",
	Why:     "Mornings, when a hospital signs in.",
	Params:  []Param{endpoint, milliseconds(2000, "how long each answer is held back")},
	Owes:    survive("wait, and let the person see that it waits"),
	At:      anywhere,
	Instead: func(c *Call, _ http.ResponseWriter) bool { c.wait(); return false },
}
