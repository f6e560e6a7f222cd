package fault

import "strings"

// Framed is the fault provider.framed: the login page may be framed.
var Framed = Info{
	ID:    "provider.framed",
	Title: "The login page may be framed",
	Why:   "A header is forgotten.",
	Owes:  lax("RFC 9700 section 4.16"),
	At:    []string{Login, Role},
	Answer: func(_ *Call, a *Answer) {
		a.header.Del("X-Frame-Options")
		a.header.Set("Content-Security-Policy", strings.TrimSuffix(a.header.Get("Content-Security-Policy"), "; frame-ancestors 'none'"))
	},
}
