package fault

import "net/http"

// redirect307 is the fault provider.redirect-307: redirects keep the method and the form.
var redirect307 = Info{
	ID:    "provider.redirect-307",
	Title: "Redirects keep the method and the form",
	Why:   "307 sends what a person typed on to the application (RFC 9700 section 4.12).",
	Owes:  lax("RFC 9700 section 4.12"),
	At:    []string{Authorize, Login, Complete, Role, Abandon, Logout},
	Out: func(x *Exchange) {
		if x.Status == http.StatusSeeOther {
			x.Status = http.StatusTemporaryRedirect
		}
	},
}
