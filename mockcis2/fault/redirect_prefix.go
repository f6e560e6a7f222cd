package fault

import "strings"

// redirectPrefix is the fault provider.redirect-prefix: a redirect_uri that begins like the registered one is accepted.
var redirectPrefix = Info{
	ID:    "provider.redirect-prefix",
	Title: "A redirect_uri that begins like the registered one is accepted",
	Why:   "Comparison by prefix (RFC 9700 section 4.1).",
	Owes:  lax("RFC 9700 section 4.1"),
	At:    []string{Authorize},
	In: func(x *Exchange) {
		if before, _, found := strings.Cut(x.Form.Get("redirect_uri"), "/callback"); found {
			x.Form.Set("redirect_uri", before+"/callback")
		}
	},
}
