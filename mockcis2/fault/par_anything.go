package fault

import "net/http"

// parAnything is the fault provider.par-anything: every pushed request gets a reference.
var parAnything = Info{
	ID:    "provider.par-anything",
	Title: "Every pushed request gets a reference",
	Why:   "What is pushed is looked at only when the browser comes.",
	Mode:  "extended",
	Owes:  lax("RFC 9126 section 2.1"),
	At:    []string{PAR},
	Out: func(x *Exchange) {
		if x.Status >= http.StatusBadRequest {
			x.Say(http.StatusCreated, map[string]any{"request_uri": "urn:ietf:params:oauth:request_uri:for-anything-at-all", "expires_in": 90})
		}
	},
}
