package door

import (
	"net/http"
	"strings"
)

// oneLoopback knows one spelling of this machine.
var oneLoopback = Fault{
	ID:    "door.one-loopback",
	Title: "the door answers at 127.0.0.1 only",
	Why:   "Citrix gives each session a loopback address of its own, and browsers say so in Host.",
	Ask: func(_ Cell, r *http.Request) {
		if strings.HasPrefix(r.Host, "127.") && !strings.HasPrefix(r.Host, "127.0.0.1:") {
			r.Host = "not.served.test"
		}
	},
}
